"""PV-23: kidney and liver function."""

import pytest

from chart.records import Value
from rules.planned_visits.kidney_liver_function import RULE
from tests.builders import condition, observation
from tests.rules.planned_visits.cases import answer, case, hidden, hospice, long_term, status, texts


def egfr(number, on=30, comparator="", **changes):
    from decimal import Decimal

    return observation("98979-8", Value(number=Decimal(number), comparator=comparator), on=on, **changes)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([egfr(60)], "not indicated"),
        ([egfr("59.9")], "indicated"),
        ([egfr(61)], "not indicated"),
        ([egfr(60, comparator=">")], "not indicated"),
        ([egfr(60, comparator="<")], "indicated"),
        ([egfr(45, on=200), egfr(70, on=20)], "not indicated"),  # the latest
        ([egfr(70, on=200), egfr(45, on=20)], "indicated"),
        ([egfr(45, on=365)], "indicated"),
        ([egfr(45, on=366)], "undetermined"),
        ([egfr(45, status="cancelled")], "undetermined"),
        ([], "undetermined"),
        ([condition("N18.4")], "indicated"),
        ([condition("N18.9")], "undetermined"),  # stage not told
        ([condition("N18.9"), egfr(80)], "not indicated"),
        ([condition("K74.60")], "indicated"),
        ([condition("K74.60"), egfr(90)], "indicated"),
        ([condition("K76.0"), egfr(90)], "not indicated"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


@pytest.mark.parametrize(("number", "priority"), [("29.9", "high"), ("30", "routine"), ("45", "routine")])
def test_priority_under_30(number, priority):
    assert answer(RULE, long_term(egfr(number))).priority.value == priority


def test_words():
    assert "eGFR 45 mL/min/1.73 m2, 31 Jan 2026" in texts(RULE, long_term(egfr(45)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(egfr(20)), "not indicated"),
        (long_term(egfr(20), hospice()), "not indicated"),
        (long_term(egfr(80), unavailable=hidden("Condition")), "undetermined"),
        (long_term(egfr(20), unavailable=hidden("Condition")), "indicated"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
