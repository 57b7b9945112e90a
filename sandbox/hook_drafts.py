"""The draft orders of the console: some to start from, and what an accepted suggestion does to them."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import unified_diff
from itertools import count
from typing import Any

from sandbox.patients.codes import concept
from sandbox.patients.medicines import Directions, in_days
from sandbox.references import Resource, at_path
from sandbox.state import USER_ID
from sandbox.store import Store

ORDER_HOOKS = ("order-select", "order-sign")
_STOP = "stop-"


@dataclass(frozen=True, slots=True)
class Sample:
    label: str
    medicine: str  # a name of sandbox/patients/codes.csv
    directions: Directions
    quantity: int
    days: int | None  # None: not written, as many orders leave it


SAMPLES = {
    "oxycodone": Sample(
        "Oxycodone 10 mg, four times a day for 30 days",
        "oxycodone 10",
        Directions("Take 1 tablet by mouth 4 times a day", a_day=4),
        120,
        30,
    ),
    "acute": Sample(
        "Hydrocodone-acetaminophen 5-325 mg, every 6 hours as needed for 10 days",
        "hydrocodone-acetaminophen 5-325",
        Directions("Take 1 tablet by mouth every 6 hours as needed for pain", every_hours=6, as_needed=True),
        40,
        10,
    ),
    "long-acting": Sample(
        "Morphine extended release 15 mg, every 12 hours for 30 days",
        "morphine ER 15",
        Directions("Take 1 tablet by mouth every 12 hours", every_hours=12),
        60,
        30,
    ),
    "no-dose": Sample(
        "Oxycodone 5 mg, directions that give no dose", "oxycodone 5", Directions("Use as directed"), 30, None
    ),
    "lorazepam": Sample(
        "Lorazepam 0.5 mg, twice a day for 30 days",
        "lorazepam 0.5",
        Directions("Take 1 tablet by mouth 2 times a day", a_day=2),
        60,
        30,
    ),
    "ibuprofen": Sample(
        "Ibuprofen 600 mg, three times a day for 10 days",
        "ibuprofen 600",
        Directions("Take 1 tablet by mouth 3 times a day", a_day=3),
        30,
        10,
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What one action of a suggestion does, in words and as JSON."""

    told: str
    shown: str


def choices(store: Store, patient: str) -> list[tuple[str, str]]:
    """(value, label): the samples, and for each order in force its stop."""
    return [(key, sample.label) for key, sample in SAMPLES.items()] + [
        (f"{_STOP}{order['id']}", f"Stop {_name(order)}") for order in _in_force(store, patient)
    ]


def starting_text(store: Store, patient: str, hook: str, chosen: str, today: date) -> str:
    """What the text field of a hook begins with; empty for hooks that carry nothing to edit."""
    if hook in ORDER_HOOKS:
        return pretty(bundle([_draft(store, patient, chosen, today)]))
    if hook == "appointment-book":
        return pretty(bundle([_appointment(patient, today)]))
    return ""


def bundle(resources: list[Resource]) -> Resource:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": found} for found in resources],
    }


def resources_of(drafts: Any) -> list[Resource]:
    entries = drafts.get("entry") if isinstance(drafts, dict) else drafts
    found = [one.get("resource", one) for one in entries or () if isinstance(one, dict)]
    return [one for one in found if isinstance(one, dict)]


def selections(drafts: Any) -> list[str]:
    return [name for one in resources_of(drafts) if "resourceType" in one and (name := reference(one))]


def accepted(drafts: Any, actions: list[Any]) -> tuple[Resource, list[Change]]:
    """The drafts as they would be, and each change; the drafts given stay as they are."""
    orders, changes = resources_of(drafts), []
    for action in (one for one in actions if isinstance(one, dict)):
        orders, change = _applied(orders, action)
        changes.append(change)
    return bundle(orders), changes


def reference(resource: Resource) -> str:
    return f"{resource.get('resourceType')}/{resource['id']}" if resource.get("id") else ""


def pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _applied(orders: list[Resource], action: Resource) -> tuple[list[Resource], Change]:
    kind, resource = action.get("type"), action.get("resource")
    told = str(action.get("description") or kind)
    if kind == "create" and isinstance(resource, dict):
        made = {**resource, "id": _free_id(orders)}
        return [*orders, made], Change(told, pretty(made))
    target = str(action.get("resourceId") or (reference(resource) if isinstance(resource, dict) else ""))
    before = next((one for one in orders if target and reference(one) == target), None)
    if before is None:
        return orders, Change(f"{told} Not done: {target or 'its order'} is not among the drafts.", "")
    if kind == "update" and isinstance(resource, dict):
        return [resource if one is before else one for one in orders], Change(told, _diff(before, resource))
    if kind == "delete":
        return [one for one in orders if one is not before], Change(told, pretty(before))
    return orders, Change(f"{told} Not done: this EHR does not know this kind of action.", "")


def _free_id(orders: list[Resource]) -> str:
    taken = {one.get("id") for one in orders}
    return next(name for n in count(1) if (name := f"draft-{n}") not in taken)


def _diff(before: Resource, after: Resource) -> str:
    # Keys in one order: an order sent back with its elements moved about has not changed.
    old, new = (json.dumps(one, indent=2, ensure_ascii=False, sort_keys=True) for one in (before, after))
    return "\n".join(list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=3))[2:])


def _in_force(store: Store, patient: str) -> list[Resource]:
    return [one for one in store.all("MedicationRequest", patient) if one.get("status") == "active"]


def _draft(store: Store, patient: str, chosen: str, today: date) -> Resource:
    for order in _in_force(store, patient):
        if chosen == f"{_STOP}{order['id']}":
            prior = {"reference": f"MedicationRequest/{order['id']}"}
            return {**order, "id": "draft-1", "status": "stopped", "priorPrescription": prior}
    return _written(SAMPLES.get(chosen, SAMPLES["oxycodone"]), patient, today)


def _written(sample: Sample, patient: str, today: date) -> Resource:
    supply: Resource = {"numberOfRepeatsAllowed": 0, "quantity": sample.directions.quantity(sample.quantity)}
    if sample.days is not None:
        supply["expectedSupplyDuration"] = in_days(sample.days)
    return {
        "resourceType": "MedicationRequest",
        "id": "draft-1",
        "status": "draft",
        "intent": "order",
        "medicationCodeableConcept": concept(sample.medicine),
        "subject": {"reference": f"Patient/{patient}"},
        "authoredOn": today.isoformat(),
        "requester": {"reference": f"Practitioner/{USER_ID}"},
        "dosageInstruction": [sample.directions.dosage()],
        "dispenseRequest": supply,
    }


def _appointment(patient: str, today: date) -> Resource:
    day = today + timedelta(days=7)
    return {
        "resourceType": "Appointment",
        "id": "proposed-1",
        "status": "proposed",
        "start": f"{day.isoformat()}T09:00:00Z",
        "end": f"{day.isoformat()}T09:20:00Z",
        "participant": [
            {"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{USER_ID}"}, "status": "needs-action"},
        ],
    }


def _name(order: Resource) -> str:
    paths = (
        "medicationCodeableConcept.text",
        "medicationCodeableConcept.coding.display",
        "medicationReference.display",
    )
    named = (text for path in paths for text in at_path(order, path) if isinstance(text, str))
    return next(named, f"order {order['id']}")
