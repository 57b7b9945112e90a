"""OR-01, OR-02, OR-03 and OR-06: what matters when opioids are started."""

from dataclasses import replace

import pytest

from chart.medications import Supply
from rules.orders.acute import RULE as ACUTE
from rules.orders.acute_supply import RULE as OVER_A_WEEK
from rules.orders.long_acting import RULE as LONG_ACTING
from rules.orders.longer_therapy import RULE as LONGER
from rules.policy import Policy
from tests.builders import order, procedure, product
from tests.rules.orders.cases import OXY, ask, care_plan, draft, ordering, running, status, texts, valid_for

RELEASED_SLOWLY = product("oxycodone", 10, is_long_acting=True)
AT_ONCE = product("oxycodone", 10, is_long_acting=False)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4, days=3), "indicated"),
        (draft(*OXY, 4, days="27.9"), "indicated"),
        (draft(*OXY, 4, days=28), "not indicated"),
        (draft(*OXY, 4, days=None, quantity=108), "indicated"),  # 27 days
        (draft(*OXY, 4, days=None, quantity=112), "not indicated"),
        (draft(*OXY, 4, days=None), "undetermined"),
        (valid_for(90, days=7), "indicated"),
        (draft("buprenorphine film", 8, 2, days=7), "not indicated"),
        (draft("ibuprofen", 400, 3, days=7), "not indicated"),
    ],
)
def test_acute(found, expected):
    assert status(ACUTE, ordering(drafts=found)) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (order(*OXY, 4, authored=60, days=5, status="completed"), "not indicated"),
        (order(*OXY, 4, authored=91, days=1, status="completed"), "indicated"),
        (order(*OXY, 4, authored=91, days=120), "not indicated"),  # the fault of CDC's: still running
        (order(*OXY, 4, authored=100, days=None, status="completed"), "undetermined"),
    ],
)
def test_acute_only_when_not_on_opioids(before, expected):
    assert status(ACUTE, ordering(before, drafts=draft(*OXY, 4, days=5))) == expected


def test_a_length_nobody_can_tell_is_never_taken_for_not_acute():
    """The fault of CDC's: without days of supply an order is never acute."""
    found = ordering(drafts=draft(*OXY, 4, days=None))
    assert status(ACUTE, found) == "undetermined"
    assert "cannot be told" in texts(ACUTE, found)


def test_acute_names_what_is_in_use_already():
    found = ordering(order("ibuprofen", 400, 3), drafts=draft(*OXY, 4, days=5))
    assert "Already in use: ibuprofen" in texts(ACUTE, found)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4, days="27.9"), "not indicated"),
        (draft(*OXY, 4, days=28), "indicated"),
        (draft(*OXY, 4, days=30), "indicated"),
        (valid_for(27, days=7), "not indicated"),
        (valid_for(28, days=7), "indicated"),
        (draft(*OXY, 4, days=None), "undetermined"),
        (draft("tramadol", 50, 4, days=7, refills=3), "indicated"),
        (draft("tramadol", 50, 4, days=7, refills=2), "not indicated"),
    ],
)
def test_longer_therapy(found, expected):
    assert status(LONGER, ordering(drafts=found)) == expected


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (care_plan(90), "addressed"),
        (care_plan(91), "indicated"),
        (care_plan(10, status="revoked"), "indicated"),
        (care_plan(10, code="0000-0"), "indicated"),
        (care_plan(None), "indicated"),
    ],
)
def test_a_pain_care_plan(plan, expected):
    found = ordering(drafts=draft(*OXY, 4, days=30), care_plans=(plan,))
    assert status(LONGER, found) == expected


@pytest.mark.parametrize(("on", "expected"), [(90, "addressed"), (91, "indicated")])
def test_fault_of_cdc_a_plan_counts_whoever_wrote_it(on, expected):
    found = draft(*OXY, 4, days=30, requester="Practitioner/me")
    plan = procedure("408957008", on=on)
    assert status(LONGER, ordering(plan, drafts=found)) == expected


