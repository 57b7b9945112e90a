"""PV-20: pregnancy as recorded."""

import pytest

from chart.records import Value
from rules.planned_visits.pregnant import RULE
from tests.builders import concept, condition, observation, order, value
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, status

SNOMED = "http://snomed.info/sct"
PREGNANT = Value(concept=concept((SNOMED, "77386006")))


def told(what, on=30):
    return observation("82810-3", what, on=on)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "not indicated"),
        ([told(PREGNANT)], "indicated"),
        ([told(value("Pregnant"))], "indicated"),
        ([told(value("Not pregnant"))], "not indicated"),
        ([told(PREGNANT, on=305)], "indicated"),
        ([told(PREGNANT, on=306)], "not indicated"),
        ([told(PREGNANT, on=200), told(value("Not pregnant"), on=20)], "not indicated"),
        ([told(value("Possible"))], "undetermined"),
        ([condition("Z33.1", onset=50)], "indicated"),
        ([condition("O24.410", onset=50)], "indicated"),
        ([condition("O80", onset=50)], "not indicated"),
        ([condition("Z33.1", onset=50, clinical="resolved")], "not indicated"),
        ([condition("Z33.1", onset=305)], "indicated"),
        ([condition("Z33.1", onset=306)], "undetermined"),  # never closed
        ([condition("Z33.1", onset=None)], "indicated"),
        ([condition("Z33.1", onset=100), told(value("Not pregnant"), on=20)], "not indicated"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


@pytest.mark.parametrize("sex", ["female", "male", "unknown"])
def test_never_from_sex(sex):
    assert status(RULE, long_term(sex=sex, born="1995")) == "not indicated"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(told(PREGNANT)), "not indicated"),
        (case(order("buprenorphine film", 8, 2), told(PREGNANT)), "indicated"),
        (long_term(told(PREGNANT), hospice()), "not indicated"),
        (long_term(unavailable=hidden("Condition")), "undetermined"),
        (long_term(unavailable=hidden("Observation")), "undetermined"),
        (long_term(told(PREGNANT), unavailable=hidden("Condition")), "indicated"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
