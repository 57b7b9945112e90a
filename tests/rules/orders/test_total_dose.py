"""OR-04: the daily dose with this order."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.orders.total_dose import RULE
from rules.policy import Policy
from rules.rule import Priority, Status
from tests.builders import order, product
from tests.rules.orders.cases import OXY, ask, draft, ordering, running, status, texts


def mg(amount):
    """Morphine ordered by mass: as many MME as mg."""
    return draft("morphine", 15, amount, unit="mg")


@pytest.mark.parametrize(
    ("amount", "expected"), [("49.99", "not indicated"), ("50", "indicated"), ("50.01", "indicated")]
)
def test_at_under_and_over_the_range_of_extra_care(amount, expected):
    assert status(RULE, ordering(drafts=mg(amount))) == expected


@pytest.mark.parametrize(("amount", "expected"), [("49.99", "not indicated"), ("50", "indicated")])
def test_a_renewal_in_the_range_is_said_though_it_crosses_nothing(amount, expected):
    before = order("morphine", 15, amount, unit="mg", id="MedicationRequest/running")
    renewal = draft("morphine", 15, amount, unit="mg", replaces="MedicationRequest/running")
    assert status(RULE, ordering(before, drafts=renewal)) == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [("5.99", "not indicated"), ("6", "indicated"), ("6.01", "indicated")]
)
def test_a_rise_by_a_fifth_of_the_dose_in_use(amount, expected):
    assert status(RULE, ordering(running(), drafts=mg(amount))) == expected  # 30 before


def test_small_steps_add_up_over_90_days():
    """22.5 a day 90 days ago, 26.25 now: this order adds a little less than a fifth of it, and 37 % to that."""
    first = order("morphine", 15, "22.5", unit="mg", authored=200, days=150, status="completed", id="A/1")
    now = order("morphine", 15, "26.25", unit="mg", authored=50, days=60, id="A/2")
    found = ordering(first, now, drafts=draft(*OXY, "0.6"))
    assert "Up by 37 % from 22.5 MME/day" in texts(RULE, found)
    assert status(RULE, found) == "indicated"


def test_no_rise_is_claimed_over_a_dose_that_cannot_be_told():
    """What was in use may have been far more than the number known of it."""
    known = running(a_day=4)
    unknown = order("hydromorphone", 2, None, id="MedicationRequest/unknown")
    found = ordering(known, unknown, drafts=draft(*OXY, 8))
    assert found.ordering.before.at_least
    assert "Up by" not in texts(RULE, found)
    assert "Reaches" not in texts(RULE, found)


def test_a_start_is_no_rise():
    assert status(RULE, ordering(drafts=mg(20))) == "not indicated"


@pytest.mark.parametrize(("more", "told"), [("59.99", False), ("60", True)])
def test_crossing_the_measures_tier_is_said(more, told):
    found = ordering(running(), drafts=mg(more))
    assert ("Reaches 90 MME/day" in texts(RULE, found)) is told


def test_the_clinics_own_tier():
    policy = Policy(consultation_mme=Decimal(120))
    assert "Reaches 120 MME/day" in texts(RULE, ordering(running(), drafts=mg(90), policy=policy))


def test_the_numbers_are_in_the_advice():
    advice = ask(RULE, ordering(running(), drafts=mg(30))).advice
    assert advice.startswith("With this order the total is about 60 MME/day (30 MME/day before).")
    assert "This is not a limit." in advice
    assert "{" not in advice
    assert "no opioid before" in ask(RULE, ordering(drafts=mg(60))).advice


def test_what_cannot_be_calculated_makes_the_total_at_least():
    unknown = draft("morphine", 15, None, id="MedicationRequest/2")
    found = ordering(drafts=(mg(60), unknown))
    assert "the total is at least 60 MME/day" in ask(RULE, found).advice
    assert status(RULE, found) == "indicated"


@pytest.mark.parametrize(
    "unknown",
    [
        draft(*OXY, None),
        draft("levorphanol", 2, 2),  # no factor in the table of 2022
        draft(product("oxycodone", None), None, 4),
    ],
)
def test_fault_of_cdc_an_unknown_dose_is_never_left_out_in_silence(unknown):
    assert status(RULE, ordering(drafts=unknown)) == "undetermined"
    assert status(RULE, ordering(running(), drafts=unknown)) == "undetermined"


def test_fault_of_cdc_orders_of_a_few_days_count():
    assert status(RULE, ordering(running(), drafts=draft("morphine", 15, 2, days=5))) == "indicated"


def test_fault_of_cdc_factors_are_those_of_2022():
    assert "80 MME/day" in texts(RULE, ordering(drafts=draft("hydromorphone", 4, 4)))
    assert "141 MME/day" in texts(RULE, ordering(drafts=draft("methadone", 10, 3)))
    assert "40 MME/day" in texts(RULE, ordering(drafts=draft("tramadol", 50, 4)))


@pytest.mark.parametrize(
    "how", [{"id": "MedicationRequest/running"}, {"replaces": "MedicationRequest/running"}]
)
def test_fault_of_cdc_the_same_order_in_draft_and_record_counts_once(how):
    again = draft(*OXY, 4, **how)
    found = ordering(running(), drafts=again)
    assert status(RULE, found) == "not indicated"
    assert "With this order: 30 MME/day" in texts(RULE, found)


def test_drafts_that_are_not_judged_count_in_the_total():
    other = draft(*OXY, 4, id="MedicationRequest/other")
    found = ordering(drafts=(mg(20), other), selections=frozenset({"MedicationRequest/draft"}))
    assert status(RULE, found) == "indicated"


def test_a_draft_that_is_not_judged_alone_says_nothing():
    found = ordering(drafts=(mg(60), draft("ibuprofen", 400, 3, id="i")), selections=frozenset({"i"}))
    assert status(RULE, found) == "not indicated"


@pytest.mark.parametrize(
    "apart",
    [
        draft("buprenorphine film", 8, 2),
        draft("morphine injection", 10, 6),
        draft("morphine", 100, 6, categories=frozenset({"inpatient"})),
    ],
)
def test_some_opioids_raise_no_dose_card(apart):
    heavy = order("morphine", 30, 4, authored=20)
    found = ask(RULE, ordering(heavy, drafts=apart))
    assert found.status is Status.NOT_INDICATED
    assert apart.id in found.guidance.reasons[0].record_ids


def test_a_renewal_above_the_range_is_said_with_less_urgency_than_a_rise():
    heavy = order("morphine", 15, 4, authored=20, id="MedicationRequest/running")
    renewal = draft("morphine", 15, 4, replaces="MedicationRequest/running")
    assert ask(RULE, ordering(heavy, drafts=renewal)).priority is Priority.ROUTINE
    rise = draft("morphine", 15, 6, replaces="MedicationRequest/running")
    assert ask(RULE, ordering(heavy, drafts=rise)).priority is Priority.HIGH


def test_a_draft_nobody_recognises_leaves_a_low_total_open():
    unknown = draft(product("oxycodone", ingredients=(), classes=frozenset(), name="opioid lozenge"), None, 2)
    assert status(RULE, ordering(drafts=unknown)) == "undetermined"
    assert status(RULE, ordering(drafts=(mg(20), unknown))) == "undetermined"


drugs = st.sampled_from(["oxycodone", "morphine", "hydrocodone", "hydromorphone", "tramadol", "codeine"])
amounts = st.one_of(st.none(), st.integers(1, 8))


@st.composite
def records(draw):
    return order(
        draw(drugs),
        draw(st.sampled_from([5, 10])),
        draw(amounts),
        authored=draw(st.integers(0, 400)),
        days=draw(st.sampled_from([None, 5, 30, 90])),
        status=draw(st.sampled_from(["active", "completed", "stopped"])),
    )


@given(st.lists(records(), max_size=4), amounts)
@settings(max_examples=150, deadline=None)
def test_adding_a_draft_of_another_opioid_never_lowers_the_total(found, amount):
    case = ordering(*found, drafts=draft("tapentadol", 50, amount)).ordering
    assert case.after.total >= case.before.total
    assert case.after.at_least >= case.before.at_least


@given(st.lists(records(), max_size=4), drugs)
@settings(max_examples=150, deadline=None)
def test_dropping_a_drafts_dosage_never_settles_the_question(found, drug):
    untold = ask(RULE, ordering(*found, drafts=draft(drug, 7, None)))
    assert untold.status is not Status.NOT_INDICATED


@given(st.lists(records(), max_size=4), drugs, st.sampled_from([5, 10]))
@settings(max_examples=150, deadline=None)
def test_nor_where_the_same_medicine_is_in_use(found, drug, strength):
    assert status(RULE, ordering(*found, drafts=draft(drug, strength, None))) != "not indicated"
