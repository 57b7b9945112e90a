"""Orders, fills and statements of medicines, with directions as EHRs structure them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.patients.build import labelled
from sandbox.patients.codes import concept, hl7
from sandbox.patients.draft import Draft, Resource
from sandbox.patients.people import reference

DRUG_FORM = "http://terminology.hl7.org/CodeSystem/v3-orderableDrugForm"
UNITS: dict[str, dict[str, str]] = {
    "tablet": {"unit": "tablet", "system": DRUG_FORM, "code": "TAB"},
    "capsule": {"unit": "capsule", "system": DRUG_FORM, "code": "CAP"},
    "patch": {"unit": "patch", "system": DRUG_FORM, "code": "PATCH"},
    "mL": {"unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"},
    "film": {"unit": "film"},
    "spray": {"unit": "spray"},
    "g": {"unit": "g", "system": "http://unitsofmeasure.org", "code": "g"},
}


@dataclass(frozen=True)
class Directions:
    """`amount` of `unit`, either `a_day` times or once `every_hours`; `most` caps a day's amount.

    Without a time there are only the words, as where nobody filled the structured part in.
    """

    text: str
    amount: float = 1
    unit: str = "tablet"
    a_day: int | None = None
    every_hours: int | None = None
    as_needed: bool = False
    most: float | None = None

    def dosage(self) -> Resource:
        if not (self.a_day or self.every_hours):
            return {"text": self.text}
        every = {"frequency": 1, "period": self.every_hours, "periodUnit": "h"}
        repeat = every if self.every_hours else {"frequency": self.a_day, "period": 1, "periodUnit": "d"}
        found: Resource = {
            "text": self.text,
            "timing": {"repeat": repeat},
            "doseAndRate": [{"doseQuantity": self.quantity(self.amount)}],
        }
        if self.as_needed:
            found["asNeededBoolean"] = True
        if self.most:
            a_day = {"value": 1, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}
            found["maxDosePerPeriod"] = {"numerator": self.quantity(self.most), "denominator": a_day}
        return found

    def quantity(self, value: float) -> Resource:
        return {"value": value, **UNITS[self.unit]}


def request(
    p: Draft, what: str, directions: Directions, ago: int, *, quantity: float, days: int | None = 30,
    status: str = "active", refills: int = 0, because: str = "", doctor: str = "", pharmacy: str = "pharmacy",
    category: str = "community", labels: Sequence[str] = (), **more: Any,
) -> str:  # fmt: skip
    supply = {
        "numberOfRepeatsAllowed": refills,
        "quantity": directions.quantity(quantity),
        "expectedSupplyDuration": None if days is None else in_days(days),
        "performer": reference(pharmacy),
    }
    record = {
        "resourceType": "MedicationRequest",
        "meta": labelled(labels),
        "status": status,
        "intent": "order",
        "category": [hl7("medicationrequest-category", category)],
        "medicationCodeableConcept": concept(what),
        "subject": p.subject,
        "authoredOn": p.ago(ago),
        "requester": reference(doctor or p.doctor),
        "reasonReference": [{"reference": because}] if because else None,
        "dosageInstruction": [directions.dosage()],
        "dispenseRequest": {key: value for key, value in supply.items() if value is not None},
        **more,
    }
    return p.add(record)


def dispense(
    p: Draft, what: str, directions: Directions, ago: int, *, quantity: float, days: int, order: str = "",
    pharmacy: str = "pharmacy", labels: Sequence[str] = (),
) -> str:  # fmt: skip
    record = {
        "resourceType": "MedicationDispense",
        "meta": labelled(labels),
        "status": "completed",
        "medicationCodeableConcept": concept(what),
        "subject": p.subject,
        "performer": [{"actor": reference(pharmacy)}],
        "authorizingPrescription": [{"reference": order}] if order else None,
        "quantity": directions.quantity(quantity),
        "daysSupply": in_days(days),
        "whenHandedOver": p.ago(ago),
        "dosageInstruction": [directions.dosage()],
    }
    return p.add(record)


def fills(
    p: Draft, what: str, directions: Directions, *, since: int, last: int, quantity: float, days: int = 30,
    every: int | None = None, because: str = "", is_stopped: bool = False, pharmacy: str = "pharmacy",
    labels: Sequence[str] = (),
) -> None:  # fmt: skip
    """One prescription and its fill each `every` days, as schedule II is written, from `since` to `last` days ago."""
    starts = range(since, last - 1, -(every or days))
    for ago in starts:
        is_current = ago == starts[-1] and not is_stopped
        order = request(
            p, what, directions, ago, quantity=quantity, days=days, because=because, pharmacy=pharmacy,
            labels=labels, status="active" if is_current else "completed",
        )  # fmt: skip
        dispense(
            p,
            what,
            directions,
            ago,
            quantity=quantity,
            days=days,
            order=order,
            pharmacy=pharmacy,
            labels=labels,
        )


def statement(p: Draft, what: str, text: str, since: int, *, asserted: int = 30) -> str:
    """A medicine the patient takes without a prescription from here."""
    record = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": concept(what),
        "subject": p.subject,
        "effectivePeriod": {"start": p.ago(since)},
        "dateAsserted": p.ago(asserted),
        "dosage": [{"text": text}],
    }
    return p.add(record)


def in_days(count: int) -> Resource:
    return {"value": count, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d"}
