"""SMART App Launch, EHR and standalone: from the click to a session (A2, A3, A5, A9)."""

from __future__ import annotations


def test_ehr_launch_ends_in_a_session_for_the_right_patient(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    session = clinic.session(client, url)
    assert (session.patient_id, session.encounter_id) == ("pat-1-SECRETMARKER", "enc-1")
    assert session.fhir_base == ehr.iss
    assert session.user.name == "Dr. Ada Quill"
