"""What a recorded answer does: it lets a prompt rest for its time, and never hides safety, news or other rules."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chart.outcomes import Outcome, OutcomeKind
from chart.records import Gap, Unavailable
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
    document,
    encounter,
    fill,
    observation,
    order,
    procedure,
)
from tests.rules.situations import long_term, situation

BY_ID = {rule.id: rule for rule in RULES}
PHQ9_ITEM_9 = "44260-8"
OPEN = {Status.INDICATED, Status.UPCOMING, Status.UNDETERMINED}


def answer(rule_id, kind, on=0, until=None, **changes):
    """Recorded `on` days ago; `until` in days from AS_OF."""
    ends = None if until is None else AS_OF + timedelta(days=until)
    made = Outcome(id=f"Outcome/{rule_id}", rule_id=rule_id, kind=kind, on=days_ago(on), until=ends)
    return replace(made, **changes)


def assessed(rule_id, case, *outcomes):
    """The same case after these answers."""
    fresh = Case(replace(case.chart, outcomes=outcomes), case.policy)
    fresh.__dict__ |= {k: v for k, v in case.__dict__.items() if k in ("mme", "therapy")}
    return BY_ID[rule_id].assess(fresh)


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


# What came since


@pytest.mark.parametrize(
    ("last_answer", "status"),
    [(9, Status.INDICATED), (10, Status.ADDRESSED), (11, Status.ADDRESSED)],
)
def test_a_newer_answer_on_a_form_speaks_again(last_answer, status):
    case = long_term(observation("44261-6", 12, on=last_answer))
    assert assessed("CX-01", case).status is Status.INDICATED
    assert assessed("CX-01", case, answer("CX-01", OutcomeKind.SNOOZED, 10, 20)).status is status


def test_an_overdose_after_the_answer_speaks_again_whatever_it_was():
    visit = encounter(on=20, kind="EMER", id="Encounter/ed")
    made = answer("PV-24", OutcomeKind.DONE_ELSEWHERE, 10)
    before = assessed("PV-24", long_term(visit), made)
    assert before.status is Status.ADDRESSED
    since = assessed("PV-24", long_term(visit, condition("T40.2X1A", onset=5)), made)
    assert since.status is Status.INDICATED
    assert since.priority is Priority.SAFETY


@pytest.mark.parametrize(
    ("onset", "recorded", "status"),
    [
        (400, 400, Status.ADDRESSED),
        (400, 10, Status.ADDRESSED),
        (400, 9, Status.INDICATED),
        (400, "2026", Status.INDICATED),  # may be of a later day
        (None, None, Status.ADDRESSED),  # not dated: only the day to ask again counts
    ],
)
def test_a_diagnosis_counts_by_the_day_it_reached_the_chart(onset, recorded, status):
    when = condition("", onset=recorded).onset
    case = long_term(condition("G47.33", onset=onset, recorded=when))
    assert assessed("PV-22", case).status is Status.INDICATED
    assert assessed("PV-22", case, answer("PV-22", OutcomeKind.SNOOZED, 10, 20)).status is status


def on_opioids(*records, mg=60, more=()):
    """Fills of a year, the last one 5 days ago; `more` ones since."""
    monthly = [fill("morphine", mg, 1, on=5 + 30 * n, days=30) for n in range(12)]
    return Case(chart(*monthly, *more, *records))


def test_a_renewal_at_the_same_dose_tells_nothing_new():
    made = answer("PV-14", OutcomeKind.SNOOZED, 20, 40)
    assert assessed("PV-14", on_opioids()).status is Status.INDICATED
    assert assessed("PV-14", on_opioids(), made).status is Status.ADDRESSED


def test_a_higher_dose_speaks_again():
    made = answer("PV-14", OutcomeKind.SNOOZED, 20, 40)
    raised = on_opioids(more=(fill("morphine", 15, 1, on=4, days=30),))
    found = assessed("PV-14", raised, made)
    assert raised.mme.total == 75
    assert found.status is Status.INDICATED
    assert "findings have come since" in found.guidance.reasons[0].text


def test_another_medicine_speaks_again_and_a_renewal_of_it_does_not():
    made = answer("PV-11", OutcomeKind.SNOOZED, 20, 40)
    known = [fill("gabapentin", 300, 3, on=n, days=30) for n in (35, 5)]
    other = fill("zolpidem", 10, 1, on=5, days=30)
    assert assessed("PV-11", on_opioids(*known)).status is Status.INDICATED
    assert assessed("PV-11", on_opioids(*known), made).status is Status.ADDRESSED
    assert assessed("PV-11", on_opioids(*known, other), made).status is Status.INDICATED


def test_where_each_fill_is_the_finding_a_fill_speaks_again():
    case = on_opioids(more=(fill("morphine", 60, 1, on=12, days=30),))
    assert assessed("PV-19", case).status is Status.INDICATED
    assert assessed("PV-19", case, answer("PV-19", OutcomeKind.SNOOZED, 1, 40)).status is Status.ADDRESSED
    assert assessed("PV-19", case, answer("PV-19", OutcomeKind.SNOOZED, 6, 40)).status is Status.INDICATED


def test_what_the_calendar_asks_is_not_lifted_by_a_paper_that_may_be_it():
    case = long_term(document("", text="Opioid agreement, scanned", on=2))
    assert "may be it" in assessed("PV-04", case).guidance.reasons[-1].text
    found = assessed("PV-04", case, answer("PV-04", OutcomeKind.DONE_ELSEWHERE, 10))
    assert found.status is Status.ADDRESSED


@pytest.mark.parametrize(
    ("written", "every", "status"),
    [
        (20, True, Status.ADDRESSED),
        (10, True, Status.ADDRESSED),
        (9, True, Status.INDICATED),
        (9, False, Status.ADDRESSED),
    ],
)
def test_a_review_before_every_prescription_is_asked_after_each_prescription(written, every, status):
    reviewed = procedure("461621000124108", on=60)
    orders = (order("oxycodone", 5, 4, authored=50), order("oxycodone", 5, 4, authored=written))
    case = long_term(reviewed, *orders, policy=Policy(pdmp_every_prescription=every))
    assert (assessed("PV-05", case).status is Status.INDICATED) is every
    assert assessed("PV-05", case, answer("PV-05", OutcomeKind.DONE_ELSEWHERE, 10)).status is status


# What cannot be seen


def hidden(case, kind, gap=Gap.REFUSED):
    gone = Unavailable(kind, gap, f"{kind} was not shared by the EHR")
    return situation(policy=case.policy, unavailable=(gone,))


@pytest.mark.parametrize(
    ("rule_id", "on", "status"),
    [
        ("CX-01", 0, Status.ADDRESSED),  # the clinician saw that day what was missing
        ("CX-01", 1, Status.UNDETERMINED),
        ("PV-02", 1, Status.ADDRESSED),
    ],
)
def test_a_gap_may_hide_news_except_where_only_the_calendar_asks(rule_id, on, status):
    case = hidden(long_term(), "Observation")
    assert assessed(rule_id, case).status is Status.UNDETERMINED
    found = assessed(rule_id, case, answer(rule_id, OutcomeKind.DECLINED, on))
    assert found.status is status
    assert found.guidance.outcome is not None


def test_who_may_not_see_the_records_is_not_told_the_answer():
    case = hidden(long_term(), "Condition", Gap.WITHHELD)
    made = answer("CX-08", OutcomeKind.DECLINED)
    assert assessed("CX-08", case, made) == assessed("CX-08", case)


# Naloxone, long-term therapy, the level of support


@pytest.mark.parametrize(("on", "status"), [(364, Status.ADDRESSED), (365, Status.INDICATED)])
def test_naloxone_at_home_counts_until_it_is_to_be_verified(on, status):
    case = long_term()
    assert assessed("PV-08", case).status is Status.INDICATED
    assert assessed("PV-08", case, answer("PV-08", OutcomeKind.HAS_AT_HOME, on)).status is status


def test_naloxone_at_home_is_asked_about_again_after_an_overdose():
    used = condition("T40.2X1A", onset=5)
    found = assessed("PV-08", long_term(used), answer("PV-08", OutcomeKind.HAS_AT_HOME, 10))
    assert found.status is Status.INDICATED


def test_confirmed_long_term_therapy_is_addressed_for_as_long_as_it_lasts():
    made = answer("POP-01", OutcomeKind.CONFIRMED, 200)
    case = Case(replace(on_opioids().chart, outcomes=(made,)))
    assert case.therapy.ltot.confirmed
    found = BY_ID["POP-01"].assess(case)
    assert found.status is Status.ADDRESSED
    assert found.guidance.reasons[0].text.startswith("Long-term therapy confirmed on ")
    assert found.guidance.outcome.kind is OutcomeKind.CONFIRMED
    ended = Case(chart(fill("morphine", 60, 1, on=300, days=30), outcomes=(made,)))
    assert not ended.therapy.ltot.confirmed
    assert BY_ID["POP-01"].assess(ended).status is Status.NOT_INDICATED


def test_a_confirmation_makes_nothing_known_that_cannot_be_told():
    gone = Unavailable("MedicationRequest", Gap.REFUSED, "Orders were not shared by the EHR")
    made = answer("POP-01", OutcomeKind.CONFIRMED, 200)
    case = Case(chart(outcomes=(made,), unavailable=(gone,)))
    assert BY_ID["POP-01"].assess(case).status is Status.UNDETERMINED


def level(letter, on=0, until=30):
    return answer("CX-10", OutcomeKind.TIER_OVERRIDE, on, until, value=letter, note="Known for years")


def test_a_chosen_level_of_support_holds_with_its_reason():
    case = long_term(mme=60)
    assert assessed("CX-10", case).advice.startswith("Suggested support: extra support (B)")
    found = assessed("CX-10", case, level("C"))
    assert "team plan (C)" in found.advice
    assert found.guidance.reasons[0].text == "Set by a clinician: Known for years (findings suggest B)"
    assert found.guidance.outcome.value == "C"


@pytest.mark.parametrize(("until", "letter"), [(1, "A"), (0, "B"), (-1, "B")])
def test_a_chosen_level_ends_on_its_day(until, letter):
    case = long_term(mme=60, outcomes=(level("A", 5, until),))
    assert case.tier.letter == letter


@pytest.mark.parametrize(("found", "letter"), [(10, "A"), (9, "B")])
def test_a_lower_level_gives_way_to_newer_findings(found, letter):
    case = long_term(condition("J44.9", onset=found), outcomes=(level("A", 10),))
    assert case.tier.letter == letter


@pytest.mark.parametrize(("on", "letter"), [(0, "B"), (1, "D")])
def test_needs_attention_today_is_lowered_for_one_day_at_most(on, letter):
    case = long_term(observation(PHQ9_ITEM_9, 2, on=40), outcomes=(level("B", on),))
    assert case.tier.suggested == "D"
    assert case.tier.letter == letter


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
        if other.id != rule.id:
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
