"""RF-05 and the draft of a referral: nothing of a program's records goes out without consent."""

from dataclasses import replace

import pytest

from chart.records import Gap, Unavailable
from chart.terms import ACT_CODE, LOINC, SNOMED
from rules.policy import Policy
from rules.referrals import behavioural_health, open_loop, oud_treatment, sharing_consent
from rules.referrals.draft import NEUTRAL_REASON, draft_for
from rules.rule import Option, Status
from tests.builders import concept, condition, consent, document, observation, referral
from tests.rules.situations import no_opioid

INDICATED, ADDRESSED = Status.INDICATED, Status.ADDRESSED
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
PART2 = (ACT_CODE, "42CFRPart2")
OUD = condition("F11.20", id="Condition/oud")
PROTECTED = replace(OUD, labels=frozenset({PART2}))
SENT = referral("1254709001")


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], NOT_INDICATED),
        ([OUD], NOT_INDICATED),  # a diagnosis in primary care is not a program's record
        ([SENT], INDICATED),
        ([PROTECTED], INDICATED),
        ([SENT, consent(PART2)], ADDRESSED),
        ([SENT, consent(PART2, until=0)], ADDRESSED),
        ([SENT, consent(PART2, until=1)], INDICATED),
        ([SENT, consent(PART2, on=-1)], INDICATED),
        ([SENT, consent(PART2, status="inactive")], INDICATED),
        ([SENT, consent(PART2, purposes=frozenset({"TREAT"}))], ADDRESSED),
        ([SENT, consent(PART2, purposes=frozenset({"HRESCH"}))], INDICATED),
        ([SENT, consent(PART2), consent(PART2, kind="deny")], INDICATED),
        ([SENT, consent((ACT_CODE, "HIV"))], INDICATED),
        ([SENT, consent()], INDICATED),
        ([referral("1254709001", status="completed")], NOT_INDICATED),
    ],
)
def test_consent(records, status):
    assert sharing_consent.evaluate(no_opioid(*records)).status is status


def test_a_denial_of_everything_denies_this_too():
    privacy = {"scope": concept(("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"))}
    case = no_opioid(SENT, consent(PART2), consent(kind="deny", **privacy))
    assert sharing_consent.evaluate(case).status is INDICATED


def test_a_signed_form_is_named_and_does_not_answer():
    found = sharing_consent.evaluate(no_opioid(SENT, document("64292-6", text="Release of information")))
    assert found.status is INDICATED
    assert any("check what it covers" in r.text for r in found.reasons)


def test_a_program_always_asks():
    """D19."""
    assert sharing_consent.evaluate(no_opioid(policy=Policy(is_part2_program=True))).status is INDICATED


def test_consents_that_could_not_be_seen_leave_it_open():
    refused = Unavailable("Consent", Gap.REFUSED, "Consents were not shared")
    assert sharing_consent.RULE.assess(no_opioid(SENT, unavailable=(refused,))).status is UNDETERMINED
    no_offer = Unavailable("Consent", Gap.NOT_SUPPORTED, "This EHR offers no consents")
    assert sharing_consent.RULE.assess(no_opioid(SENT, unavailable=(no_offer,))).status is UNDETERMINED


OUTSIDE = Option("community", "Riverside Recovery OTP", "555-0101")
INSIDE = Option("in this clinic", "Dr. Lindqvist", "ext. 7")


@pytest.mark.parametrize(
    ("records", "option", "ids", "neutral"),
    [
        ([OUD], OUTSIDE, ("Condition/oud",), ""),
        ([PROTECTED], OUTSIDE, (), NEUTRAL_REASON),
        ([PROTECTED], INSIDE, ("Condition/oud",), ""),
        ([PROTECTED, consent(PART2)], OUTSIDE, ("Condition/oud",), ""),
        ([PROTECTED, consent(PART2, status="inactive")], OUTSIDE, (), NEUTRAL_REASON),
    ],
)
def test_a_draft_carries_reasons_only_where_it_may(records, option, ids, neutral):
    case = no_opioid(*records)
    draft = draft_for(oud_treatment.RULE.assess(case), option, case)
    assert (draft.reason_ids, draft.neutral_reason) == (ids, neutral)
    assert draft.needs_notice is (bool(ids) and PROTECTED in records)


def test_a_program_shares_nothing_without_consent_even_inside():
    case = no_opioid(OUD, policy=Policy(is_part2_program=True))
    assert draft_for(oud_treatment.RULE.assess(case), INSIDE, case).reason_ids == ()


def test_what_a_draft_says():
    case = no_opioid(OUD)
    draft = draft_for(oud_treatment.RULE.assess(case), OUTSIDE, case)
    assert (draft.code.system, draft.code.code) == (SNOMED, "1254709001")
    assert draft.code.display == "Referral to substance use disorder treatment program"
    assert (draft.category.code, draft.priority) == ("3457005", "urgent")
    assert (draft.performer, draft.contact) == ("Riverside Recovery OTP", "555-0101")


def test_a_routine_draft_points_to_the_score():
    case = no_opioid(observation("44261-6", 12, id="Observation/phq9"))
    draft = draft_for(behavioural_health.RULE.assess(case), OUTSIDE, case)
    assert (draft.code.code, draft.priority, draft.reason_ids) == (
        "306227000",
        "routine",
        ("Observation/phq9",),
    )
    assert LOINC not in draft.code.system


def test_a_rule_that_refers_to_no_one_has_no_draft():
    case = no_opioid(SENT)
    with pytest.raises(KeyError):
        draft_for(open_loop.RULE.assess(case), OUTSIDE, case)
