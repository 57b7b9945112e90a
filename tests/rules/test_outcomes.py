"""What a recorded answer does: it lets a prompt rest for its time, and never hides safety or other rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chart.outcomes import OutcomeKind
from rules.case import Case
from rules.catalogue import RULES
from rules.outcome_kinds import MEANING, kinds_for, kinds_today
from rules.outcomes import in_force
from rules.policy import Policy
from rules.rule import Priority, Status
from tests.builders import (
    AS_OF,
    chart,
    condition,
    days_ago,
    fill,
    observation,
    order,
)
from tests.rules.recorded import BY_ID, answer, assessed, hidden, on_opioids
from tests.rules.situations import long_term

PHQ9_ITEM_9 = "44260-8"
OPEN = {Status.INDICATED, Status.UPCOMING, Status.UNDETERMINED}


# How long


@pytest.mark.parametrize(
    ("kind", "rule_id", "days"),
    [
        (OutcomeKind.DECLINED, "PV-02", 90),
        (OutcomeKind.DONE_ELSEWHERE, "PV-02", 90),
        (OutcomeKind.NOT_APPLICABLE, "PV-02", 365),
        (OutcomeKind.SNOOZED, "PV-02", 30),
        (OutcomeKind.HAS_AT_HOME, "PV-08", 365),
        (OutcomeKind.NOT_CONFIRMED, "POP-01", 90),
        (OutcomeKind.TIER_OVERRIDE, "CX-10", 90),
        (OutcomeKind.REFERRAL_OFFERED, "RF-01", 30),
        (OutcomeKind.REFERRAL_OFFERED, "RF-02", 7),
        (OutcomeKind.REFERRAL_SENT, "RF-01", 30),
        (OutcomeKind.REFERRAL_SENT, "RF-02", 7),
        (OutcomeKind.REFERRAL_BOOKED, "RF-02", 60),
        (OutcomeKind.REFERRAL_CLOSED, "RF-01", 90),
        (OutcomeKind.REFERRAL_IN_CARE, "RF-01", 90),
    ],
)
def test_how_long_an_answer_holds_unless_a_day_is_chosen(kind, rule_id, days):
    for on, holds in ((0, True), (days - 1, True), (days, False), (days + 1, False)):
        found = in_force(chart(outcomes=(answer(rule_id, kind, on),)), Policy(), rule_id)
        assert (found is not None) is holds, on
    held = in_force(chart(outcomes=(answer(rule_id, kind, 1),)), Policy(), rule_id)
    assert held.until == days_ago(1) + timedelta(days=days)


@pytest.mark.parametrize(
    ("until", "status"), [(1, Status.ADDRESSED), (0, Status.INDICATED), (-1, Status.INDICATED)]
)
def test_the_day_before_on_and_after_the_chosen_day(until, status):
    found = assessed("PV-02", long_term(), answer("PV-02", OutcomeKind.SNOOZED, 20, until))
    assert found.status is status
    assert (found.guidance.outcome is not None) is (status is Status.ADDRESSED)


def test_no_chosen_day_lies_beyond_the_policys_longest():
    far = answer("PV-02", OutcomeKind.DECLINED, 364, 5000)
    assert in_force(chart(outcomes=(far,)), Policy(), "PV-02").until == AS_OF + timedelta(days=1)
    over = replace(far, on=days_ago(365))
    assert in_force(chart(outcomes=(over,)), Policy(), "PV-02") is None


def test_the_clinics_own_number_counts():
    made = answer("PV-02", OutcomeKind.DECLINED, 30)
    assert in_force(chart(outcomes=(made,)), Policy(outcome_days=30), "PV-02") is None
    assert in_force(chart(outcomes=(made,)), Policy(outcome_days=31), "PV-02") is not None


def test_what_was_confirmed_holds_without_an_end():
    made = answer("POP-01", OutcomeKind.CONFIRMED, 3000)
    assert in_force(chart(outcomes=(made,)), Policy(), "POP-01").until is None


# Which one


def test_the_latest_counts_and_an_earlier_one_never_comes_back():
    long, short = (
        answer("PV-02", OutcomeKind.DECLINED, 20, 60),
        answer("PV-02", OutcomeKind.SNOOZED, 10, -1),
    )
    assert in_force(chart(outcomes=(long,)), Policy(), "PV-02").kind is OutcomeKind.DECLINED
    assert in_force(chart(outcomes=(long, short)), Policy(), "PV-02") is None
    assert in_force(chart(outcomes=(short, long)), Policy(), "PV-02") is None


def test_of_one_day_the_one_recorded_last_counts():
    first, last = answer("PV-02", OutcomeKind.DECLINED), answer("PV-02", OutcomeKind.SNOOZED)
    assert in_force(chart(outcomes=(first, last)), Policy(), "PV-02").kind is OutcomeKind.SNOOZED
    assert in_force(chart(outcomes=(last, first)), Policy(), "PV-02").kind is OutcomeKind.DECLINED


def test_what_is_taken_back_is_as_if_never_said():
    made, back = answer("PV-02", OutcomeKind.DECLINED, 1), answer("PV-02", OutcomeKind.WITHDRAWN)
    found = assessed("PV-02", long_term(), made, back)
    assert found == assessed("PV-02", long_term())


def test_an_answer_of_a_later_day_is_not_yet_known():
    assert in_force(chart(outcomes=(answer("PV-02", OutcomeKind.DECLINED, -1),)), Policy(), "PV-02") is None


# What it says


def test_a_prompt_that_rests_says_who_chose_so_when_and_until_when():
    before = assessed("PV-02", long_term())
    found = assessed("PV-02", long_term(), answer("PV-02", OutcomeKind.DECLINED, 1))
    assert before.status is Status.INDICATED
    assert before.guidance.outcome is None
    assert found.status is Status.ADDRESSED
    told = "Declined by the patient on 1 Mar 2026; ask again from 30 May 2026"
    assert found.guidance.reasons[0].text == told
    assert found.guidance.reasons[0].record_ids == ("Outcome/PV-02",)
    assert found.guidance.reasons[1:] == before.guidance.reasons
    assert found.guidance.due_on == found.guidance.outcome.until == AS_OF + timedelta(days=89)


def test_what_the_chart_shows_as_done_stays_done_and_carries_no_outcome():
    done = fill("naloxone", 4, on=10)
    case = long_term(done)
    found = assessed("PV-08", case, answer("PV-08", OutcomeKind.DECLINED, 1))
    assert found == assessed("PV-08", case)
    assert found.status is Status.ADDRESSED
    assert found.guidance.outcome is None


def test_what_does_not_apply_is_left_alone():
    found = assessed("PV-24", long_term(), answer("PV-24", OutcomeKind.DECLINED, 1))
    assert found == assessed("PV-24", long_term())
    assert found.status is Status.NOT_INDICATED


@pytest.mark.parametrize("kind", [OutcomeKind.REFERRAL_ACCEPTED, OutcomeKind.REFERRAL_LOST])
def test_a_referral_accepted_or_lost_is_still_to_be_done(kind):
    case = long_term(observation("44261-6", 20, on=30))
    found = assessed("RF-01", case, answer("RF-01", kind, 1))
    assert found.status is Status.INDICATED
    assert found.guidance.outcome.kind is kind
    assert assessed("RF-01", case, answer("RF-01", OutcomeKind.REFERRAL_SENT, 1)).status is Status.ADDRESSED


def test_every_answer_has_its_words_and_every_rule_its_answers():
    assert set(MEANING) == set(OutcomeKind) - {OutcomeKind.WITHDRAWN}
    for rule in RULES:
        kinds = kinds_for(rule)
        assert (OutcomeKind.WITHDRAWN in kinds) is bool(kinds)
        if rule.priority is Priority.SAFETY:
            assert OutcomeKind.SNOOZED not in kinds
    assert kinds_for(BY_ID["POP-03"]) == kinds_for(BY_ID["PA-01"]) == kinds_for(BY_ID["PR-01"]) == ()
    assert OutcomeKind.HAS_AT_HOME not in kinds_for(BY_ID["PV-02"])
    assert OutcomeKind.REFERRAL_SENT not in kinds_for(BY_ID["PV-02"])


def test_an_answer_that_does_not_belong_to_the_rule_does_nothing():
    for rule_id, kind in (("PV-02", OutcomeKind.HAS_AT_HOME), ("POP-03", OutcomeKind.DECLINED)):
        assert assessed(rule_id, long_term(), answer(rule_id, kind)) == assessed(rule_id, long_term())


# Safety


@pytest.mark.parametrize(
    "kind", [OutcomeKind.DECLINED, OutcomeKind.DONE_ELSEWHERE, OutcomeKind.NOT_APPLICABLE]
)
@pytest.mark.parametrize("on", [0, 1, 30])
def test_safety_rests_only_when_done_and_only_that_day(kind, on):
    case = long_term(observation(PHQ9_ITEM_9, 2, on=40))
    assert assessed("CX-02", case).priority is Priority.SAFETY
    found = assessed("CX-02", case, answer("CX-02", kind, on))
    rests = kind is OutcomeKind.DONE_ELSEWHERE and on == 0
    assert found.status is (Status.ADDRESSED if rests else Status.INDICATED)
    assert found.guidance.outcome.kind is kind
    assert ("because it is about safety" in found.guidance.reasons[0].text) is not rests


@pytest.mark.parametrize("rule", [r for r in RULES if kinds_for(r)], ids=lambda r: r.id)
@pytest.mark.parametrize("status", sorted(OPEN, key=lambda s: s.value))
def test_no_rule_and_no_answer_silences_what_is_about_safety(rule, status):
    def evaluate(_):
        return replace(BY_ID["PV-02"].evaluate(long_term()), status=status, priority=Priority.SAFETY)

    urgent = replace(rule, evaluate=evaluate)
    for kind in kinds_for(rule):
        case = long_term(outcomes=(answer(rule.id, kind, 1, 300),))
        assert urgent.assess(case).status is status, kind


def test_a_safety_item_is_never_offered_to_be_postponed():
    urgent = assessed("PV-24", long_term(condition("T40.2X1A", onset=20)))
    assert urgent.priority is Priority.SAFETY
    assert OutcomeKind.SNOOZED not in kinds_today(urgent)


# Nothing else changes

KINDS = [k for k in OutcomeKind if k is not OutcomeKind.TIER_OVERRIDE]
STORIES = {
    "quiet": long_term(),
    "many findings": long_term(
        observation(PHQ9_ITEM_9, 2, on=40),
        observation("44261-6", 18, on=40),
        condition("F11.20", onset=200),
        condition("T40.2X1A", onset=50),
        order("lorazepam", 1, 2),
        mme=120,
    ),
    "nothing read": hidden(long_term(), "Observation"),
    "from records": on_opioids(condition("G47.33")),
}
PLAIN = {name: {r.id: r.assess(case) for r in RULES} for name, case in STORIES.items()}


@settings(max_examples=60, deadline=None)
@given(
    story=st.sampled_from(sorted(STORIES)),
    rule=st.sampled_from(RULES),
    kind=st.sampled_from(KINDS),
    on=st.integers(-5, 400),
    until=st.none() | st.integers(-10, 400),
)
def test_no_answer_changes_another_rules_answer(story, rule, kind, on, until):
    case, made = STORIES[story], answer(rule.id, kind, on, until)
    fresh = Case(replace(case.chart, outcomes=(made,)), case.policy)
    if story != "from records":
        fresh.__dict__ |= {k: v for k, v in case.__dict__.items() if k in ("mme", "therapy")}
    for other in RULES:
        # RF-04 follows up what was recorded at the other referral prompts.
        if other.id != rule.id and not (other.id == "RF-04" and rule.is_referral):
            assert other.assess(fresh) == PLAIN[story][other.id]


@settings(max_examples=60, deadline=None)
@given(
    story=st.sampled_from(sorted(STORIES)),
    rule=st.sampled_from(RULES),
    kind=st.sampled_from(list(OutcomeKind)),
    on=st.integers(-5, 400),
    until=st.none() | st.integers(-10, 400),
)
def test_an_answer_only_lets_a_prompt_rest_and_always_says_so(story, rule, kind, on, until):
    before = PLAIN[story][rule.id]
    found = assessed(rule.id, STORIES[story], answer(rule.id, kind, on, until, value="B", note="n"))
    if found.status is not before.status:
        assert before.status in OPEN
        assert found.status is Status.ADDRESSED
        assert found.guidance.outcome is not None
        assert before.priority is not Priority.SAFETY or on == 0
