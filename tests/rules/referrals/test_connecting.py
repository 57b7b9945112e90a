"""RF-01, RF-02, RF-03: who is connected to what, and the options in the clinic's directory."""

from dataclasses import replace

import pytest

from chart.records import Gap, Unavailable
from chart.terms import Concept
from rules.policy import Policy
from rules.referrals import behavioural_health, oud_treatment, pain_care
from rules.resource import KINDS, Resource
from rules.rule import Priority, Status
from tests.builders import (
    AS_OF,
    appointment,
    condition,
    encounter,
    observation,
    order,
    referral,
    statement,
    task,
)
from tests.rules.situations import long_term, no_opioid

INDICATED, ADDRESSED = Status.INDICATED, Status.ADDRESSED
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
POSITIVE = observation("44261-6", 12)
OUD = condition("F11.20")
BH_VISIT = {"types": (Concept((), "Behavioral health visit"),)}


@pytest.mark.parametrize(
    ("records", "mme", "status", "priority"),
    [
        ([POSITIVE], 20, INDICATED, Priority.HIGH),
        ([observation("70274-6", 10)], 20, INDICATED, Priority.HIGH),
        ([observation("102017-1", 3)], 20, INDICATED, Priority.HIGH),
        ([observation("55758-7", 3)], 20, INDICATED, Priority.HIGH),
        ([observation("55758-7", 3), observation("44261-6", 9)], 20, NOT_INDICATED, Priority.ROUTINE),
        ([], 50, INDICATED, Priority.ROUTINE),  # extra support is suggested
        ([], "49.99", NOT_INDICATED, Priority.ROUTINE),
    ],
)
def test_who_is_offered_behavioural_health(records, mme, status, priority):
    found = behavioural_health.RULE.assess(long_term(*records, mme=mme))
    assert (found.status, found.priority) == (status, priority)


def test_a_positive_screen_is_enough_without_any_opioid():
    assert behavioural_health.evaluate(no_opioid(POSITIVE)).status is INDICATED


@pytest.mark.parametrize(
    ("contact", "status"),
    [
        (referral("306227000", on=90), ADDRESSED),
        (referral("306227000", on=91), INDICATED),
        (referral("306227000", on=None), INDICATED),
        (referral("306227000", status="revoked"), INDICATED),
        (referral("306227000", status="draft"), INDICATED),
        (referral(text="Ambulatory referral to Behavioral Health"), ADDRESSED),
        (referral(text="Ambulatory referral to Cardiology"), INDICATED),
        (encounter(on=90, **BH_VISIT), ADDRESSED),
        (encounter(on=91, **BH_VISIT), INDICATED),
        (encounter(on=10, status="cancelled", **BH_VISIT), INDICATED),
        (encounter(on=10), INDICATED),
        (appointment("Mental health intake"), ADDRESSED),
        (appointment("Mental health intake", status="cancelled"), INDICATED),
        (appointment("Mental health intake", status="noshow", on=3), INDICATED),
    ],
)
def test_contact_already_made(contact, status):
    assert behavioural_health.evaluate(long_term(POSITIVE, contact)).status is status


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        *((status, ADDRESSED) for status in ("requested", "accepted", "in-progress", "completed")),
        *((status, INDICATED) for status in ("rejected", "failed", "cancelled")),
    ],
)
def test_a_service_that_turned_it_down_is_no_contact(status, answer):
    sent = referral("306227000", on=20)
    found = behavioural_health.evaluate(long_term(POSITIVE, sent, task(sent.id, status)))
    assert found.status is answer
    told = [r.text for r in found.reasons]
    assert any("the service did not take it" in text for text in told) == (answer is INDICATED)
    assert not any("No referral" in text for text in told)


def test_the_latest_task_counts():
    sent = referral("306227000", on=20)
    tasks = (task(sent.id, "rejected", on=15), task(sent.id, "accepted", on=10))
    assert behavioural_health.evaluate(long_term(POSITIVE, sent, *tasks)).status is ADDRESSED


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([OUD], INDICATED),
        ([OUD, order("buprenorphine film", 8)], ADDRESSED),
        ([OUD, statement("naltrexone", 50, asserted=300)], UNDETERMINED),
        ([OUD, referral("1254709001")], ADDRESSED),
        ([OUD, referral("1254709001", on=91)], INDICATED),
        ([OUD, referral(text="Referral to addiction medicine")], ADDRESSED),
        ([condition("F11.21")], NOT_INDICATED),
        ([condition("F11.20", verification="provisional")], UNDETERMINED),
        ([], NOT_INDICATED),
    ],
)
def test_who_is_offered_treatment_for_oud(records, status):
    assert oud_treatment.evaluate(no_opioid(*records)).status is status


@pytest.mark.parametrize(("count", "status", "wait"), [(1, NOT_INDICATED, None), (2, INDICATED, 7)])
def test_criteria_without_a_diagnosis(count, status, wait):
    criteria = observation("", count, text="DSM-5 criteria for opioid use disorder")
    found = oud_treatment.evaluate(no_opioid(criteria))
    assert found.status is status
    assert (found.due_on - AS_OF).days == wait if wait else found.due_on is None


def test_oud_without_treatment_is_for_today():
    assert oud_treatment.evaluate(no_opioid(OUD)).due_on == AS_OF


