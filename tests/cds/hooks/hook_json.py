"""Hook requests and the resources in them: the least that is valid, to be bent."""

from cds.hooks.services import services_for
from tests.cds.hooks.catalogue import RULES
from tests.chart.fhir_json import PATIENT, RXNORM, bent, bundle, request

INSTANCE = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
ALPRAZOLAM = {"system": RXNORM, "code": "308047", "display": "alprazolam 0.5 MG Oral Tablet"}
AGREEMENT = {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": "Patient/p1"}}
CLINICIAN_HOOKS = ("patient-view", "encounter-start", "appointment-book", "order-select", "order-sign")
OPIOID = request(id="r1", authoredOn="2026-02-20")
BENZODIAZEPINE = request(id="b1", medicationCodeableConcept={"coding": [ALPRAZOLAM]}, authoredOn="2026-02-20")

SERVICES = services_for(RULES)


def draft(its_id="d1", days=30, **changes):
    """An opioid being written: `days` of four tablets a day."""
    made = bent(
        request(
            id=its_id,
            status="draft",
            dispenseRequest={
                "quantity": {"value": 4 * days, "unit": "tablet"},
                "expectedSupplyDuration": {"value": days, "unit": "d", "code": "d"},
                "numberOfRepeatsAllowed": 1,
            },
        ),
        **changes,
    )
    return made if its_id else bent(made, id=None)


def prefetch(hook="patient-view", *resources, services=SERVICES):
    """Every key of the service, each with its own share of these resources."""
    service = services[f"previsit-{hook}"]
    sent = {"patient": PATIENT}
    for key, search in service.searches.items():
        kinds = (
            {search.resource_type, "Medication"} if "Medication" in search.name else {search.resource_type}
        )
        sent[key] = bundle(*(r for r in resources if r["resourceType"] in kinds), type="searchset")
    return sent


CONTEXTS = {
    "patient-view": {},
    "encounter-start": {"encounterId": "e1"},
    "appointment-book": {"appointments": bundle()},
    "order-select": {"selections": ["MedicationRequest/d1"], "draftOrders": bundle(draft())},
    "order-sign": {"draftOrders": bundle(draft())},
}


def hook_request(hook="patient-view", *resources, context=None, **changes):
    """A whole request with full prefetch; None removes an element."""
    whole = {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {
            "userId": "Practitioner/pr1",
            "patientId": "p1",
            **CONTEXTS[hook],
            **(context or {}),
        },
        "prefetch": prefetch(hook, *resources),
    }
    return bent(whole, **changes)


def ordering(*drafts, hook="order-sign", resources=(), **context):
    return hook_request(hook, *resources, context={"draftOrders": bundle(*drafts), **context})
