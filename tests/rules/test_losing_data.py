"""Losing data never makes a patient look safer, and never raises a false flag: every rule, every practice patient."""

from dataclasses import fields, replace
from datetime import date

import pytest

from chart.reader import read_bundle
from chart.records import Gap, Unavailable
from rules.case import Case
from rules.catalogue import RULES
from rules.rule import Status
from sandbox.patients import practice_patients

TODAY = date(2026, 3, 2)
PATIENTS = practice_patients(TODAY)
CHARTS = {p.id: read_bundle(p.bundle, TODAY) for p in PATIENTS}
FIELD_OF = {
    "MedicationRequest": "medication_requests",
    "MedicationDispense": "medication_dispenses",
    "MedicationStatement": "medication_statements",
    "Condition": "conditions",
    "Observation": "observations",
    "DiagnosticReport": "reports",
    "Procedure": "procedures",
    "Encounter": "encounters",
    "DocumentReference": "documents",
    "ServiceRequest": "service_requests",
    "Task": "tasks",
    "Appointment": "appointments",
    "CarePlan": "care_plans",
    "QuestionnaireResponse": "questionnaire_responses",
    "Consent": "consents",
}
# Its whole purpose is to say that opioid data are missing.
SAYS_WHAT_IS_MISSING = {"POP-03"}
# Suicidal thoughts on the problem list, and today's screen cannot be seen: asking twice harms nobody.
ASKS_AGAIN = {"CX-09"}
LOOKS_SAFE = {Status.NOT_INDICATED, Status.ADDRESSED, Status.UPCOMING}
each_patient = pytest.mark.parametrize("name", CHARTS)
each_type = pytest.mark.parametrize("kind", FIELD_OF)


def answers(chart):
    case = Case(chart)
    return {rule.id: rule.assess(case) for rule in RULES}


def without(chart, kind, gap=Gap.REFUSED):
    gone = Unavailable(kind, gap, f"{kind} was not shared by the EHR")
    return replace(chart, **{FIELD_OF[kind]: ()}, unavailable=(*chart.unavailable, gone))


def test_every_list_of_the_chart_is_covered_here():
    lists = {f.name for f in fields(CHARTS["delia-whitfield"]) if str(f.type).startswith("tuple[chart")}
    assert set(FIELD_OF.values()) == lists - {
        "drafts",
        "stops",
        "unavailable",
        "set_aside",
        "sources",
        "outcomes",
    }


@each_patient
@each_type
def test_what_was_to_do_or_open_never_becomes_done_or_needless(name, kind):
    whole, less = answers(CHARTS[name]), answers(without(CHARTS[name], kind))
    worse = {
        rule_id: (whole[rule_id].status, answer.status)
        for rule_id, answer in less.items()
        if whole[rule_id].status not in LOOKS_SAFE and answer.status in LOOKS_SAFE
    }
    assert worse == {}


@each_patient
@each_type
def test_what_was_done_never_becomes_a_false_flag(name, kind):
    whole, less = answers(CHARTS[name]), answers(without(CHARTS[name], kind))
    false_flags = {
        rule_id: [reason.text for reason in answer.guidance.reasons]
        for rule_id, answer in less.items()
        if rule_id not in SAYS_WHAT_IS_MISSING | ASKS_AGAIN
        and whole[rule_id].status is Status.ADDRESSED
        and answer.status is Status.INDICATED
        and kind in next(r for r in RULES if r.id == rule_id).reads
    }
    assert false_flags == {}


@each_patient
def test_when_nothing_was_shared_nothing_is_reassuring(name):
    chart = CHARTS[name]
    for kind in FIELD_OF:
        chart = without(chart, kind)
    reassuring = {
        rule_id: answer.status
        for rule_id, answer in answers(chart).items()
        if answer.status in (Status.ADDRESSED, Status.UPCOMING)
        or (answer.status is Status.NOT_INDICATED and _reads_more_than_the_patient(rule_id))
    }
    assert reassuring == {}
    assert Case(chart).mme.at_least


def _reads_more_than_the_patient(rule_id):
    return bool(next(r for r in RULES if r.id == rule_id).reads - {"Patient"})
