"""PV-24: overdose or emergency visit."""

import pytest

from rules.planned_visits.overdose_or_ed import RULE
from tests.builders import concept, condition, encounter, order
from tests.rules.planned_visits.cases import (
    answer,
    case,
    hidden,
    hospice,
    long_term,
    sickle_cell,
    status,
    texts,
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("T40.2X1A", "indicated"), ("T40.2X4A", "indicated"), ("T40.411A", "indicated"), ("242253008", "indicated"),
        ("T40.2X5A", "not indicated"), ("T40.2X6A", "not indicated"), ("T42.4X1A", "not indicated"),
    ],
)  # fmt: skip
def test_intent(code, expected):
    assert status(RULE, long_term(condition(code))) == expected


@pytest.mark.parametrize(
    ("onset", "clinical", "priority"),
    [
        (365, "resolved", "safety"), (366, "resolved", "routine"), (4000, "active", "routine"),
        (None, "active", "safety"),
    ],
)  # fmt: skip
def test_overdose_ever_and_within_the_year(onset, clinical, priority):
    found = answer(RULE, long_term(condition("T40.2X1A", onset=onset, clinical=clinical)))
    assert (found.status.value, found.priority.value) == ("indicated", priority)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        (encounter(kind="EMER", on=30), "indicated"),
        (encounter(kind="EMER", on=31), "not indicated"),
        (encounter(kind="AMB", on=5), "not indicated"),
        (encounter(kind="AMB", on=5, types=(concept(text="Emergency department visit"),)), "indicated"),
        (encounter(kind="EMER", on=5, status="cancelled"), "not indicated"),
        (encounter(kind="EMER", on="2026-02"), "indicated"),
    ],
)
def test_emergency_visits(visit, expected):
    assert status(RULE, long_term(visit)) == expected


def test_a_visit_is_not_called_an_overdose():
    found = answer(RULE, long_term(encounter(kind="EMER", on=5)))
    assert found.priority.value == "high"
    assert "overdose" not in (found.advice + texts(RULE, long_term(encounter(kind="EMER", on=5)))).lower()


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(condition("T40.2X1A")), "not indicated"),
        (case(order("buprenorphine film", 8, 2), condition("T40.2X1A")), "indicated"),
        (long_term(condition("T40.2X1A"), sickle_cell()), "indicated"),
        (long_term(condition("T40.2X1A"), hospice()), "not indicated"),
        (long_term(unavailable=hidden("Condition")), "undetermined"),
        (long_term(unavailable=hidden("Encounter")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
