"""The practice's patients as lines of a list: name, age, sex, and what each is there to show."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sandbox.references import Resource, at_path
from sandbox.state import Ehr


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    age: int | None
    sex: str
    story: str


def people(ehr: Ehr) -> list[Person]:
    """Named practice patients first, in their own order, then those loaded from files."""
    today = datetime.fromtimestamp(ehr.clock(), UTC).date()
    ids = [found["id"] for found in ehr.store.all("Patient")]
    ordered = [key for key in ehr.stories if key in ids] + [key for key in ids if key not in ehr.stories]
    return [_person(ehr, key, today) for key in ordered]


def name_of(ehr: Ehr, patient: str) -> str:
    return _name(ehr.store.get("Patient", patient) or {}) or f"Patient {patient}"


def person(ehr: Ehr, patient: str) -> Person:
    return _person(ehr, patient, datetime.fromtimestamp(ehr.clock(), UTC).date())


def _person(ehr: Ehr, key: str, today: date) -> Person:
    patient = ehr.store.get("Patient", key) or {}
    sex = patient.get("gender")
    return Person(
        key,
        _name(patient) or f"Patient {key}",
        _age(patient.get("birthDate"), today),
        sex if isinstance(sex, str) else "sex not recorded",
        ehr.stories.get(key, ""),
    )


def _name(patient: Resource) -> str:
    names = [found for found in at_path(patient, "name") if isinstance(found, dict)]
    names.sort(key=lambda found: found.get("use") != "official")
    for found in names:
        if isinstance(text := found.get("text"), str):
            return text
        parts = [*at_path(found, "given"), found.get("family")]
        if written := " ".join(part for part in parts if isinstance(part, str)):
            return written
    return ""


def _age(born: Any, today: date) -> int | None:
    try:
        day = date.fromisoformat(born)
    except (TypeError, ValueError):
        return None
    return today.year - day.year - ((today.month, today.day) < (day.month, day.day))
