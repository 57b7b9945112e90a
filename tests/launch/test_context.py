"""Whose chart the EHR opened the app for (A5.3 to A5.6, A5.10)."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("patient", "status"),
    [("p-1", 303), ("Patient/p-1", 303), (None, 400), ("", 400), (7, 502), ("../x", 502), ("a b", 502)],
)
def test_a5_3_no_chart_without_a_patient(patient, status, clinic, client, ehr):
    first = clinic.launched(client, ehr)
    ehr.token["patient"] = patient
    answer = clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location)
    assert answer.status_code == status
    if status == 303:
        assert clinic.session(client, answer.location).patient_id == "p-1"
    if status == 400:
        assert "Open a patient&#39;s chart first" in answer.text
    assert clinic.session(client, first).patient_id == "pat-1-SECRETMARKER"


@pytest.mark.parametrize(
    ("sent", "read"), [(None, None), ("e-1", "e-1"), ("Encounter/e-1", "e-1"), (3, None)]
)
def test_a5_4_encounter_is_optional(sent, read, clinic, client, ehr):
    ehr.token["encounter"] = sent
    assert clinic.session(client, clinic.launched(client, ehr)).encounter_id == read


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(True, True), (False, False), ("true", True), ("false", False), (None, True), ("no", True), (0, True)],
)
def test_a5_5_a_missing_banner_statement_means_show_it(sent, shown, clinic, client, ehr):
    ehr.token["need_patient_banner"] = sent
    assert clinic.session(client, clinic.launched(client, ehr)).need_patient_banner is shown


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ([{"reference": "ImagingStudy/1"}], ("ImagingStudy/1",)),
        ([{"reference": "Encounter/2", "role": "made-up", "type": "Encounter"}], ("Encounter/2",)),
        (["Observation/3"], ("Observation/3",)),
        ([{"reference": "{base}/Condition/4"}], ("Condition/4",)),
        ([{"reference": "https://evil.test/Condition/5"}], ()),
        ([{"canonical": "http://x"}, {"identifier": {"value": "1"}}, 3, None, [], {}], ()),
        ("Observation/3", ()),
        ({}, ()),
        (None, ()),
    ],
)
def test_a5_6_fhir_context_in_every_shape(sent, read, clinic, client, ehr):
    if isinstance(sent, list) and sent and isinstance(sent[0], dict) and "{base}" in str(sent[0]):
        sent = [{"reference": sent[0]["reference"].format(base=ehr.iss)}]
    ehr.token["fhirContext"] = sent
    assert clinic.session(client, clinic.launched(client, ehr)).references == read


def test_a5_2_a_narrow_grant_is_visible_in_the_session(clinic, client, ehr):
    ehr.token["scope"] = "launch patient/Patient.rs patient/Observation.rs?category=laboratory"
    session = clinic.session(client, clinic.launched(client, ehr))
    shared = {name: session.sharing(name).value for name in ("Patient", "Observation", "MedicationRequest")}
    assert shared == {"Patient": "all", "Observation": "part", "MedicationRequest": "none"}
