"""The draft as FHIR R4 and as text: valid, complete, and without anything that must stay here."""

from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds.referrals.as_fhir import service_request, task
from cds.referrals.as_text import as_text
from chart.terms import ACT_CODE, SNOMED
from rules.codes import rows
from rules.labels import SHORT_NOTICE
from rules.policy import Policy
from rules.referrals.draft import NEUTRAL_REASON
from tests.builders import AS_OF, consent, observation
from tests.cds.referrals.made import (
    INSIDE,
    KNOWN_AS,
    OUD,
    OUTSIDE,
    PHQ9,
    UNLISTED,
    changed,
    referral,
    routine,
)

PART2 = (ACT_CODE, "42CFRPart2")
PROTECTED = replace(OUD, labels=frozenset({PART2}))
EACH = {
    "urgent": referral(),
    "routine": routine(),
    "inside": referral(option=INSIDE, note="Prefers mornings."),
    "unlisted": referral(option=UNLISTED),
    "in a visit": referral(encounter="enc-1"),
    "neutral": referral(PROTECTED),
    "with consent": referral(PROTECTED, consent(PART2)),
    "no name": replace(referral(), user=replace(referral().user, name=None)),
}


def order(which, **changes):
    made = EACH[which] if isinstance(which, str) else which
    return service_request(replace(made, **changes), KNOWN_AS)


@pytest.mark.parametrize("which", EACH)
def test_it_is_valid_r4(which):
    for made in (order(which), task(EACH[which], "ServiceRequest/1", KNOWN_AS, Policy())):
        get_fhir_model_class(made["resourceType"]).model_validate(made)


def test_what_an_order_says():
    made = order("in a visit")
    assert (made["status"], made["intent"], made["priority"]) == ("draft", "order", "urgent")
    assert made["code"]["coding"][0] == {
        "system": SNOMED, "code": "1254709001", "display": "Referral to substance use disorder treatment program",
    }  # fmt: skip
    assert made["category"][0]["coding"][0]["code"] == "3457005"
    assert made["subject"] == {"reference": "Patient/p1"}
    assert made["requester"] == {"reference": "Practitioner/pr-1", "display": "Dr. Ada Quill"}
    assert made["encounter"] == {"reference": "Encounter/enc-1"}
    assert made["performer"] == [{"display": "Riverside Recovery OTP"}]
    assert made["reasonReference"] == [{"reference": "Condition/oud"}]
    assert made["authoredOn"] == AS_OF.isoformat()
    assert made["identifier"] == [{"system": KNOWN_AS.system, "value": "abc"}]
    assert not {"meta", "reasonCode", "note"} & set(made)


def test_every_code_is_in_the_tables_with_its_source():
    known = {(r.system, r.code) for r in rows() if r.source}
    codings = [
        c for made in map(order, EACH) for c in (*made["code"]["coding"], *made["category"][0]["coding"])
    ]
    assert {(c["system"], c["code"]) for c in codings} <= known


def test_the_ehrs_own_record_of_a_service_is_named_where_the_directory_has_it():
    assert order("inside")["performer"] == [
        {"reference": "Practitioner/lindqvist", "display": "Dr. Lindqvist"}
    ]


def test_a_way_to_go_is_no_performer():
    assert "performer" not in order("unlisted")
    assert "owner" not in task(EACH["unlisted"], "ServiceRequest/1", KNOWN_AS, Policy())


def test_without_consent_nothing_of_a_programs_records_is_in_it():
    made = order("neutral")
    assert made["reasonCode"] == [{"text": NEUTRAL_REASON}]
    assert not {"reasonReference", "meta"} & set(made)
    told = f"{made} {as_text(EACH['neutral'], Policy())}"
    assert not any(word in told for word in ("Condition/", "F11", "OUD on", "42CFR", SHORT_NOTICE))


def test_with_consent_the_labels_and_the_notice_go_along():
    made = order("with consent")
    assert made["meta"]["security"] == [{"system": ACT_CODE, "code": "42CFRPart2"}]
    assert made["note"] == [{"text": SHORT_NOTICE}]
    assert SHORT_NOTICE in as_text(EACH["with consent"], Policy())
    assert task(EACH["with consent"], "ServiceRequest/1", KNOWN_AS, Policy())["meta"] == made["meta"]


@pytest.mark.parametrize(("made", "days"), [(referral(), 7), (routine(), 30)])
def test_the_task_follows_the_order_until_an_answer_is_due(made, days):
    follows = task(made, "ServiceRequest/1", KNOWN_AS, Policy())
    assert (follows["status"], follows["intent"]) == ("requested", "order")
    assert follows["focus"] == {"reference": "ServiceRequest/1"}
    assert follows["for"] == {"reference": "Patient/p1"}
    assert follows["owner"] == {"display": OUTSIDE.name}
    until = follows["restriction"]["period"]["end"]
    assert (AS_OF.fromisoformat(until) - AS_OF).days == days


def test_the_text_says_who_what_why_and_how_to_answer():
    text = as_text(replace(EACH["urgent"], note="Prefers mornings."), Policy(clinic_name="Alder Creek"))
    assert text.splitlines() == [
        "Referral to substance use disorder treatment program",
        "Date: 2 Mar 2026",
        "Priority: urgent",
        "To: Riverside Recovery OTP, 555-0101",
        "From: Dr. Ada Quill, Alder Creek",
        "Patient: Test Person, born 1 Jan 1970",
        "MRN: M-7",
        "Language: es",
        "Reason: OUD on the problem list: F11.20, since 26 Jan 2025",
        "Note: Prefers mornings.",
        "Please tell us when it has arrived, when the visit is booked, and send us your report.",
    ]


def test_the_answer_to_the_question_about_self_harm_is_never_in_words():
    """Specification 7.3: screening item text is never sent."""
    item = observation("44260-8", 2, id="Observation/item9", text="Thoughts of being better off dead")
    text = as_text(routine(PHQ9, item), Policy())
    assert "Reason: PHQ-9: 12, moderate" in text
    assert "item9" not in str(order(routine(PHQ9, item)))
    assert not any(word in text for word in ("question 9", "self-harm", "better off dead"))


def test_empty_parts_are_left_out_at_every_depth():
    made = order(changed(referral(), performer="", reason_ids=(), neutral_reason=""))
    assert "" not in made.values()
    assert [] not in made.values()
    assert {} not in made.values()
