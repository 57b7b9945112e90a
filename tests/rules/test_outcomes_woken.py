"""What wakes a prompt that rests: newer findings and gaps; and the answers with a life of their own."""

from dataclasses import replace

import pytest

from chart.outcomes import OutcomeKind
from chart.records import Gap, Unavailable
from rules.case import Case
from rules.policy import Policy
from rules.rule import Priority, Status
from tests.builders import (
    chart,
    condition,
    document,
    encounter,
    fill,
    observation,
    order,
    procedure,
)
from tests.rules.recorded import BY_ID, answer, assessed, hidden, on_opioids
from tests.rules.situations import long_term

PHQ9_ITEM_9 = "44260-8"


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
