"""What a usable policy leaves open is said, and only that."""

from datetime import date

import pytest

from rules.policy import Policy
from rules.policy_remarks import remarks
from rules.resource import KINDS, SETTINGS, Resource

ALL_KINDS = tuple(Resource(kind, SETTINGS[0], kind) for kind in KINDS)


@pytest.mark.parametrize(
    ("reviewed_on", "today", "told"),
    [
        (None, date(2026, 3, 2), "No review date is given"),
        (date(2025, 3, 2), date(2026, 3, 1), None),
        (date(2025, 3, 2), date(2026, 3, 2), "past its review date: a review was due on 2 Mar 2026."),
        (date(2025, 3, 2), date(2026, 3, 3), "past its review date"),
        (date(2026, 3, 2), date(2026, 3, 2), None),
        (date(2026, 3, 3), date(2026, 3, 2), "lies ahead"),
    ],
)
def test_what_is_said_of_the_review(reviewed_on, today, told):
    said = remarks(Policy(reviewed_on=reviewed_on, resources=ALL_KINDS), today)
    assert len(said) == (told is not None)
    assert all(told in one for one in said)


def test_what_is_said_of_the_directory():
    on = date(2026, 3, 2)
    missing = remarks(Policy(reviewed_on=on, resources=ALL_KINDS[1:]), on)
    assert missing == ("The directory has no service for behavioural health; a referral prompt will say so.",)
