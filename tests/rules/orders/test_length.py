"""How long an order lasts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chart.medications import Supply
from rules.orders.length import UNKNOWN, length_of
from tests.builders import AS_OF, order, when
from tests.rules.orders.cases import OXY, draft, valid_for


def length(found):
    return length_of(found, AS_OF)


@pytest.mark.parametrize(
    ("found", "days"),
    [
        (draft(*OXY, 4, days=10), 10),
        (draft(*OXY, 4, days="7.5"), Decimal("7.5")),
        (draft(*OXY, 4, days=10, quantity=240), 10),  # days of supply first
        (draft(*OXY, 4, days=None, quantity=28), 7),
        (draft(*OXY, 4, days=None, quantity=29), 8),  # a part of a day is a day
        (draft(*OXY, 6, days=None, quantity=28, as_needed=True), 5),  # the most a day
        (draft(*OXY, None, days=None, quantity=28), None),
        (draft(*OXY, 4, days=None), None),
        (draft(*OXY, None, days=None, starts=when(0), ends=when(-9)), 10),
        (draft(*OXY, None, days=None, ends=when(-9)), 10),
        (draft(*OXY, None, days=None, ends=when(3)), None),  # ends before today
        (draft(*OXY, 4, days=0, quantity=28), 7),
        (draft(*OXY, 4, days="1e40"), 3650),
    ],
)
def test_days_of_supply_then_quantity_then_the_directions(found, days):
    assert length(found).days == days


def test_hours_brought_to_days_stay_what_they_are():
    hours = Decimal(168) * (1 / Decimal(24))
    assert length(draft(*OXY, 4, days=str(hours))).days == 7


@pytest.mark.parametrize(("drug", "schedule", "all_days"), [("tramadol", "IV", 28), ("oxycodone", "II", 7)])
def test_refills_count_where_the_law_allows_them(drug, schedule, all_days):
    found = draft(drug, 50, 4, days=7, refills=3)
    found = replace(found, product=replace(found.product, schedule=schedule))
    assert length(found).days == all_days


def test_what_is_unknown_is_said():
    assert str(length(draft(*OXY, None, days=None))) == UNKNOWN
    refilled = order("tramadol", 50, 4, days=5, refills=1)
    assert str(length(refilled)) == "5 days with 1 refill, 10 days in all"
    assert str(length(draft(*OXY, 4, days=1))) == "1 day"


@pytest.mark.parametrize(("valid", "is_longer"), [(27, False), (28, True), (90, True)])
def test_how_long_it_may_be_filled_counts_as_longer_and_leaves_it_acute(valid, is_longer):
    found = length(valid_for(valid, days=7))
    assert found.is_longer(28) is is_longer
    assert found.is_under(28) is True


def test_unknown_is_neither_acute_nor_longer():
    found = length(draft(*OXY, 4, days=None))
    assert (found.is_longer(28), found.is_under(28), found.is_over(7)) == (None, None, None)
    only_valid = valid_for(30, days=None)
    assert length(only_valid).is_longer(28) is True


def test_a_validity_without_a_beginning_counts_from_today():
    found = draft(*OXY, 4, days=7)
    found = replace(found, supply=Supply(days=Decimal(7), valid_until=when(-27)))
    assert length(found).valid_days == 28
