"""PV-22: sleep-disordered breathing."""

import pytest

from rules.planned_visits.sleep_breathing import RULE
from tests.builders import condition
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, status


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (condition("G47.33"), "indicated"),
        (condition("78275009"), "indicated"),
        (condition("E66.2", clinical=None), "indicated"),
        (condition("G47.33", clinical="resolved"), "not indicated"),
        (condition("G47.411"), "not indicated"),  # narcolepsy
        (condition("F11.282"), "not indicated"),
    ],
)
def test_evidence(record, expected):
    assert status(RULE, long_term(record)) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(), "not indicated"),
        (case(condition("G47.33")), "not indicated"),
        (long_term(condition("G47.33"), hospice()), "not indicated"),
        (long_term(unavailable=hidden("Condition")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
