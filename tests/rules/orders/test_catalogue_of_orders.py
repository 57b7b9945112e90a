"""What holds for every order rule alike."""

from dataclasses import fields, replace

import pytest

from chart.records import Gap, Unavailable
from rules.case import Case
from rules.catalogue import RULES
from rules.orders.catalogue import ORDERS
from rules.policy import Policy
from rules.rule import Block, Hook, Status
from tests.builders import chart, condition, encounter, fill, order, procedure, product
from tests.rules.orders.cases import OXY, cancer_pain, draft, hospice, ordering, running, sickle_cell

by_id = pytest.mark.parametrize("rule", ORDERS, ids=lambda r: r.id)
PAUSES = {f"OR-{n:02}" for n in range(1, 11)}
BENZO = order("lorazepam", 1, 2, id="MedicationRequest/benzo")
SOON = [draft(*OXY, 10, days=30), draft(*OXY, 10, days=10), draft("morphine", 15, 10, days=30)]


def test_every_row_of_the_catalogue_is_there():
    assert {r.id for r in ORDERS} == {f"OR-{n:02}" for n in range(1, 14)}
    assert len(ORDERS) == 13
    assert set(ORDERS) <= set(RULES)


@by_id
def test_it_can_be_reviewed(rule):
    assert rule.block is Block.ORDERS
    assert all(s.url.startswith("https://") for s in (rule.source, *rule.further_sources))
    assert rule.source.locator
    assert rule.say
    assert rule.advice.endswith(".")
    assert "{" not in rule.advice + rule.title + rule.card
    assert rule.hooks <= {Hook.ORDER_SELECT, Hook.ORDER_SIGN}
    assert Hook.ORDER_SIGN in rule.hooks
    assert set(rule.policy) <= {f.name for f in fields(Policy)}


@by_id
def test_it_has_nothing_to_say_when_no_opioid_is_ordered(rule):
    assert rule.assess(Case(chart(running(20), BENZO))).status is Status.NOT_INDICATED
    other = ordering(running(20), BENZO, drafts=draft("ibuprofen", 400, 3))
    assert rule.assess(other).status is Status.NOT_INDICATED


@pytest.mark.parametrize("excluding", [sickle_cell(), cancer_pain(), hospice()])
@by_id
def test_outside_the_guideline(rule, excluding):
    found = rule.assess(ordering(excluding, BENZO, condition("F11.20"), drafts=draft(*OXY, None, days=None)))
    is_paused = found.guidance.reasons[0].text.startswith("Paused")
    is_end_of_life = excluding.concept.display.startswith("Full care")
    assert is_paused == (rule.id in PAUSES or (rule.id == "OR-11" and is_end_of_life))
    assert not (is_paused and found.status is not Status.NOT_INDICATED)


@by_id
def test_under_18(rule):
    found = rule.assess(ordering(born="2010-01-01", drafts=draft(*OXY, 10, days=10)))
    assert found.guidance.reasons[0].text.startswith("Paused") == (rule.id in PAUSES)


@by_id
def test_buprenorphine_raises_no_dose_card(rule):
    moud = draft("buprenorphine film", 8, 2, days=30)
    found = rule.assess(ordering(running(20), condition("F11.20"), drafts=moud))
    assert (found.status is Status.INDICATED) == (rule.id == "OR-09")  # the PDMP is not about the dose


@by_id
def test_a_draft_nobody_recognises_is_never_taken_for_no_opioid(rule):
    unknown = draft(product("oxycodone", ingredients=(), classes=frozenset(), name="opioid lozenge"), None, 2)
    found = rule.assess(ordering(drafts=unknown)).status
    assert found is (Status.INDICATED if rule.id == "OR-13" else Status.UNDETERMINED)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [(r, k) for r in ORDERS for k in sorted(r.reads)],
    ids=lambda v: getattr(v, "id", v),
)
@pytest.mark.parametrize("written", SOON, ids=lambda d: d.display)
def test_hiding_a_type_never_turns_a_need_into_reassurance(rule, kind, written):
    hidden = (Unavailable(kind, Gap.REFUSED, f"{kind} was not shared"),)
    before = rule.assess(ordering(running(), BENZO, drafts=written)).status
    after = rule.assess(ordering(running(), BENZO, drafts=written, unavailable=hidden)).status
    if before in (Status.INDICATED, Status.UNDETERMINED):
        assert after in (Status.INDICATED, Status.UNDETERMINED)
    if before is Status.NOT_INDICATED:
        assert after is Status.UNDETERMINED


