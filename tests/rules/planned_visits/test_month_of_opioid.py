"""PV-29: a month of one opioid episode, at and just under; reviewed, ended, long-term, not to be told."""

import pytest

from rules.planned_visits import month_of_opioid
from rules.policy import Policy
from rules.valuesets import RISK_REVIEW
from tests.builders import order, procedure
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, short_term, status, texts

(_, REVIEW) = next(iter(RISK_REVIEW.keys))
RULE = month_of_opioid.RULE


def running(since, *records, **changes):
    """An opioid every day from `since` days ago on: today is day `since` + 1."""
    return case(order("oxycodone", 5, 4, authored=since, days=since + 5), *records, **changes)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (running(28), "not indicated"),
        (running(29), "indicated"),  # day 30
        (running(45), "indicated"),
        (running(45, procedure(REVIEW, on=30)), "addressed"),
        (running(45, procedure(REVIEW, on=31)), "indicated"),
        (running(20, policy=Policy(reassess_days=21)), "indicated"),
        (long_term(), "not indicated"),
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (running(45, hospice()), "not indicated"),
        (running(45, unavailable=hidden("Procedure")), "undetermined"),
        (running(5, unavailable=hidden("MedicationDispense")), "undetermined"),
        (case(order("oxycodone", 5, 4, authored=40, days=None)), "indicated"),  # active, and may have gone on
    ],
)
def test_a_month_of_an_opioid_is_looked_at_anew(of, expected):
    assert status(RULE, of) == expected


def test_it_says_since_when_and_what_is_missing():
    assert "No review of benefits and risks on record since" in texts(RULE, running(40))
