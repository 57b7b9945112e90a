"""PV-26: extended-release and long-acting opioids."""

import pytest

from rules.planned_visits.long_acting import RULE
from tests.builders import order, product
from tests.rules.planned_visits.cases import answer, case, hidden, hospice, status, texts

ER = product("morphine", 15, is_long_acting=True)
IR = product("morphine", 15, is_long_acting=False)
UNKNOWN = product("morphine", 15)


@pytest.mark.parametrize(
    ("records", "expected", "priority"),
    [
        ([order(ER, a_day=2, authored=10)], "indicated", "high"),  # nothing before
        ([order(ER, a_day=2, authored=10), order(IR, a_day=4, authored=200, days=150)], "indicated", "routine"),
        ([order(ER, a_day=2, authored=10), order(IR, a_day=4, authored=200, days=30, status="completed")],
         "indicated", "high"),
        ([order(ER, a_day=2, authored=200, days=220)], "indicated", "routine"),
        ([order(IR, a_day=4)], "not indicated", "routine"),
        ([order(UNKNOWN, a_day=4)], "undetermined", "routine"),
        ([order(ER, a_day=2, status="stopped")], "not indicated", "routine"),
        ([order(ER, a_day=None, days=None)], "indicated", "high"),
    ],
)  # fmt: skip
def test_forms_and_starts(records, expected, priority):
    found = answer(RULE, case(*records))
    assert (found.status.value, found.priority.value) == (expected, priority)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(), "not indicated"),
        (case(order(ER, a_day=2), hospice()), "not indicated"),
        (case(order("buprenorphine patch", 10, 1)), "not indicated"),
        (case(order(IR, a_day=4), unavailable=hidden("MedicationStatement")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_words():
    assert "Extended-release or long-acting: morphine 15 mg" in texts(RULE, case(order(ER, a_day=2)))
