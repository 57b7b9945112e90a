"""Records in any number: a practice patient's chart grown, and long lists of one kind."""

import json
from datetime import date, timedelta

from sandbox.patients import practice_patients

TODAY = date(2026, 3, 2)
LOINC, RXNORM = "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1961-04-05", "gender": "female"}
DRUGS = (
    "oxycodone",
    "morphine",
    "hydrocodone",
    "lorazepam",
    "gabapentin",
    "tramadol",
    "naproxen",
    "sertraline",
)
_WHO = {"subject": {"reference": "Patient/p"}}


def bundle_of(size, patient="harold-brandvold", today=TODAY):
    """A practice patient's record grown to `size` resources: the same mix, older and older."""
    whole = next(p for p in practice_patients(today) if p.id == patient).bundle
    entries = json.loads(json.dumps(whole["entry"]))
    mix = [e["resource"] for e in entries if e["resource"]["resourceType"] not in ("Patient", "Medication")]
    rounds = 0
    while len(entries) < size:
        rounds += 1
        entries += [{"resource": _older(resource, rounds)} for resource in mix]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries[:size]}


def _older(resource, rounds):
    back = timedelta(days=30 * rounds)
    copy = json.loads(json.dumps(resource), object_hook=lambda element: _moved(element, back))
    return copy | {"id": f"{resource['id']}-{rounds}"}


def _moved(element, back):
    for key, value in element.items():
        if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-" and value[7:8] == "-":
            element[key] = (date.fromisoformat(value[:10]) - back).isoformat() + value[10:]
    return element


def _day(number):
    return (TODAY - timedelta(days=number)).isoformat()


def orders(count):
    """An order of the same opioid every day, with what is left of the others."""
    return [
        _WHO
        | {
            "resourceType": "MedicationRequest",
            "id": f"o{n}",
            "status": "active" if n < 30 else "completed",
            "intent": "order",
            "medicationCodeableConcept": {"text": "oxycodone 5 mg tablet"},
            "authoredOn": _day(n),
            "dosageInstruction": [{"text": f"Take {1 + n % 2} tablet every 6 hours"}],
            "dispenseRequest": {
                "quantity": {"value": 28},
                "expectedSupplyDuration": {"value": 7, "unit": "d"},
            },
        }
        for n in range(count)
    ]


def medicines(count):
    """Orders with varied medicines and directions, each of them new."""
    return [
        _WHO
        | {
            "resourceType": "MedicationRequest",
            "id": f"m{n}",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {"text": f"{DRUGS[n % len(DRUGS)]} {5 * (1 + n % 40)} mg tab"},
            "authoredOn": "2026-02-01",
            "dosageInstruction": [
                {"text": f"Take {1 + n % 3} tablets every {4 + n % 9} hours, day {n}"[:60]}
            ],
        }
        for n in range(count)
    ]


def fills(count):
    """Fills without their orders, three medicines a day."""
    return [
        _WHO
        | {
            "resourceType": "MedicationDispense",
            "id": f"d{n}",
            "status": "completed",
            "medicationCodeableConcept": {"text": f"{DRUGS[n % 3]} {5 * (1 + n % 4)} mg tab"},
            "whenHandedOver": _day(n // 3),
            "daysSupply": {"value": 14, "unit": "d"},
            "quantity": {"value": 56},
        }
        for n in range(count)
    ]


def fills_of_one_order(count):
    """One order, and all its fills."""
    one = orders(1)[0] | {"id": "order", "authoredOn": _day(count), "status": "active"}
    of_it = {"authorizingPrescription": [{"reference": "MedicationRequest/order"}]}
    same = {"medicationCodeableConcept": {"text": "oxycodone 5 mg tablet"}}
    return [one, *(fill | of_it | same for fill in fills(count))]


def statements(count):
    """What the patient reports, of three medicines, beside as many orders."""
    return [
        _WHO
        | {
            "resourceType": "MedicationStatement",
            "id": f"s{n}",
            "status": "active",
            "medicationCodeableConcept": {"text": f"{DRUGS[n % 3]} 10 mg tab"},
            "effectiveDateTime": _day(n),
            "dosage": [{"text": "1 tablet twice a day"}],
        }
        for n in range(count)
    ] + orders(count)


def observations(count):
    """Results of several kinds: drug tests, PEG and PHQ-9 scores, eGFR."""
    kinds = [("3879-4", "Opiates [Presence] in Urine by Screen method"), ("91148-7", "PEG 3 item pain scale"),
             ("44261-6", "PHQ-9 total"), ("98979-8", "Glomerular filtration rate/1.73 sq M.predicted")]  # fmt: skip
    return [
        _WHO
        | {
            "resourceType": "Observation",
            "id": f"r{n}",
            "status": "final",
            "code": {"coding": [{"system": LOINC, "code": kinds[n % 4][0], "display": kinds[n % 4][1]}]},
            "effectiveDateTime": f"{_day(n)}T09:00:00+00:00",
            **({"valueString": "Detected"} if n % 4 == 0 else {"valueQuantity": {"value": n % 10}}),
        }
        for n in range(count)
    ] + orders(20)


def conditions(count):
    """Problems and diagnoses of visits."""
    codes = ("F32.1", "M54.5", "C34.90", "T40.2X1A", "F11.20", "N18.4", "G47.33", "I10")
    return [
        _WHO
        | {
            "resourceType": "Condition",
            "id": f"c{n}",
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "category": [{"coding": [{"code": "encounter-diagnosis"}]}],
            "code": {
                "coding": [{"system": ICD10, "code": codes[n % len(codes)]}],
                "text": f"problem {n % 40}",
            },
            "recordedDate": _day(n),
            "encounter": {"reference": f"Encounter/e{n}"},
        }
        for n in range(count)
    ] + orders(20)


def encounters(count):
    """Visits, each to an emergency department for a problem on record."""
    return [
        _WHO
        | {
            "resourceType": "Encounter",
            "id": f"e{n}",
            "status": "finished",
            "class": {"code": "EMER"},
            "period": {"start": _day(n), "end": _day(n)},
            "diagnosis": [{"condition": {"reference": f"Condition/c{n}"}}],
        }
        for n in range(count)
    ] + conditions(count)


KINDS = {
    "orders": orders,
    "varied orders": medicines,
    "fills": fills,
    "fills of one order": fills_of_one_order,
    "reports and orders": statements,
    "observations": observations,
    "conditions": conditions,
    "encounters and conditions": encounters,
}


def chart_json(kind, count):
    return [PATIENT, *KINDS[kind](count)]
