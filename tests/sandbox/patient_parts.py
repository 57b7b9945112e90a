"""What tests look for in a practice patient's bundle."""

import re
from datetime import date

from sandbox.patients import practice_patients

TODAY = date(2026, 11, 22)
PATIENTS = practice_patients(TODAY)
FHIR_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d:\d\d-05:00)?)?)?")


def resources(patient):
    return [entry["resource"] for entry in patient.bundle["entry"]]


def of_type(patient, *kinds):
    return [r for r in resources(patient) if r["resourceType"] in kinds]


def named(name):
    return next(p for p in PATIENTS if p.id == name)


def parts(value, key=""):
    """(key, value) of everything in a resource, to any depth."""
    yield key, value
    below = (
        value.items()
        if isinstance(value, dict)
        else ((key, v) for v in value)
        if isinstance(value, list)
        else ()
    )
    for name, part in below:
        yield from parts(part, name)


def coded(part):
    return {
        (c["system"], c["code"])
        for _, c in parts(part)
        if isinstance(c, dict) and "system" in c and "code" in c
    }


def without_dates(value):
    if isinstance(value, dict):
        return {key: without_dates(part) for key, part in value.items()}
    if isinstance(value, list):
        return [without_dates(part) for part in value]
    return "a date" if isinstance(value, str) and FHIR_DATE.fullmatch(value) else value


def exact_days(part):
    """Every full date but the birth date, which keeps its age rather than its distance in days."""
    texts = [v for k, v in parts(part) if k != "birthDate" and isinstance(v, str) and FHIR_DATE.fullmatch(v)]
    return [date.fromisoformat(text[:10]) for text in texts if len(text) >= 10]
