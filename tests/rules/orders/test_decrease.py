"""OR-05: an order that lowers the daily dose much at once."""

from dataclasses import replace

import pytest

from rules.case import Case
from rules.orders.decrease import RULE
from rules.rule import Priority, Status
from tests.builders import order, product
from tests.rules.orders.cases import ask, draft, ordering, status, texts

ID = "MedicationRequest/running"


def by_mass(amount, *, authored=20, days=60, **changes):
    return order("morphine", 15, amount, unit="mg", authored=authored, days=days, **{"id": ID, **changes})


def instead(amount, **changes):
    return draft("morphine", 15, amount, unit="mg", **{"replaces": ID, **changes})


@pytest.mark.parametrize(
    ("new", "expected"),
    [("75.01", "not indicated"), ("75", "not indicated"), ("74.99", "indicated"), ("20", "indicated")],
)
def test_more_than_a_quarter(new, expected):
    assert status(RULE, ordering(by_mass(100), drafts=instead(new))) == expected


@pytest.mark.parametrize(
    ("since", "new", "expected"),
    [
        (365, "89.99", "indicated"),
        (365, "90", "not indicated"),
        (364, "89.99", "not indicated"),
        (364, "74.99", "indicated"),
    ],
)
def test_more_than_a_tenth_after_a_year(since, new, expected):
    long = by_mass(100, authored=since, days=since + 30)
    assert status(RULE, ordering(long, drafts=instead(new))) == expected


@pytest.mark.parametrize(
    "how", [{"replaces": ID}, {"id": ID, "replaces": ""}, {"based_on": (ID,), "replaces": ""}]
)
def test_however_the_ehr_says_what_it_replaces(how):
    assert status(RULE, ordering(by_mass(100), drafts=instead("40", **how))) == "indicated"


@pytest.mark.parametrize(
    ("authored", "expected"),
    [(27, "indicated"), (21, "indicated"), (20, "not indicated"), (5, "not indicated")],
)
def test_a_renewal_at_a_lower_dose_that_does_not_say_what_it_replaces(authored, expected):
    """Few EHRs send priorPrescription. From seven days before a supply of 28 days ends, the order renews it."""
    found = ordering(by_mass(100, authored=authored, days=28), drafts=instead("50", replaces=""))
    assert status(RULE, found) == expected
    assert ("to 50 MME/day with this order" in texts(RULE, found)) == (expected == "indicated")


def test_of_two_orders_in_use_none_is_taken_for_the_one_that_is_renewed():
    two = (by_mass(100, authored=27, days=28), by_mass(60, authored=26, days=28, id="MedicationRequest/two"))
    assert ordering(*two, drafts=instead("50", replaces="")).ordering.after.total >= 50


def test_a_draft_beside_the_order_in_use_is_no_decrease():
    beside = draft("oxycodone", 5, 2)
    assert status(RULE, ordering(by_mass(100), drafts=beside)) == "not indicated"


def test_two_smaller_steps_within_a_month_are_seen_together():
    first = by_mass(100, authored=60, days=50, status="completed", id="MedicationRequest/first")
    second = by_mass(85, authored=9, days=30)
    found = ordering(first, second, drafts=instead(70))
    assert status(RULE, found) == "indicated"
    assert "From 100 MME/day on 31 Jan 2026 to 70 MME/day" in texts(RULE, found)


def test_a_renewal_of_a_dose_that_was_lowered_before_is_no_decrease():
    first = by_mass(100, authored=60, days=50, status="completed", id="MedicationRequest/first")
    second = by_mass(60, authored=9, days=30)
    assert status(RULE, ordering(first, second, drafts=instead(60))) == "not indicated"


def test_the_advice_says_from_what_to_what_and_proposes_no_schedule():
    found = ask(RULE, ordering(by_mass(100), drafts=instead(40)))
    assert found.advice.startswith(
        "This order lowers the dose from 100 MME/day in use now to 40 MME/day at once."
    )
    assert "%" not in found.advice
    assert "week" not in found.advice
    assert found.priority is Priority.SAFETY


@pytest.mark.parametrize(
    "unsure",
    [
        [order("levorphanol", 2, 2, id="MedicationRequest/l")],
        [order("buprenorphine film", 8, 2, id="MedicationRequest/b")],
    ],
)
def test_what_cannot_be_compared_leaves_it_open(unsure):
    assert status(RULE, ordering(by_mass(100), *unsure, drafts=instead(40))) == "undetermined"


def test_a_new_dose_nobody_can_tell_is_neither_a_fall_nor_none():
    assert status(RULE, ordering(by_mass(100), drafts=instead(None))) == "undetermined"
    drops = product("morphine", ingredients=(), classes=frozenset(), name="opioid drops")
    nameless = draft(drops, id="MedicationRequest/2")
    assert status(RULE, ordering(by_mass(100), drafts=(instead(40), nameless))) == "undetermined"


def test_an_unknown_dose_replaced_by_a_known_one_stays_open():
    assert status(RULE, ordering(by_mass(None), drafts=instead(40))) == "undetermined"


def test_a_change_to_treatment_is_no_decrease():
    """A buprenorphine order raises no dose card, though the dose on paper falls to nothing."""
    moud = draft("buprenorphine film", 8, 2, replaces=ID)
    assert status(RULE, ordering(by_mass(100), drafts=moud)) == "not indicated"


def test_nothing_before_is_no_decrease():
    assert status(RULE, ordering(drafts=instead(40))) == "not indicated"


def test_ending_an_opioid_at_once_is_the_largest_decrease():
    ending = replace(by_mass(100), status="stopped")
    case = ordering(by_mass(100), drafts=())
    stopping = Case(replace(case.chart, stops=(ending,)), case.policy)
    guidance = RULE.evaluate(stopping)
    assert guidance.status is Status.INDICATED
    assert "to 0 MME/day" in guidance.advice


def test_ending_another_medicine_is_no_decrease():
    case = ordering(by_mass(100), drafts=())
    other = order("ibuprofen", 400, 3, status="stopped")
    assert status(RULE, Case(replace(case.chart, stops=(other,)), case.policy)) == "not indicated"
