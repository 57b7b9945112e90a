"""PV-17: a large or sudden decrease."""

import pytest

from rules.planned_visits.dose_decreased import RULE
from tests.builders import condition, order
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


def lowered(old, new, ago=10, since=120):
    before = order("morphine", 1, old, authored=since, days=since - ago, status="completed")
    return before, order("morphine", 1, new, authored=ago, days=ago + 30)


@pytest.mark.parametrize(
    ("old", "new", "since", "expected"),
    [
        ("100", "75", 120, "not indicated"),  # by 25 %, which is not more than 25 %
        ("100", "75.01", 120, "not indicated"),
        ("100", "74.99", 120, "indicated"),
        ("100", "100", 120, "not indicated"),
        ("100", "120", 120, "not indicated"),
        ("100", "90", 500, "not indicated"),  # after a year: by 10 %
        ("100", "89.99", 500, "indicated"),
        ("100", "89.99", 300, "not indicated"),
    ],
)
def test_at_under_and_over(old, new, since, expected):
    assert status(RULE, case(*lowered(old, new, since=since))) == expected


def test_outside_the_month():
    assert status(RULE, case(*lowered(100, 50, ago=31))) == "not indicated"
    assert status(RULE, case(*lowered(100, 50, ago=29))) == "indicated"


def ended(ago, **changes):
    return order("morphine", 1, 60, authored=ago + 120, days=120, **{"status": "completed", **changes})


def test_ended_at_once():
    of = case(ended(10))
    assert status(RULE, of) == "indicated"
    assert "It ended without smaller doses before" in texts(RULE, of)
    assert answer(RULE, of).priority.value == "safety"


def test_ended_after_smaller_doses():
    before = order("morphine", 1, 60, authored=130, days=115, status="completed")
    last_days = order("morphine", 1, 20, authored=15, days=5, status="completed")
    assert texts(RULE, case(before, last_days)).endswith("It has ended")


def test_a_change_to_buprenorphine_is_no_decrease():
    of = case(ended(10), order("buprenorphine film", 8, 2), condition("F11.20"))
    assert status(RULE, of) == "undetermined"
    assert "cannot be compared" in texts(RULE, of)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(), "not indicated"),
        (case(order("morphine", 1, 60, authored=12, days=7, status="completed")), "not indicated"),
        (case(*lowered(100, 50), sickle_cell()), "indicated"),
        (case(*lowered(100, 50), hospice()), "not indicated"),
        (long_term(order("oxycodone", 5, None, days=None)), "undetermined"),
        (case(*lowered(100, 50), unavailable=hidden("MedicationDispense")), "indicated"),
        (case(*lowered(100, 90), unavailable=hidden("MedicationDispense")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_it_offers_no_schedule():
    assert "%" not in RULE.advice + "".join(RULE.say)
