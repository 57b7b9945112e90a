"""OR-07: before an opioid is continued."""

import pytest

from rules.orders.review import RULE
from tests.builders import encounter, fill, observation, order, procedure, when
from tests.rules.orders.cases import OXY, ask, draft, ordering, running, status, texts, valid_for

REVIEW = "454281000124100"
MONTH = draft(*OXY, 4, days=30)


def recent(days_before, **changes):
    return order(*OXY, 4, authored=days_before, days=30, **changes)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([recent(7), encounter(on=365)], "indicated"),
        ([recent(6), encounter(on=365)], "not indicated"),
        ([recent(7), encounter(on=366)], "not indicated"),
        ([recent(7), encounter(on=30, kind="EMER")], "not indicated"),
        ([recent(7), encounter(on=30, kind="VR")], "indicated"),
        ([recent(7), encounter(on=30, status="cancelled")], "not indicated"),
        ([recent(7)], "not indicated"),
        ([running()], "indicated"),  # every day of three months
    ],
)
def test_on_opioids_already(records, expected):
    assert status(RULE, ordering(*records, drafts=MONTH)) == expected


@pytest.mark.parametrize(("covered", "expected"), [(21, "indicated"), (20, "not indicated")])
def test_twenty_one_days_in_each_of_three_months(covered, expected):
    """Inclusive days; the fault of CDC's logic is to count every stretch one day short."""
    months = [fill(*OXY, 4, on=end + 29, days=21) for end in (31, 61)]
    latest = fill(*OXY, 4, on=30, days=covered)
    assert status(RULE, ordering(*months, latest, drafts=MONTH)) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4, days="27.9"), "not indicated"),
        (draft(*OXY, 4, days=28), "indicated"),
        (valid_for(28, days=7), "indicated"),
        (draft(*OXY, 4, days=None), "undetermined"),
    ],
)
def test_orders_for_longer(found, expected):
    assert status(RULE, ordering(running(), drafts=found)) == expected


@pytest.mark.parametrize(
    ("on", "expected"), [(0, "addressed"), (90, "addressed"), (91, "indicated"), (None, "indicated")]
)
def test_faults_of_cdc_a_review_on_a_plain_date_counts_and_so_does_one_of_today(on, expected):
    assert status(RULE, ordering(running(), procedure(REVIEW, on=on), drafts=MONTH)) == expected


def test_a_review_over_a_period_counts_too():
    over_days = procedure(REVIEW, on=None, until=when(20))
    assert status(RULE, ordering(running(), over_days, drafts=MONTH)) == "addressed"


def test_what_was_not_done_is_no_review():
    assert (
        status(RULE, ordering(running(), procedure(REVIEW, status="not-done"), drafts=MONTH)) == "indicated"
    )


def test_the_opioid_risk_tool_counts_as_on_the_page():
    assert status(RULE, ordering(running(), observation("91392-1", 2, on=20), drafts=MONTH)) == "addressed"


def test_a_supply_of_unknown_length_leaves_it_open():
    unknown = order(*OXY, 4, authored=80, days=None, status="completed")
    month = fill("morphine", 15, 2, on=95, days=20)
    found = ordering(unknown, month, drafts=MONTH)
    assert status(RULE, found) == "undetermined"
    assert "cannot be told" in texts(RULE, found)


def test_the_last_review_is_in_the_advice():
    found = ordering(running(), procedure(REVIEW, on=120), drafts=MONTH)
    assert ask(RULE, found).advice.startswith("Benefits and risks were last reviewed 2 Nov 2025.")
    assert "120 days ago" in texts(RULE, found)
    none = ask(RULE, ordering(running(), drafts=MONTH)).advice
    assert none.startswith("No review of benefits and risks is on record.")
