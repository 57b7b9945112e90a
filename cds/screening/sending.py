"""Writes a kept sitting to the EHR, record by record, where the grant and a click allow it; each arrives once."""

import logging
from dataclasses import replace

from audit.acts import WRITTEN_BACK
from audit.request import also
from cds.outcomes.store import StoreDown
from cds.screening.reading import store
from cds.screening.store import SENT, Json, Kept
from chart.elements import as_objects
from chart.fhir_server import FhirServer
from chart.transport import SignInEnded
from chart.writing import Identifier, NotWritten, Refusal, create, find_created
from launch.session import LaunchSession

log = logging.getLogger(__name__)

TYPES = ("QuestionnaireResponse", "Observation")
SIGNED_OUT, NO_DATABASE = "signed_out", "no_database"
# By the word that stands in the address of the result: no words of others are shown from there.
NOT_SENT = {refusal.name.lower(): refusal.value for refusal in Refusal} | {
    SIGNED_OUT: "The sign-in to the EHR has ended. Open the app again from the patient's chart to send it.",
    NO_DATABASE: "The app's database could not be reached.",
}


def can_send(session: LaunchSession) -> bool:
    return any(session.can_create(kind) for kind in TYPES)


def left_to_send(session: LaunchSession, kept: Kept) -> list[tuple[int, Json]]:
    """What is not in the EHR yet and may be written there."""
    return [
        (place, resource)
        for place, resource in enumerate(kept.resources or ())
        if str(place) not in kept.sent and session.can_create(resource["resourceType"])
    ]


def send(session: LaunchSession, server: FhirServer, kept: Kept, by: str, now: float) -> str:
    """Why something is left, as a key of NOT_SENT, or nothing. Each record is noted before the next leaves."""
    try:
        return _send(session, server, kept, by, now)
    except StoreDown as problem:
        log.error("screening sent and not noted: %s", problem)
        return NO_DATABASE


def _send(session: LaunchSession, server: FhirServer, kept: Kept, by: str, now: float) -> str:
    for place, resource in left_to_send(session, kept):
        try:
            made = _once(server, _pointing(resource, kept))
        except NotWritten as problem:
            log.warning("screening not written: %s", problem)
            return problem.refusal.name.lower()
        except SignInEnded:
            return SIGNED_OUT
        also(WRITTEN_BACK, created=made)
        told = {str(place): made}
        store().note((session.issuer, session.patient_id), kept, SENT, by, now, told)
        kept = replace(kept, sent=kept.sent | told)
    return ""


def _once(server: FhirServer, resource: Json) -> str:
    """A server that passes over If-None-Exist is asked first: a try before this one may have arrived."""
    known_as = _identifier(resource)
    kind, patient = resource["resourceType"], resource["subject"]["reference"]
    try:
        already = find_created(server, kind, patient, known_as)
    except NotWritten as problem:
        if problem.refusal in (Refusal.NOT_REACHED, Refusal.UNKNOWN, Refusal.BUSY):
            raise
        already = None  # writing may be allowed where searching is not
    return already or create(server, resource, known_as).id


def _pointing(resource: Json, kept: Kept) -> Json:
    """An Observation says which answers it comes from, once these have a place in the EHR."""
    response = kept.sent.get("0")
    if resource["resourceType"] != "Observation" or not response:
        return resource
    return {**resource, "derivedFrom": [{"reference": response}]}


def _identifier(resource: Json) -> Identifier:
    found = as_objects(resource["identifier"])[0]
    return Identifier(found["system"], found["value"])
