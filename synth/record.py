"""Writes the FHIR R4 record that an EHR would hold of a life, with what it lost left out."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from synth.life import Fill, Life
from synth.medicines import concept

Resource = dict[str, Any]
_HL7 = "http://terminology.hl7.org/CodeSystem"
_ONCE_A_DAY = {"text": "Take 1 tablet by mouth once daily"}


def record(life: Life) -> list[Resource]:
    """Every resource of the patient, Patient first; ids are the patient's own, counted by type."""
    counted: dict[str, int] = {}
    found = []
    for resource in _resources(life):
        kind = resource["resourceType"]
        counted[kind] = counted.get(kind, 0) + 1
        its_id = life.id if kind == "Patient" else f"{life.id}-{kind.lower()}-{counted[kind]}"
        found.append({"resourceType": kind, "id": its_id} | resource)
    return found


def _resources(life: Life) -> Iterator[Resource]:
    yield _patient(life)
    for stream in life.streams:
        for fill in stream:
            yield from _fill(life, fill, is_latest=fill is stream[-1])
    yield from _other_medicines(life)
    yield from _conditions(life)
    yield from _events(life)
    yield from _monitoring(life)


def _patient(life: Life) -> Resource:
    name = {
        "use": "official",
        "family": f"Sample-{life.id[-6:]}",
        "given": ["Alex" if life.sex == "male" else "Ada"],
    }
    return {"resourceType": "Patient", "gender": life.sex, "birthDate": life.born.isoformat(), "name": [name]}


def _fill(life: Life, fill: Fill, *, is_latest: bool) -> Iterator[Resource]:
    ended = fill.last < life.as_of
    is_listed = is_latest and (not ended or "still listed" in life.lost)
    order = {
        **_of(life, "MedicationRequest"),
        "status": "active" if is_listed else "completed",
        "intent": "order",
        "medicationCodeableConcept": fill.opioid.concept,
        "authoredOn": fill.first.isoformat(),
        "requester": {"display": "Dr. Sample"},
        "dosageInstruction": [_directions(life, fill)],
    }
    supply = {"quantity": _tablets(fill.a_day * fill.days), "expectedSupplyDuration": _days(fill.days)}
    if "supply" not in life.lost:
        order["dispenseRequest"] = supply | {"numberOfRepeatsAllowed": 0}
    yield order
    if life.has_dispenses and "supply" not in life.lost:
        yield {
            **_of(life, "MedicationDispense"),
            "status": "completed",
            "medicationCodeableConcept": fill.opioid.concept,
            "quantity": supply["quantity"],
            "daysSupply": supply["expectedSupplyDuration"],
            "whenHandedOver": fill.first.isoformat(),
        }


