"""What holds for every planned-visit rule alike."""

from dataclasses import fields

import pytest

from rules.catalogue import PLANNED_VISITS, TRACKING
from rules.policy import Policy
from rules.rule import Hook, Status
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term

RULES = (*TRACKING, *PLANNED_VISITS)
SAFETY = {"PV-08", "PV-10", "PV-11", "PV-17", "PV-24"}
by_id = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
planned = pytest.mark.parametrize("rule", PLANNED_VISITS, ids=lambda r: r.id)


def test_every_row_of_the_catalogue_is_there():
    # PV-28 is a list over the whole clinic.
    expected = {f"PV-{n:02}" for n in (*range(1, 28), 29)} | {"POP-01", "POP-02", "POP-03"}
    assert {r.id for r in RULES} == expected
    assert len(RULES) == len(expected)


@by_id
def test_it_can_be_reviewed(rule):
    assert rule.source.url.startswith("https://")
    assert rule.source.locator
    assert rule.say
    assert rule.advice.endswith(".")
    assert "{" not in rule.advice + rule.title
    assert Hook.PAGE in rule.hooks


@by_id
def test_its_settings_exist(rule):
    assert set(rule.policy) <= {f.name for f in fields(Policy)}


@planned
def test_it_pauses_at_the_end_of_life_and_says_why(rule):
    found = rule.assess(long_term(hospice()))
    assert found.status is Status.NOT_INDICATED
    assert found.guidance.reasons[0].text.startswith(
        "Paused, the guideline is not written for this: Hospice care"
    )


@planned
def test_it_has_nothing_to_say_without_an_opioid(rule):
    assert rule.assess(case()).status is Status.NOT_INDICATED


@pytest.mark.parametrize(
    ("rule", "kind"), [(r, k) for r in RULES for k in sorted(r.needs)], ids=lambda v: getattr(v, "id", v)
)
def test_what_is_hidden_is_never_reassuring(rule, kind):
    found = rule.assess(case(unavailable=hidden(kind)))
    assert found.status not in (Status.NOT_INDICATED, Status.ADDRESSED, Status.UPCOMING)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [(r, k) for r in PLANNED_VISITS for k in sorted(r.reads)],
    ids=lambda v: getattr(v, "id", v),
)
def test_hiding_a_type_never_turns_a_need_into_reassurance(rule, kind):
    """Same patient, one kind of record refused: indicated may become undetermined, nothing better."""
    before, after = rule.assess(long_term()), rule.assess(long_term(unavailable=hidden(kind)))
    if before.status in (Status.INDICATED, Status.UNDETERMINED):
        assert after.status in (Status.INDICATED, Status.UNDETERMINED)
    if before.status is Status.NOT_INDICATED:
        assert after.status is Status.UNDETERMINED


def test_which_items_stay_on_for_safety_outside_the_guideline():
    from tests.rules.planned_visits.cases import sickle_cell

    paused = {
        r.id
        for r in PLANNED_VISITS
        if r.assess(long_term(sickle_cell())).guidance.reasons[0].text.startswith("Paused")
    }
    assert {r.id for r in PLANNED_VISITS} - paused == SAFETY
