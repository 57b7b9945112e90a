"""PV-12: bowel plan."""

import pytest

from rules.planned_visits.bowel import RULE
from tests.builders import condition, order, statement
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, short_term, status, texts

CONSTIPATION = condition("K59.03", text="Drug induced constipation")


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([order("senna", 8, 2)], "addressed"),
        ([statement("senna", 8, 2)], "addressed"),  # bought without a prescription
        ([statement("senna", 8, 2, status="not-taken")], "indicated"),
        ([order("senna", 8, 2, status="stopped")], "indicated"),
        ([CONSTIPATION], "indicated"),
        ([CONSTIPATION, order("senna", 8, 2)], "indicated"),  # asked about at each visit
        ([condition("K59.03", clinical="resolved"), order("senna", 8, 2)], "addressed"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


def test_an_earlier_one_is_named():
    assert "Earlier: senna 8 mg, 11 Aug 2025" in texts(
        RULE, long_term(order("senna", 8, 2, status="stopped", authored=203))
    )


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("MedicationStatement")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
