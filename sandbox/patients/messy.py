"""One patient whose record went through a migration: everything that can be odd in an EHR's data, and is."""

from datetime import date

from sandbox.patients.build import appointment, condition, observation, patient, procedure
from sandbox.patients.codes import concept
from sandbox.patients.draft import Draft, PracticePatient, Resource
from sandbox.patients.medicines import Directions, dispense, request
from sandbox.patients.visits import SCORE, background, visits

NAME = "augustine-pellerin"
OLD_EHR = "https://old-ehr.example/fhir"
# Entries that are not valid R4, and references that lead nowhere, on purpose.
MALFORMED = frozenset({f"{NAME}-string-for-a-medicine", f"{NAME}-unknown-type"})
UNRESOLVED = frozenset({f"Encounter/{NAME}-lost-in-migration"})
SIG = "Take 1-2 tablets by mouth every 4-6 hours as needed for pain, max 6/day"
THREE = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)


def augustine_pellerin(today: date) -> PracticePatient:
    p = patient(today, "Augustine Pellerin", "male", 59)
    background(p)
    visits(p, 45, 160)
    _medicines_named_in_odd_ways(p)
    _medicines_said_twice_or_not_at_all(p)
    _not_to_be_counted(p)
    _findings(p)
    _unreadable(p)
    appointment(p, 1, "13:20", "New patient visit: records from another system")
    return p.done(
        "Records from another system: medicines as words or lost references, doubles, mistakes, one private entry.",
        "POP-03", "PV-02", "PV-05", "PV-14", "PR-01", "PR-02",
    )  # fmt: skip


def _medicines_named_in_odd_ways(p: Draft) -> None:
    _order(p, medicationCodeableConcept={"text": "oxyCODONE-acetaminophen 5-325 mg tab"}, sig=SIG)
    inside = {"resourceType": "Medication", "id": "med1", "code": concept("morphine ER 15")}
    _order(p, contained=[inside], medicationReference={"reference": "#med1"}, sig="1 tab PO BID")
    tramadol = p.add({"resourceType": "Medication", "code": concept("tramadol 50")})
    p.elsewhere[tramadol.partition("/")[2]] = OLD_EHR
    _order(p, medicationReference={"reference": f"{OLD_EHR}/{tramadol}"}, sig="1 tab every 8 hours as needed")
    _order(p, medicationReference={"display": "MS Contin 15mg"}, sig="see bottle", reportedBoolean=True)


def _medicines_said_twice_or_not_at_all(p: Draft) -> None:
    _order(p, medicationCodeableConcept=concept("hydrocodone-acetaminophen 5-325"))
    request(p, "codeine-acetaminophen 30-300", THREE, 21, quantity=90)
    dispense(p, "codeine-acetaminophen 30-300", THREE, 20, quantity=90, days=30)
    _order(p, medicationCodeableConcept={"text": "Gabapentin 300mg cap"}, sig="1 cap TID")


def _not_to_be_counted(p: Draft) -> None:
    patch = Directions("Apply 1 patch every 72 hours", unit="patch", every_hours=72)
    request(p, "fentanyl patch 25", patch, 30, quantity=10, status="entered-in-error")
    request(p, "methadone 10", THREE, 30, quantity=90, doNotPerform=True)


def _findings(p: Draft) -> None:
    """A year without a month, a month without a day, a sum of 0 to 30 kept as a mean of 0 to 10, a Part 2 label."""
    vague = condition(p, "chronic pain", 2600)
    _change(p, vague, onsetDateTime=p.ago(2600)[:4], recordedDate=p.ago(2570)[:7])
    _change(p, condition(p, "sleep apnoea"), clinicalStatus=None, onsetDateTime=None)
    _change(p, procedure(p, "PDMP review", 85), performedDateTime=p.ago(85)[:7])
    observation(p, "PEG mean", 30, 18, SCORE, category="survey")
    condition(p, "opioid use unspecified", 500, labels=("Part 2", "restricted"))


def _unreadable(p: Draft) -> None:
    text = {"status": "active", "intent": "order", "subject": p.subject, "authoredOn": p.ago(50)}
    medicine = {"resourceType": "MedicationRequest", "id": f"{NAME}-string-for-a-medicine"}
    p.add({**medicine, **text, "medicationCodeableConcept": "OXYCODONE HCL 10MG TABS"})
    p.add({"resourceType": "MedicationHistory", "id": f"{NAME}-unknown-type", "patient": p.subject})


def _order(p: Draft, *, sig: str = "", **medication: object) -> str:
    record: Resource = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "subject": p.subject,
        "authoredOn": p.ago(25),
        "encounter": {"reference": f"Encounter/{NAME}-lost-in-migration"},
        "dosageInstruction": [{"text": sig}] if sig else None,
        **medication,
    }
    return p.add(record)


def _change(p: Draft, reference: str, **parts: object) -> None:
    """Replace elements of a resource already written; None takes one out."""
    resource = next(e for e in p.entries if reference == f"{e['resourceType']}/{e['id']}")
    resource.update(parts)
    for name in [name for name, part in parts.items() if part is None]:
        del resource[name]
