"""What the readings of all FHIR resources share."""

from typing import Any

from chart.elements import (
    Doubts,
    Json,
    as_concept,
    as_object,
    as_objects,
    as_text,
    as_when,
    labels_of,
    reference_to,
)
from chart.when import When


class Unreadable(Exception):
    """This resource cannot be used; the message says why, for a person."""


def record_parts(resource: Json, record_id: str, doubts: Doubts) -> dict[str, Any]:
    """What every record carries. Call it last: it takes the doubts collected so far."""
    return {"id": record_id, "labels": labels_of(resource), "doubts": doubts.all()}


def status_of(resource: Json, doubts: Doubts) -> str | None:
    """The status, or None when it is absent, masked or not a word."""
    if status := as_text(resource.get("status")):
        return status.lower()
    doubts.add("its status is not recorded")
    return None


def when_of(resource: Json, element: str, doubts: Doubts) -> When | None:
    """dateTime, instant or the start of the period (its end when it has no start)."""
    for suffix in ("DateTime", "Instant"):
        if found := as_when(resource.get(f"{element}{suffix}"), doubts):
            return found
    period = as_object(resource.get(f"{element}Period"))
    return as_when(period.get("start"), doubts) or as_when(period.get("end"), doubts)


def first_word(value: object) -> str | None:
    concept = as_concept(value)
    return next((c.code.lower() for c in concept.codes), concept.text.lower()) or None


def names_of(reference: object) -> tuple[str, ...]:
    """What a Reference is known by here: "Type/id" and its words, those that there are."""
    found = (reference_to(reference), as_text(as_object(reference).get("display")))
    return tuple(name for name in found if name)


def displays(value: object) -> list[str]:
    return [as_text(v.get("display")) or reference_to(v) for v in as_objects(value)]
