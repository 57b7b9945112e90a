"""order-sign requests of a given size: a practice patient's record as prefetch, and an opioid being signed."""

import json
from datetime import date

from cds.hooks.services import services_for
from rules.catalogue import RULES
from tests.bench.records import bundle_of

SERVICE = "previsit-order-sign"
_MOST = 4000  # resources


def order_sign(size):
    """The bytes of a request of about `size` bytes."""
    resources = [entry["resource"] for entry in bundle_of(_MOST, today=date.today())["entry"]]
    patient = next(r for r in resources if r["resourceType"] == "Patient")
    others = [r for r in resources if r is not patient]
    few, many = 1, len(others)
    while few < many:  # the most resources that fit
        middle = (few + many + 1) // 2
        few, many = (middle, many) if len(_request(patient, others[:middle])) <= size else (few, middle - 1)
    return _request(patient, others[:few])


def _request(patient, resources):
    subject = {"reference": f"Patient/{patient['id']}"}
    context = {
        "userId": "Practitioner/1",
        "patientId": patient["id"],
        "draftOrders": _bundle([_draft(subject)]),
    }
    whole = {
        "hook": "order-sign",
        "hookInstance": "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea",
        "context": context,
        "prefetch": {"patient": patient} | _prefetch(resources),
    }
    return json.dumps(whole).encode()


def _prefetch(resources):
    """Each resource under the first key that asks for its type."""
    sent, given = {}, set()
    for key, search in services_for(RULES)[SERVICE].searches.items():
        kind = search.resource_type
        sent[key] = _bundle([r for r in resources if r["resourceType"] == kind and kind not in given])
        given.add(kind)
    return sent


def _bundle(resources):
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": r} for r in resources]}


def _draft(subject):
    return {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "subject": subject,
        "medicationCodeableConcept": {"text": "oxycodone 10 mg tablet"},
        "authoredOn": date.today().isoformat(),
        "dosageInstruction": [{"text": "Take 1 tablet every 6 hours"}],
        "dispenseRequest": {"quantity": {"value": 120}, "expectedSupplyDuration": {"value": 30, "unit": "d"}},
    }
