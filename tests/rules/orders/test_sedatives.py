"""OR-11: an opioid with a sedating medicine, whichever is being ordered."""

from dataclasses import replace

import pytest

from chart.medications import DrugClass
from rules.orders.sedatives import RULE
from rules.rule import Priority
from tests.builders import condition, order, product
from tests.rules.orders.cases import OXY, ask, draft, hospice, ordering, running, sickle_cell, status, texts

OPIOID = draft(*OXY, 4, days=5)
BENZO = draft("lorazepam", 1, 2, id="MedicationRequest/benzo")
HOSPITAL = frozenset({"inpatient"})


@pytest.mark.parametrize(
    ("records", "drafts", "expected"),
    [
        ([order("lorazepam", 1, 2)], OPIOID, "indicated"),
        ([running()], BENZO, "indicated"),
        ([], OPIOID, "not indicated"),
        ([], BENZO, "not indicated"),
        ([running()], draft("ibuprofen", 400, 3), "not indicated"),
        ([running(), order("lorazepam", 1, 2)], draft("ibuprofen", 400, 3), "not indicated"),
        ([order("lorazepam", 1, 2, status="stopped")], OPIOID, "not indicated"),
        ([order("lorazepam", 1, 2, authored=60, days=10, status="completed")], OPIOID, "not indicated"),
        ([order("buprenorphine film", 8, 2)], BENZO, "indicated"),
        ([order("lorazepam", 1, 2)], draft("buprenorphine film", 8, 2), "indicated"),
        ([order("levorphanol", 2, 2)], BENZO, "indicated"),
    ],
)
def test_one_ordered_and_the_other_in_use(records, drafts, expected):
    assert status(RULE, ordering(*records, drafts=drafts)) == expected


def test_fault_of_cdc_both_new_in_one_signing():
    found = ordering(drafts=(OPIOID, BENZO))
    assert status(RULE, found) == "indicated"
    assert "oxycodone 5 mg and lorazepam 1 mg together" in ask(RULE, found).advice


@pytest.mark.parametrize("chosen", ["MedicationRequest/draft", "MedicationRequest/benzo"])
def test_both_new_and_one_of_them_chosen_just_now(chosen):
    assert status(RULE, ordering(drafts=(OPIOID, BENZO), selections=frozenset({chosen}))) == "indicated"


def test_only_what_is_ordered_is_named_beside_the_opioid_in_use():
    found = ask(RULE, ordering(running(), order("lorazepam", 1, 2), drafts=draft("hydroxyzine", 25, 1)))
    assert "hydroxyzine" in found.advice
    assert "lorazepam" not in found.advice
    assert found.priority is Priority.ROUTINE


def test_a_pair_in_use_is_not_this_orders_business():
    found = ordering(running(), replace(BENZO, status="active"), drafts=draft("senna", 8, 1))
    assert status(RULE, found) == "not indicated"


@pytest.mark.parametrize(
    ("drug", "priority"),
    [
        ("lorazepam", Priority.SAFETY),
        ("zolpidem", Priority.HIGH),
        ("gabapentin", Priority.HIGH),  # the fault of CDC's list: neither of these two is in it
        ("carisoprodol", Priority.HIGH),
        ("butalbital", Priority.HIGH),
        ("hydroxyzine", Priority.ROUTINE),
    ],
)
def test_every_class_and_how_urgent_it_is(drug, priority):
    found = ask(RULE, ordering(order(drug, 10, 1), drafts=OPIOID))
    assert (found.status.value, found.priority) == ("indicated", priority)


def test_fault_of_cdc_hospital_orders_are_left_out_on_either_side():
    in_hospital = draft("lorazepam", 1, 2, categories=HOSPITAL)
    assert status(RULE, ordering(running(), drafts=in_hospital)) == "not indicated"
    assert (
        status(RULE, ordering(order("lorazepam", 1, 2, categories=HOSPITAL), drafts=OPIOID))
        == "not indicated"
    )


def test_a_product_that_holds_both_is_a_pair_by_itself():
    codeine = product("codeine", 30, classes=frozenset({DrugClass.OPIOID, DrugClass.BARBITURATE}))
    codeine = replace(codeine, name="butalbital with codeine")
    found = ask(RULE, ordering(drafts=draft(codeine, None, 4)))
    assert found.advice.startswith("The medicines in butalbital with codeine raise the risk")


def test_it_stays_on_outside_the_guideline_and_pauses_at_the_end_of_life():
    assert status(RULE, ordering(order("lorazepam", 1, 2), sickle_cell(), drafts=OPIOID)) == "indicated"
    assert status(RULE, ordering(order("lorazepam", 1, 2), condition("C25.9"), drafts=OPIOID)) == "indicated"
    assert status(RULE, ordering(order("lorazepam", 1, 2), hospice(), drafts=OPIOID)) == "not indicated"


def test_never_says_to_stop_a_benzodiazepine():
    advice = ask(RULE, ordering(running(), drafts=BENZO)).advice
    assert "never stop a benzodiazepine suddenly" in advice


def test_an_order_that_may_be_in_use_still_counts():
    old = order("lorazepam", 1, 2, authored=900)
    found = ordering(old, drafts=OPIOID)
    assert status(RULE, found) == "indicated"
    assert "ask whether it is still taken" in texts(RULE, found)


def test_a_draft_nobody_recognises_leaves_it_open():
    nameless = draft(
        product("oxycodone", ingredients=(), classes=frozenset(), name="opioid"), id="MedicationRequest/2"
    )
    assert status(RULE, ordering(order("lorazepam", 1, 2), drafts=nameless)) == "undetermined"
    assert status(RULE, ordering(drafts=(OPIOID, nameless))) == "undetermined"