def test_longer_therapy_is_not_started_twice():
    assert status(LONGER, ordering(running(), drafts=draft(*OXY, 4, days=30))) == "not indicated"


@pytest.mark.parametrize(
    ("what", "days", "expected"),
    [
        (RELEASED_SLOWLY, 30, "indicated"),
        (RELEASED_SLOWLY, 7, "indicated"),  # the fault of CDC's: only from 28 days on
        (RELEASED_SLOWLY, None, "indicated"),
        (AT_ONCE, 30, "not indicated"),
        (product("oxycodone", 10), 30, "undetermined"),
        (product("fentanyl patch", 25), 30, "indicated"),
        (product("methadone", 10), 30, "indicated"),
    ],
)
def test_long_acting(what, days, expected):
    assert status(LONG_ACTING, ordering(drafts=draft(what, None, 2, days=days))) == expected


def test_long_acting_for_someone_on_opioids_is_no_start():
    found = draft(RELEASED_SLOWLY, None, 2)
    assert status(LONG_ACTING, ordering(running(), drafts=found)) == "not indicated"
    unsure = order(*OXY, 4, authored=100, days=None, status="completed")
    assert status(LONG_ACTING, ordering(unsure, drafts=found)) == "undetermined"


def test_long_acting_names_the_medicine():
    advice = ask(LONG_ACTING, ordering(drafts=draft(RELEASED_SLOWLY, None, 2))).advice
    assert advice.startswith("oxycodone 10 mg is extended-release or long-acting.")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4, days=7), "not indicated"),
        (draft(*OXY, 4, days="7.1"), "indicated"),
        (draft(*OXY, 4, days=8), "indicated"),
        (draft(*OXY, 4, days="27.9"), "indicated"),
        (draft(*OXY, 4, days=28), "not indicated"),
        (draft(*OXY, 4, days=None, quantity=28), "not indicated"),
        (draft(*OXY, 4, days=None, quantity=40), "indicated"),  # the fault of CDC's: silent without days
        (draft(*OXY, 4, days=None), "undetermined"),
        (draft("tramadol", 50, 4, days=5, refills=1), "indicated"),
        (valid_for(90, days=10), "indicated"),
        (draft(RELEASED_SLOWLY, None, 2, days=5), "not indicated"),  # the edition of 2016 spoke here
    ],
)
def test_over_a_week(found, expected):
    assert status(OVER_A_WEEK, ordering(drafts=found)) == expected


@pytest.mark.parametrize(
    ("what", "expected"),
    [(OXY, "not indicated"), (("hydromorphone", 2), "indicated")],
)
def test_fault_of_cdc_two_weeks_of_a_long_term_medicine_are_no_acute_supply(what, expected):
    """To cut them to a week would end therapy; a new opioid beside it is for acute pain as for anyone."""
    found = ordering(running(authored=100, days=120), drafts=draft(*what, 4, days=14))
    assert status(OVER_A_WEEK, found) == expected


def test_over_a_week_says_how_many_days():
    assert ask(OVER_A_WEEK, ordering(drafts=draft(*OXY, 4, days=10))).advice.startswith(
        "The supply is 10 days."
    )
    two = (draft(*OXY, 4, days=10), draft("morphine", 15, 2, days=14, id="MedicationRequest/2"))
    told = ask(OVER_A_WEEK, ordering(drafts=two)).advice
    assert "10 days of oxycodone 5 mg and 14 days of morphine 15 mg" in told


def test_the_clinics_own_numbers_count():
    policy = Policy(acute_supply_days=3, longer_supply_days=14)
    assert status(OVER_A_WEEK, ordering(drafts=draft(*OXY, 4, days=4), policy=policy)) == "indicated"
    assert status(LONGER, ordering(drafts=draft(*OXY, 4, days=14), policy=policy)) == "indicated"


def test_one_known_order_speaks_beside_an_unknown_one():
    unknown = draft("morphine", 15, None, id="MedicationRequest/2", days=None)
    unknown = replace(unknown, supply=Supply())
    found = ordering(drafts=(draft(*OXY, 4, days=10), unknown))
    assert status(OVER_A_WEEK, found) == "indicated"
