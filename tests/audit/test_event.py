"""Audit events as FHIR: valid whatever is known of an act, and with nothing in them but ids (D11)."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import codes
from audit.acts import (
    ACTS,
    CHART_READ,
    HOOK_CALLED,
    OUTCOME_RECORDED,
    PAGE_VIEWED,
    REPORT_MADE,
    WRITTEN_BACK,
    Party,
)
from audit.event import Event, Result, as_fhir
from tests.audit.balp import check_event, details, of_type
from tests.audit.chains import EHR, SITE

AT = 1772442000.123


def fhir(act, **known):
    body = as_fhir(Event(act, **known), "0b5e0ea4-0000-4000-8000-000000000001", AT, SITE)
    check_event(body)
    return body


KNOWN = {
    "issuer": EHR,
    "patient": "p1",
    "encounter": "e1",
    "user": "Practitioner/7",
    "role": "Practitioner",
    "client": "previsit",
    "address": "192.0.2.7",
    "correlation": "c0ffee",
    "read": {"Patient": "read", "Condition": "not shared by the EHR"},
    "created": "DocumentReference/d1",
    "details": {"scopes": "patient/*.rs", "nothing": ""},
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
@pytest.mark.parametrize("result", Result)
def test_every_act_is_a_valid_event_with_all_and_with_nothing_known(act, result):
    without = "created" if act is CHART_READ else "read"
    least = {"user": "operator"} if act.client is Party.OPERATOR else {}
    for known in (KNOWN | {without: ""}, least):
        fhir(act, result=result, why="" if result is Result.SUCCESS else "refused", **known)


def test_acts_have_names_of_their_own():
    assert len({act.name for act in ACTS}) == len(ACTS) >= 18
    assert all(len(act.name) <= 32 for act in ACTS)  # the column


def test_a_chart_read_is_a_patient_query_of_balp():
    """D11: who (fhirUser, client), patient, what, query in base64, when, outcome, source."""
    read = {"Patient": "read", "Condition": "read"}
    body = fhir(CHART_READ, **KNOWN | {"read": read, "created": ""})
    assert body["meta"]["profile"] == [codes.PATIENT_QUERY]
    assert body["recorded"] == "2026-03-02T09:00:00.123Z"
    user, app, ehr = body["agent"]
    assert user["who"] == {"reference": f"{EHR}/Practitioner/7"}
    assert (user["requestor"], user["role"]) == (True, [{"text": "Practitioner"}])
    assert app["who"]["identifier"] == {"system": EHR, "value": "previsit"}
    assert ehr["network"] == {"address": EHR, "type": "5"}
    (query,) = of_type(body, codes.SYSTEM_OBJECT)
    assert base64.b64decode(query["query"]).decode() == f"GET {EHR}?_type=Patient,Condition&patient=p1"
    assert details(body)["Condition"] == "read"
    assert body["source"]["observer"] == {"identifier": {"value": SITE}}


def test_a_read_that_was_not_whole_claims_no_profile_of_success():
    body = fhir(CHART_READ, **KNOWN, result=Result.PARTLY)
    assert "meta" not in body
    assert body["outcome"] == "4"
    assert details(body)["Condition"] == "not shared by the EHR"


def test_what_is_written_to_the_ehr_is_a_patient_create_of_balp():
    body = fhir(WRITTEN_BACK, **KNOWN | {"read": {}})
    assert body["meta"]["profile"] == [codes.PATIENT_CREATE]
    assert body["agent"][0]["type"] == codes.AUTHOR


def test_a_refusal_is_a_security_alert_that_names_the_act():
    body = fhir(
        PAGE_VIEWED, result=Result.PARTLY, is_refusal=True, why="no_session: idle", issuer=EHR, patient="p1"
    )
    assert body["type"] == codes.SECURITY_ALERT
    assert [c["code"] for c in body["subtype"]] == ["page-viewed", "refused"]
    assert body["outcomeDesc"] == "no_session: idle"


def test_a_user_that_the_ehr_did_not_name_is_told_as_such():
    assert fhir(PAGE_VIEWED, issuer=EHR, patient="p1")["agent"][0]["who"] == {
        "display": "not stated by the EHR"
    }


def test_a_user_of_another_server_keeps_its_own_address():
    body = fhir(PAGE_VIEWED, issuer=EHR, patient="p1", user="https://directory.example.org/Practitioner/3")
    assert body["agent"][0]["who"]["reference"] == "https://directory.example.org/Practitioner/3"


def test_records_of_a_substance_use_program_are_labelled():
    """Part 2 views (D11): the label, and nothing of what it is about."""
    labels = [
        e["securityLabel"]
        for e in fhir(PAGE_VIEWED, **KNOWN, holds_part2=True)["entity"]
        if "securityLabel" in e
    ]
    assert labels == [[codes.PART2_LABEL]]
    assert "securityLabel" not in json.dumps(fhir(PAGE_VIEWED, **KNOWN))


@pytest.mark.parametrize(
    ("act", "user", "client", "server"),
    [
        (HOOK_CALLED, "IRCP", "110153", "110152"),
        (PAGE_VIEWED, "IRCP", "110152", "110153"),
        (OUTCOME_RECORDED, "AUT", "110153", "110152"),
    ],
)
def test_who_asks_and_who_answers(act, user, client, server):
    agents = fhir(act, **KNOWN)["agent"]
    assert [a["type"]["coding"][0]["code"] for a in agents] == [user, client, server]


def test_at_the_command_line_the_account_is_the_agent():
    (agent,) = fhir(REPORT_MADE, user="morgan")["agent"]
    assert (agent["who"]["identifier"]["value"], agent["requestor"]) == ("morgan", True)


texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ACTS), st.dictionaries(texts.filter(bool), texts, max_size=3), texts, texts)
def test_no_value_makes_an_event_that_cannot_be_written(act, found, user, why):
    body = as_fhir(Event(act, issuer=EHR, user=user, details=found, why=why), "x", AT, SITE)
    assert json.loads(json.dumps(body)) == body
