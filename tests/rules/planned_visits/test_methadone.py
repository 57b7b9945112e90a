"""PV-27: methadone for pain."""

import pytest

from rules.planned_visits.methadone import RULE
from tests.builders import condition, order
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, status


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(order("methadone", 10, 3)), "indicated"),
        (case(order("methadone", 10, None, days=None)), "indicated"),
        (case(order("methadone", 10, 3, status="stopped")), "not indicated"),
        (long_term(), "not indicated"),
        (case(), "not indicated"),
        (case(order("methadone", 10, 3), hospice()), "not indicated"),
        (long_term(unavailable=hidden("MedicationDispense")), "undetermined"),
    ],
)
def test_methadone_for_pain(of, expected):
    assert status(RULE, of) == expected


def test_methadone_for_oud_is_not_meant():
    oud = condition("F11.20", id="Condition/oud")
    dose = order("methadone", 10, 8, reason_ids=("Condition/oud",), reasons=(oud.concept,))
    assert status(RULE, case(dose, oud)) == "not indicated"