def _directions(life: Life, fill: Fill) -> Resource:
    n = fill.a_day
    if "directions" in life.lost:
        return {"text": "Take as directed"}
    if life.directions == "text":
        return {"text": f"Take 1 tablet by mouth {n} times daily" if n > 1 else _ONCE_A_DAY["text"]}
    if life.directions == "short text":
        return {
            "text": f"1 tab PO {('QD', 'BID', 'TID', 'QID')[n - 1]}"
            if n <= 4
            else f"1 tab PO {n} times a day"
        }
    dose = {"doseAndRate": [{"doseQuantity": _tablets(1)}]}
    if life.directions == "hours" and 24 % n == 0:
        every = {"frequency": 1, "period": 24 // n, "periodUnit": "h"}
        return {"timing": {"repeat": every}, **dose}
    repeat = {"timing": {"repeat": {"frequency": n, "period": 1, "periodUnit": "d"}}, **dose}
    return repeat | {"asNeededBoolean": True} if life.directions == "as needed" else repeat


def _other_medicines(life: Life) -> Iterator[Resource]:
    if life.benzodiazepine:
        yield _taken_now(life, "clonazepam 0.5")
    if life.gabapentin:
        yield _taken_now(life, "gabapentin 300")
    if life.moud:
        yield _taken_now(life, "buprenorphine-naloxone film 8-2")
    if "bowel" in life.done:
        yield _order(life, "polyethylene glycol", life.done["bowel"], 30)
    if "naloxone" in life.done:
        yield _order(life, "naloxone nasal 4 mg", life.done["naloxone"], None)


def _taken_now(life: Life, what: str) -> Resource:
    return _order(life, what, life.as_of - timedelta(days=10), 30)


def _order(life: Life, what: str, on: date, days: int | None) -> Resource:
    is_over = days is not None and on + timedelta(days=days - 1) < life.as_of
    supply = (
        {"dispenseRequest": {"quantity": _tablets(days), "expectedSupplyDuration": _days(days)}}
        if days
        else {}
    )
    return {
        **_of(life, "MedicationRequest"),
        "status": "completed" if is_over else "active",
        "intent": "order",
        "medicationCodeableConcept": concept(what),
        "authoredOn": on.isoformat(),
        "dosageInstruction": [
            _ONCE_A_DAY if days else {"text": "1 spray in one nostril for suspected overdose"}
        ],
        **supply,
    }


def _conditions(life: Life) -> Iterator[Resource]:
    on_record = {"chronic pain": True, "cancer pain": life.cancer, "OUD": life.oud, "pregnant": life.pregnant}
    for what, is_there in on_record.items():
        if is_there:
            yield _condition(life, what, life.as_of - timedelta(days=100))
    if life.overdose:
        yield _condition(life, "opioid overdose", life.overdose, "encounter-diagnosis")


def _condition(life: Life, what: str, on: date, category: str = "problem-list-item") -> Resource:
    return {
        **_of(life, "Condition"),
        "clinicalStatus": _hl7("condition-clinical", "active"),
        "verificationStatus": _hl7("condition-ver-status", "confirmed"),
        "category": [_hl7("condition-category", category)],
        "code": concept(what),
        "onsetDateTime": on.isoformat(),
        "recordedDate": on.isoformat(),
    }


def _events(life: Life) -> Iterator[Resource]:
    for day in life.visits:
        yield _encounter(life, day, "AMB", "Office visit")
    if life.emergency:
        yield _encounter(life, life.emergency, "EMER", "Emergency department visit")


def _encounter(life: Life, day: date, where: str, kind: str) -> Resource:
    return {
        **_of(life, "Encounter"),
        "status": "finished",
        "class": {"system": f"{_HL7}/v3-ActCode", "code": where},
        "type": [{"text": kind}],
        "reasonCode": [concept("chronic pain")],
        "period": {"start": day.isoformat(), "end": day.isoformat()},
    }


def _monitoring(life: Life) -> Iterator[Resource]:
    done = life.done
    for what, name in (("pdmp", "PDMP review"), ("risk review", "opioid risk review")):
        if what in done:
            performed = {"code": concept(name), "performedDateTime": done[what].isoformat()}
            yield _of(life, "Procedure") | {"status": "completed"} | performed
    if "agreement" in done:
        scanned = (
            {"text": "Scanned paper"} if "agreement code" in life.lost else concept("treatment agreement")
        )
        paper = [{"attachment": {"contentType": "application/pdf", "title": "Scan"}}]
        signed = {"type": scanned, "date": f"{done['agreement']}T09:00:00Z", "content": paper}
        yield _of(life, "DocumentReference") | {"status": "current", "docStatus": "final"} | signed
    if "peg" in done:
        for name, points in zip(("PEG pain", "PEG enjoyment", "PEG activity"), life.peg, strict=True):
            yield _answer(life, name, done["peg"], points)
    if "phq9" in done:
        for number, points in enumerate(life.phq9, 1):
            yield _answer(life, f"PHQ-9 item {number}", done["phq9"], points)
        yield _answer(life, "PHQ-9 total", done["phq9"], sum(life.phq9))


def _answer(life: Life, what: str, on: date, points: int) -> Resource:
    return {
        **_of(life, "Observation"),
        "status": "final",
        "category": [_hl7("observation-category", "survey")],
        "code": concept(what),
        "effectiveDateTime": on.isoformat(),
        "valueQuantity": {
            "value": points,
            "unit": "{score}",
            "system": "http://unitsofmeasure.org",
            "code": "{score}",
        },
    }


def _of(life: Life, kind: str) -> Resource:
    return {"resourceType": kind, "subject": {"reference": f"Patient/{life.id}"}}


def _hl7(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{_HL7}/{system}", "code": code}]}


def _tablets(number: int | None) -> Resource:
    return {"value": number, "unit": "tablet", "system": f"{_HL7}/v3-orderableDrugForm", "code": "TAB"}


def _days(number: int | None) -> Resource:
    return {"value": number, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}
