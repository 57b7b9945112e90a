"""PV-03: change in pain and function."""

import pytest

from rules.planned_visits.peg_change import RULE
from tests.builders import observation
from tests.rules.planned_visits.cases import hospice, long_term, short_term, status, texts

MEAN = "91147-9"


def pegs(old, new, latest=10):
    return observation(MEAN, old, on=latest + 300), observation(MEAN, new, on=latest)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (6, "4.3", "not indicated"),
        (6, "4.2", "addressed"),  # better by 30 %
        (6, 0, "addressed"),
        (5, "6.4", "not indicated"),
        (5, "6.5", "indicated"),  # worse by 30 %
        (7, "8.9", "not indicated"),
        (7, 9, "indicated"),  # worse by 2 points
        (0, "1.9", "not indicated"),
        (0, 2, "indicated"),
        (5, 5, "not indicated"),
        (18, 6, "not indicated"),  # a sum of 18 is a mean of 6
    ],
)
def test_change(old, new, expected):
    assert status(RULE, long_term(*pegs(old, new))) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(), "undetermined"),
        (long_term(observation(MEAN, 5)), "undetermined"),
        (long_term(*pegs(5, 8, latest=365)), "indicated"),
        (long_term(*pegs(5, 8, latest=366)), "undetermined"),  # out of date
        (long_term(hospice(), *pegs(5, 8)), "not indicated"),
        (short_term(*pegs(5, 8)), "not indicated"),
    ],
)
def test_what_it_needs(of, expected):
    assert status(RULE, of) == expected


def test_it_shows_both_scores_and_days():
    assert "PEG went from 5 (26 Apr 2025) to 7 (20 Feb 2026) (+40%)" in texts(RULE, long_term(*pegs(5, 7)))