def test_hidden_conditions_never_silence_a_total_or_naloxone():
    hidden = (Unavailable("Condition", Gap.REFUSED, "Conditions were not shared"),)
    found = ordering(drafts=draft(*OXY, 10), unavailable=hidden)
    spoken = {r.id for r in ORDERS if r.assess(found).status is Status.INDICATED}
    assert {"OR-04", "OR-08"} <= spoken
    little = ordering(drafts=draft(*OXY, 1), unavailable=hidden)
    naloxone = next(r for r in ORDERS if r.id == "OR-08")
    assert naloxone.assess(little).status is Status.UNDETERMINED


DIAGNOSES = (
    "sleep apnea",
    "dependence",
    "depress",
    "copd",
    "poisoning",
    "pregnan",
    "cirrhosis",
    "overdose is",
)


@by_id
def test_nothing_it_says_names_a_diagnosis(rule):
    records = [
        condition("G47.33", text="Obstructive sleep apnea"), condition("F11.20", text="Opioid dependence"),
        condition("J44.9", text="COPD"), condition("T40.2X1A", text="Poisoning by opioids"),
        condition("Z33.1", text="Pregnant state"), condition("K74.60", text="Cirrhosis of liver"),
    ]  # fmt: skip
    for written in SOON:
        found = rule.assess(ordering(*records, BENZO, running(), drafts=written))
        told = [found.advice, found.card, rule.title, *(r.text for r in found.guidance.reasons)]
        assert not [w for w in DIAGNOSES if w in " ".join(told).lower()]


def test_order_of_drafts_never_matters():
    drafts = (draft(*OXY, 10), draft("lorazepam", 1, 2, id="b"), draft("morphine", 15, None, id="c"))
    here, there = ordering(drafts=drafts), ordering(drafts=drafts[::-1])
    for rule in ORDERS:
        assert rule.assess(here).status is rule.assess(there).status


def test_everything_in_order_leaves_only_the_dose_to_speak_of():
    done = [procedure("454281000124100"), procedure("461621000124108")]
    found = ordering(running(10), *done, drafts=draft(*OXY, 10, replaces="MedicationRequest/running"))
    spoken = {r.id for r in ORDERS if r.assess(found).status is Status.INDICATED}
    assert spoken == {"OR-04", "OR-08", "OR-10"}


FIELD_OF = {
    "MedicationRequest": "medication_requests",
    "MedicationDispense": "medication_dispenses",
    "Condition": "conditions",
    "Procedure": "procedures",
    "Encounter": "encounters",
    "Observation": "observations",
    "CarePlan": "care_plans",
}


@pytest.mark.parametrize("kind", FIELD_OF)
@by_id
def test_losing_a_type_altogether_never_makes_an_order_look_safer(rule, kind):
    """The records are gone and the EHR says so: what was to do, or open, is not settled by that."""
    apnea = condition("G47.33", text="Obstructive sleep apnea")
    records = [running(), BENZO, apnea, condition("F11.20"), encounter(on=30), fill("gabapentin", 300, 3)]
    for written in (
        *SOON,
        draft(*OXY, 1, days=5),
        draft(*OXY, 2, days=30, replaces="MedicationRequest/running"),
    ):
        whole = ordering(*records, drafts=written)
        gone = Unavailable(kind, Gap.REFUSED, f"{kind} was not shared")
        less = Case(replace(whole.chart, **{FIELD_OF[kind]: ()}, unavailable=(gone,)))
        if rule.assess(whole).status in (Status.INDICATED, Status.UNDETERMINED):
            assert rule.assess(less).status in (Status.INDICATED, Status.UNDETERMINED)
