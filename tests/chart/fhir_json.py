"""FHIR R4 JSON for tests of the reader: the least that is valid, to be bent."""

from copy import deepcopy

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
OXYCODONE_5 = {"system": RXNORM, "code": "1049621", "display": "oxycodone hydrochloride 5 MG Oral Tablet"}
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"use": "official", "given": ["Ada", "M."], "family": "Quist"}],
    "birthDate": "1970-05-06",
    "gender": "female",
}
REQUEST = {
    "resourceType": "MedicationRequest",
    "id": "r1",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"coding": [OXYCODONE_5]},
    "subject": {"reference": "Patient/p1"},
    "authoredOn": "2026-02-20",
    "dosageInstruction": [
        {
            "timing": {"repeat": {"frequency": 4, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
        }
    ],
    "dispenseRequest": {
        "quantity": {"value": 120},
        "expectedSupplyDuration": {"value": 30, "unit": "d", "code": "d"},
    },
}
CONDITION = {
    "resourceType": "Condition",
    "id": "c1",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "category": [{"coding": [{"code": "problem-list-item"}]}],
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "F11.20"}]},
    "subject": {"reference": "Patient/p1"},
    "recordedDate": "2024-01-01",
}


def request(**changes):
    """REQUEST with elements changed; None removes one."""
    return bent(REQUEST, **changes)


def condition(**changes):
    return bent(CONDITION, **changes)


def bent(resource, **changes):
    made = deepcopy(resource)
    for name, value in changes.items():
        made.pop(name, None)
        if value is not None:
            made[name] = value
    return made


def bundle(*resources, type="collection"):
    return {"resourceType": "Bundle", "type": type, "entry": [{"resource": r} for r in resources]}