def test_no_word_of_a_waiver():
    words = f"{oud_treatment.RULE.advice} {oud_treatment.RULE.title} {' '.join(oud_treatment.RULE.say)}"
    assert "waiver" not in words.lower()


@pytest.mark.parametrize("rule", [behavioural_health, oud_treatment, pain_care])
@pytest.mark.parametrize("kind", ["ServiceRequest", "Encounter", "Observation"])
def test_hidden_records_leave_it_open(rule, kind):
    refused = Unavailable(kind, Gap.REFUSED, f"{kind} was not shared")
    case = long_term(OUD, POSITIVE, mme=95, unavailable=(refused,))
    assert rule.RULE.assess(case).status is UNDETERMINED


PEGS = {"worse": (5, 6), "same": (6, 6), "less": (6, "4.21"), "improved": (6, "4.2"), "one": (6,), "none": ()}


@pytest.mark.parametrize(
    ("mme", "peg", "status"),
    [
        ("89.99", "worse", NOT_INDICATED), (90, "worse", INDICATED), (90, "same", INDICATED),
        (90, "less", INDICATED), (90, "improved", NOT_INDICATED), (90, "one", INDICATED), (90, "none", INDICATED),
    ],
)  # fmt: skip
def test_pain_care_where_a_high_dose_brings_no_improvement(mme, peg, status):
    scores = [observation("91147-9", n, on=100 - 90 * i) for i, n in enumerate(PEGS[peg])]
    assert pain_care.evaluate(long_term(*scores, mme=mme)).status is status


@pytest.mark.parametrize(("mme", "status"), [(120, NOT_INDICATED), ("120.01", INDICATED)])
def test_a_states_consultation_dose_asks_whatever_the_scores(mme, status):
    scores = [observation("91147-9", 8, on=100), observation("91147-9", 3, on=10)]
    case = long_term(*scores, mme=mme, policy=Policy(consultation_mme=120))
    assert pain_care.evaluate(case).status is status


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (referral("306265007", on=365), ADDRESSED),
        (referral("306265007", on=366), INDICATED),
        (referral(text="Referral for physical therapy"), ADDRESSED),
        (condition("G89.3"), NOT_INDICATED),  # outside the guideline
    ],
)
def test_pain_care_already_arranged_or_not_for_this_patient(record, status):
    assert pain_care.evaluate(long_term(record, mme=95)).status is status


def test_an_empty_directory_still_names_the_three_ways():
    found = behavioural_health.evaluate(long_term(POSITIVE))
    assert [o.kind for o in found.options] == ["in this clinic", "community", "telehealth"]
    assert {o.is_listed for o in found.options} == {False}
    assert len({o.name for o in found.options}) == 3


@pytest.mark.parametrize("rule", [behavioural_health, oud_treatment, pain_care])
def test_that_the_directory_is_empty_is_said_once(rule):
    told = "The clinic's directory has no service for"
    case = long_term(OUD, POSITIVE, mme=95)
    assert [r.text.startswith(told) for r in rule.evaluate(case).reasons].count(True) == 1
    listed = Policy(resources=tuple(Resource(kind, "community", "Harbor") for kind in KINDS))
    reasons = rule.evaluate(long_term(OUD, POSITIVE, mme=95, policy=listed)).reasons
    assert [r.text for r in reasons if r.text.startswith(told)] == []


DIRECTORY = (
    Resource("oud treatment", "community", "Riverside Recovery OTP", "555-0101", ("en", "es")),
    Resource("oud treatment", "in this clinic", "Counsellor Baptiste", "ext. 4"),
    Resource(
        "oud treatment", "in this clinic", "Dr. Lindqvist", "ext. 7", ("en",), prescribes_buprenorphine=True
    ),
    Resource("behavioural health", "telehealth", "Harbor Telehealth", "555-0102", ("es",)),
    Resource("oud treatment", "community", "Oak Street Program", "555-0103", ("vi",)),
)


def test_the_colleague_who_prescribes_comes_first():
    options = oud_treatment.evaluate(no_opioid(OUD, policy=Policy(resources=DIRECTORY))).options
    assert [o.name for o in options] == [
        "Dr. Lindqvist", "Counsellor Baptiste", "Oak Street Program", "Riverside Recovery OTP",
    ]  # fmt: skip
    assert options[0].detail == "prescribes buprenorphine; languages: en"


@pytest.mark.parametrize(
    ("language", "community"),
    [
        ("es-MX", ["Riverside Recovery OTP", "Oak Street Program"]),
        ("vi", ["Oak Street Program", "Riverside Recovery OTP"]),
        ("", ["Oak Street Program", "Riverside Recovery OTP"]),
        ("so", ["Oak Street Program", "Riverside Recovery OTP"]),
    ],
)
def test_language_sorts_and_never_hides(language, community):
    case = no_opioid(OUD, policy=Policy(resources=DIRECTORY))
    case.chart = replace(case.chart, patient=replace(case.chart.patient, language=language))
    options = oud_treatment.evaluate(case).options
    assert len(options) == 4
    assert [o.name for o in options if o.kind == "community"] == community
    needs = [o.name for o in options if "interpreter" in o.detail]
    assert ("Riverside Recovery OTP" in needs) is (language in ("vi", "so"))
