"""PV-18: when the supply ends."""

import pytest

from rules.planned_visits.supply_end import RULE
from tests.builders import order
from tests.rules.planned_visits.cases import answer, case, hidden, hospice, short_term, status, texts


def ends_in(days, **changes):
    return order("oxycodone", 5, 4, authored=100, days=101 + days, **changes)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (15, "addressed"), (14, "upcoming"), (8, "upcoming"), (7, "indicated"), (0, "indicated"),
        (-1, "indicated"),
    ],
)  # fmt: skip
def test_window(days, expected):
    found = answer(RULE, case(ends_in(days)))
    assert found.status.value == expected
    assert (found.guidance.due_on - case().as_of).days == days


def test_words_tell_past_from_future():
    assert "ends 5 Mar 2026" in texts(RULE, case(ends_in(3)))
    assert "ended 27 Feb 2026" in texts(RULE, case(ends_in(-3)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (case(ends_in(3), hospice()), "not indicated"),
        (case(unavailable=hidden("MedicationRequest")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
