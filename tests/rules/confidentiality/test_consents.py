"""Whom a consent allows: this clinic, others, or nobody can tell; what cannot be told stays withheld."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.elements import Doubts
from chart.paperwork import read_consent
from chart.records import Patient
from chart.terms import ACT_CODE
from rules.confidentiality.withhold import REASON, WHOM, withhold
from rules.consents import covering, names, undecided, viewer
from rules.policy import Policy
from rules.referrals import sharing_consent
from rules.referrals.draft import draft_for
from rules.referrals.oud_treatment import RULE
from rules.rule import Option, Role, Status
from tests.builders import AS_OF, chart, condition, consent, referral
from tests.rules.situations import no_opioid

PART2 = (ACT_CODE, "42CFRPart2")
CLINIC, OTHER = ("Organization/clinic", "Alder Creek Family Health"), ("Organization/x", "Harbor Light")
OURS = Policy(clinic_name="Alder Creek Family Health")
KEPT_BY = Patient(id="Patient/p1", custodian=CLINIC)
OUD = replace(condition("F11.20", id="Condition/oud"), labels=frozenset({PART2}))


def to(*actors, **changes):
    return consent(PART2, actors=actors, **changes)


@pytest.mark.parametrize(
    ("consents", "policy", "patient", "answer"),
    [
        ([to()], Policy(), None, "covered"),  # nobody named: everyone
        ([to(CLINIC)], OURS, None, "covered"),
        ([to(("Alder Creek  FAMILY Health.",))], OURS, None, "covered"),
        ([to(CLINIC)], Policy(known_as=("Organization/clinic",)), None, "covered"),
        ([to(CLINIC)], Policy(), KEPT_BY, "covered"),  # who keeps this record in the EHR
        ([to(OTHER, CLINIC)], OURS, None, "covered"),
        ([to(OTHER)], OURS, None, "not covered"),
        ([to(OTHER)], Policy(), KEPT_BY, "not covered"),
        ([to(OTHER)], Policy(), None, "cannot be told"),  # we do not know our own name
        ([to(("Organization/x",))], OURS, None, "cannot be told"),  # a bare reference may be ours
        ([to(("Practitioner/pr-1", "Dr. Osei"))], OURS, None, "cannot be told"),
        ([to(("my treating providers",))], OURS, None, "cannot be told"),
        ([to(OTHER), to(CLINIC)], OURS, None, "covered"),
        ([to(CLINIC, status="inactive")], OURS, None, "not covered"),
        ([to(CLINIC), to(CLINIC, kind="deny")], OURS, None, "not covered"),
        ([to(CLINIC), to(OTHER, kind="deny")], OURS, None, "covered"),  # denied to another
        ([to(CLINIC), to(("Organization/x",), kind="deny")], OURS, None, "not covered"),  # may be us
        ([to(CLINIC), to(kind="deny")], OURS, None, "not covered"),
        ([], OURS, KEPT_BY, "not covered"),
    ],
)
def test_whom_a_consent_allows(consents, policy, patient, answer):
    seen = chart(OUD, *consents, **({"patient": patient} if patient else {}))
    whom = viewer(seen, policy)
    is_covered = bool(covering(seen.consents, AS_OF, whom))
    assert is_covered is (answer == "covered")
    assert bool(withhold(seen, policy).conditions) is is_covered
    if not is_covered and not any(c.kind == "deny" for c in consents):
        assert bool(undecided(seen.consents, AS_OF, whom)) is (answer == "cannot be told")


@pytest.mark.parametrize(
    ("actor", "role", "reason"),
    [(OTHER, Role.PRESCRIBER, REASON), (CLINIC, Role.PRESCRIBER, WHOM), (CLINIC, Role.FRONT_DESK, REASON)],
)
def test_what_cannot_be_decided_is_withheld_and_said_to_treating_staff(actor, role, reason):
    policy = Policy() if actor is CLINIC else OURS
    found = withhold(chart(OUD, to(actor)), policy, role)
    assert found.conditions == ()
    assert {u.reason for u in found.unavailable} == {reason}


def test_a_consent_for_this_clinic_sends_nothing_to_another():
    case = no_opioid(OUD, to(CLINIC), policy=OURS)
    outside = Option("community", "Harbor Light", "555-0101")
    assert draft_for(RULE.assess(case), outside, case).reason_ids == ()
    named = no_opioid(OUD, to(CLINIC, OTHER), policy=OURS)
    assert draft_for(RULE.assess(named), outside, named).reason_ids == ("Condition/oud",)


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([to(CLINIC)], Status.INDICATED),
        ([to(OTHER)], Status.ADDRESSED),
        ([to()], Status.ADDRESSED),
        ([to(("Organization/y", "Cedar Bridge"))], Status.INDICATED),
    ],
)
def test_a_referral_needs_a_consent_for_whom_it_goes_to(records, status):
    sent = referral("1254709001", performers=("Harbor Light",))
    found = sharing_consent.evaluate(no_opioid(sent, *records, policy=OURS))
    assert found.status is status
    assert any("check whom it names" in r.text for r in found.reasons) is (status is Status.INDICATED)


def test_records_that_are_here_by_consent_ask_for_no_other():
    assert sharing_consent.evaluate(no_opioid(OUD, to(CLINIC), policy=OURS)).status is Status.ADDRESSED


@given(st.lists(st.sampled_from([CLINIC, OTHER, ("Organization/x",), ("any words",)]), min_size=1))
def test_no_name_of_ours_never_opens_what_a_named_consent_holds(actors):
    seen = chart(OUD, to(*actors))
    assert covering(seen.consents, AS_OF, names()) == ()


def test_actors_are_read_by_reference_and_by_words():
    actor = {"reference": {"reference": "https://e.example/fhir/Organization/1", "display": "Alder Creek"}}
    found = read_consent({"provision": {"actor": [actor, {"reference": {}}, "x"]}}, "Consent/1", Doubts())
    assert found.actors == (("Organization/1", "Alder Creek"),)
