"""Small builders of FHIR R4 resources: say what matters to a patient's story, default the rest."""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sandbox.patients.codes import coding, concept, hl7
from sandbox.patients.draft import Draft, Resource
from sandbox.patients.people import reference

MRN = "http://practice.example/mrn"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def patient(
    today: date, name: str, gender: str, age: int, *, doctor: str = "osei", language: str = "en",
    birthday_in: int | None = None,
) -> Draft:  # fmt: skip
    """A patient of `age` whole years; the next birthday comes in `birthday_in` days, or on a day of its own."""
    given, _, family = name.partition(" ")
    draft = Draft(today, _slug(name), name, doctor)
    birthday = today + timedelta(days=birthday_in or 20 + sum(map(ord, name)) % 340)
    born = _same_day(birthday, birthday.year - age - 1)
    record = {
        "resourceType": "Patient",
        "active": True,
        "identifier": [{"type": hl7("v2-0203", "MR"), "system": MRN, "value": f"LFM-{draft.id}"}],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "gender": gender,
        "birthDate": born.isoformat(),
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": language}]}}],
        "generalPractitioner": [reference(doctor)],
        "managingOrganization": reference("clinic"),
    }
    draft.add({**record, "id": draft.id})
    return draft


def encounter(
    p: Draft, ago: int, kind: str = "Office visit", *, reason: str = "", where: str = "AMB",
    doctor: str = "", status: str = "finished", time: str = "09:30", place: str = "clinic",
) -> str:  # fmt: skip
    record = {
        "resourceType": "Encounter",
        "status": status,
        "class": {"system": ACT_CODE, "code": where},
        "type": [concept(kind)],
        "subject": p.subject,
        "participant": [{"individual": reference(doctor or p.doctor)}],
        "period": _period(p, ago, time, is_over=status == "finished", is_emergency=where == "EMER"),
        "reasonCode": [concept(reason)] if reason else None,
        "serviceProvider": reference(place),
    }
    return p.add(record)


def condition(
    p: Draft, what: str, onset: int = 1500, *, clinical: str = "active", category: str = "problem-list-item",
    ended: int | None = None, labels: Sequence[str] = (), visit: str = "",
) -> str:  # fmt: skip
    record = {
        "resourceType": "Condition",
        "meta": labelled(labels),
        "clinicalStatus": hl7("condition-clinical", clinical),
        "verificationStatus": hl7("condition-ver-status", "confirmed"),
        "category": [hl7("condition-category", category)],
        "code": concept(what),
        "subject": p.subject,
        "encounter": {"reference": visit} if visit else None,
        "onsetDateTime": p.ago(onset),
        "abatementDateTime": None if ended is None else p.ago(ended),
        "recordedDate": p.ago(onset),
    }
    return p.add(record)


def observation(
    p: Draft, what: str, ago: int, value: float | str | None = None, unit: str = "", *, category: str,
    interpretation: str = "", members: Sequence[str] = (), status: str = "final", **more: object,
) -> str:  # fmt: skip
    """A number with `unit` (UCUM), a coded or worded answer, or parts given as FHIR elements in `more`."""
    record = {
        "resourceType": "Observation",
        "status": status,
        "category": [hl7("observation-category", category)],
        "code": concept(what),
        "subject": p.subject,
        "effectiveDateTime": p.ago(ago),
        **_value(value, unit),
        "interpretation": [hl7("v3-ObservationInterpretation", interpretation)] if interpretation else None,
        "hasMember": [{"reference": member} for member in members],
        **more,
    }
    return p.add(record)


def procedure(p: Draft, what: str, ago: int, *, status: str = "completed", doctor: str = "") -> str:
    record = {
        "resourceType": "Procedure",
        "status": status,
        "code": concept(what),
        "subject": p.subject,
        "performedDateTime": p.ago(ago),
        "performer": [{"actor": reference(doctor or p.doctor)}],
    }
    return p.add(record)


def document(p: Draft, what: str, ago: int, *, status: str = "current") -> str:
    record = {
        "resourceType": "DocumentReference",
        "status": status,
        "docStatus": "final",
        "type": concept(what),
        "subject": p.subject,
        "date": p.moment(ago),
        "author": [reference(p.doctor)],
        "content": [{"attachment": {"contentType": "application/pdf", "title": what}}],
    }
    return p.add(record)


