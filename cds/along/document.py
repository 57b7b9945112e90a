"""The summary as a DocumentReference: the PDF, kept in the chart when a clinician asks for it."""

import hashlib
from base64 import b64encode
from typing import Any

from cds.notice import labels_of
from cds.summary import Summary
from chart.writing import Identifier
from launch.session import LaunchSession
from rules.labels import high_water, of_the_ehr

# LOINC's own general term for a summary that belongs to no single specialty is not in the project's tables; a text
# says what it is, and the EHR's own filing decides where it goes.
TITLE = "Pre-visit opioid summary"


def document(summary: Summary, session: LaunchSession, pdf: bytes, known_as: Identifier) -> dict[str, Any]:
    """As FHIR R4 and US Core want it; its author is the person who asked for it."""
    labels = sorted(of_the_ehr(high_water(labels_of(summary.case.chart))))
    made: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "identifier": [known_as.as_json()],
        "status": "current",
        "docStatus": "final",
        "type": {"text": TITLE},
        "category": [{"text": "Clinical note"}],
        "subject": {"reference": f"Patient/{session.patient_id}"},
        "description": f"{TITLE}, decision support, {summary.case.as_of.isoformat()}",
        "content": [{"attachment": _attachment(pdf, summary)}],
    }
    if labels:
        made["securityLabel"] = [{"coding": [{"system": s, "code": c}]} for s, c in labels]
    if session.user:
        made["author"] = [{"reference": session.user.fhir_user}]
    if session.encounter_id:
        made["context"] = {"encounter": [{"reference": f"Encounter/{session.encounter_id}"}]}
    return made


def identifier(session: LaunchSession, pdf: bytes, public_url: str) -> Identifier:
    """The same summary of the same patient is one document, however often it is saved."""
    content = hashlib.sha256(f"{session.issuer} {session.patient_id} ".encode() + pdf).hexdigest()
    return Identifier(f"{public_url}/documents", content)


def _attachment(pdf: bytes, summary: Summary) -> dict[str, Any]:
    return {
        "contentType": "application/pdf",
        "language": "en",
        "data": b64encode(pdf).decode(),
        "size": len(pdf),
        "hash": b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode(),  # FHIR R4 says SHA-1
        "title": TITLE,
        "creation": summary.case.as_of.isoformat(),
    }
