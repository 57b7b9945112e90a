"""PV-09: risk review."""

import pytest

from rules.planned_visits.risk_review import RULE
from tests.builders import condition, form, observation, procedure
from tests.rules.planned_visits.cases import (
    answer,
    case,
    hidden,
    hospice,
    long_term,
    short_term,
    status,
    texts,
)

REVIEW = "454281000124100"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([procedure(REVIEW, on=100)], "addressed"),
        ([procedure(REVIEW, on=350)], "addressed"),
        ([procedure(REVIEW, on=351)], "upcoming"),
        ([procedure(REVIEW, on=364)], "upcoming"),
        ([procedure(REVIEW, on=365)], "upcoming"),
        ([procedure(REVIEW, on=366)], "indicated"),
        ([procedure("866024000", on=100)], "addressed"),
        ([procedure(REVIEW, on=100, status="not-done")], "indicated"),
        ([observation("91392-1", 3, on=100)], "addressed"),
        ([form({}, panel="91393-9", on=100)], "addressed"),
        ([observation(text="COMM total score", value=5, on=100)], "indicated"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (20, "addressed"),
        (75, "addressed"),
        (76, "upcoming"),
        (89, "upcoming"),
        (90, "upcoming"),
        (91, "indicated"),
        (150, "addressed"),
    ],
)
def test_an_overdose_brings_it_forward(event, expected):
    of = long_term(procedure(REVIEW, on=120), condition("T40.2X1A", onset=event))
    assert status(RULE, of) == expected


def test_a_tool_without_a_code_is_named():
    assert "“COMM total score”" in texts(RULE, long_term(observation(text="COMM total score", on=5)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("Procedure")), "undetermined"),
        (long_term(procedure(REVIEW, on=10), unavailable=hidden("Observation")), "addressed"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert answer(RULE, of).status.value == expected