def appointment(
    p: Draft, in_days: int, time: str, reason: str, *, doctor: str = "", status: str = "booked"
) -> str:
    start = p.moment(-in_days, time)
    here = {"actor": p.subject, "status": "accepted"}
    record = {
        "resourceType": "Appointment",
        "status": status,
        "appointmentType": {"text": reason},
        "description": reason,
        "start": start,
        "end": (datetime.fromisoformat(start) + timedelta(minutes=20)).isoformat(),
        "participant": [here, {"actor": reference(doctor or p.doctor), "status": "accepted"}],
    }
    return p.add(record)


def service_request(
    p: Draft, what: str, ago: int, *, status: str = "active", priority: str = "routine", to: str = "",
    category: str = "", reason: str = "",
) -> str:  # fmt: skip
    record = {
        "resourceType": "ServiceRequest",
        "status": status,
        "intent": "order",
        "category": [{"text": category}] if category else None,
        "priority": priority,
        "code": concept(what),
        "subject": p.subject,
        "authoredOn": p.ago(ago),
        "requester": reference(p.doctor),
        "performer": [reference(to)] if to else None,
        "reasonCode": [concept(reason)] if reason else None,
    }
    return p.add(record)


def task(p: Draft, order: str, ago: int, *, status: str, why: str = "") -> str:
    """What the receiving service has done about a referral."""
    record = {
        "resourceType": "Task",
        "status": status,
        "statusReason": {"text": why} if why else None,
        "intent": "order",
        "focus": {"reference": order},
        "for": p.subject,
        "authoredOn": p.moment(ago),
        "lastModified": p.moment(ago, "15:00"),
        "requester": reference(p.doctor),
    }
    return p.add(record)


def care_plan(p: Draft, what: str, ago: int, title: str) -> str:
    record = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [concept(what)],
        "title": title,
        "subject": p.subject,
        "created": p.ago(ago),
        "author": reference(p.doctor),
    }
    return p.add(record)


def questionnaire_response(p: Draft, panel: str, ago: int, answers: dict[str, int]) -> str:
    """`answers` maps names of the code table to points; linkIds are LOINC codes, as LHC-Forms writes them."""
    items = [
        {"linkId": f"/{coding(name)['code']}", "text": name, "answer": [{"valueInteger": points}]}
        for name, points in answers.items()
    ]
    record = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"http://loinc.org/q/{coding(panel)['code']}",
        "status": "completed",
        "subject": p.subject,
        "authored": p.moment(ago),
        "item": items,
    }
    return p.add(record)


def consent(p: Draft, ago: int, *, until: int, to: str, labels: Sequence[str]) -> str:
    """The patient's permission to share what carries `labels` for treatment, until so many days from today."""
    provision = {
        "type": "permit",
        "period": {"start": p.ago(ago), "end": p.ago(-until)},
        "actor": [{"role": hl7("v3-ParticipationType", "PRCP"), "reference": reference(to)}],
        "securityLabel": [coding(label) for label in labels],
        "purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "TREAT"}],
    }
    record = {
        "resourceType": "Consent",
        "status": "active",
        "scope": hl7("consentscope", "patient-privacy"),
        "category": [concept("release of information")],
        "patient": p.subject,
        "dateTime": p.moment(ago),
        "policyRule": {"text": "Written consent under 42 CFR part 2"},
        "provision": provision,
    }
    return p.add(record)


def _period(p: Draft, ago: int, time: str, *, is_over: bool, is_emergency: bool) -> Resource:
    end = p.moment(ago, "23:10" if is_emergency else "11:30")
    return {"start": p.moment(ago, time), "end": end} if is_over else {"start": p.moment(ago, time)}


def labelled(labels: Sequence[str]) -> Resource | None:
    return {"security": [coding(label) for label in labels]} if labels else None


def _value(value: float | str | None, unit: str) -> Resource:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"valueCodeableConcept": concept(value)}
    return {
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
    }


def _slug(name: str) -> str:
    """The family name in the 64 characters FHIR allows in an id."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l")).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace("'", "").split())


def _same_day(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes the 28th where there is none."""
    return day.replace(year=year, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=year)
