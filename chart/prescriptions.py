"""MedicationRequest, MedicationDispense, MedicationStatement: FHIR R4 -> typed records."""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from chart.dosage import dosage_by_supply, read_dosage
from chart.elements import (
    Doubts,
    Json,
    as_concept,
    as_concepts,
    as_number,
    as_object,
    as_objects,
    as_quantity,
    as_text,
    as_when,
    code_words,
    labels_of,
    reference_to,
    references_to,
)
from chart.frozen import dataclass
from chart.instructions import Instruction, Quantity
from chart.medications import (
    Dosage,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Product,
    Supply,
)
from chart.parts import Unreadable, displays, record_parts, status_of
from chart.products import Part, identify
from chart.repeated import Repeated
from chart.terms import Concept
from chart.timing import read_instructions
from chart.when import When

_DAYS_IN = {"d": Decimal(1), "wk": Decimal(7), "mo": Decimal(30), "a": Decimal(365), "h": 1 / Decimal(24)}
_DAY_WORDS = {
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
}

_NO_QUANTITY = Quantity()

Resolve = Callable[[str], Json | None]  # a Medication by its reference, where it was received


@lru_cache(maxsize=4096)
def _by_supply(quantity: Decimal | None, unit: str, days: Decimal | None, product: Product) -> Dosage | None:
    """A monthly fill is the same fill for years."""
    return dosage_by_supply(Supply(quantity, unit, days), product)


@dataclass(frozen=True, slots=True)
class _Named:
    concept: Concept
    product: Product
    labels: frozenset[tuple[str, str]]


def read_request(resource: Json, record_id: str, doubts: Doubts, resolve: Resolve) -> MedicationRequest:
    instructions = read_instructions(resource.get("dosageInstruction"), doubts)
    dispense = as_object(resource.get("dispenseRequest"))
    valid = as_object(dispense.get("validityPeriod"))
    duration = as_quantity(dispense.get("expectedSupplyDuration"))
    refills = as_number(dispense.get("numberOfRepeatsAllowed"))
    supply = Supply(
        *_amount(dispense.get("quantity"), duration, doubts),
        int(refills) if refills is not None and 0 <= refills < 100 else 0,
        as_when(valid.get("start"), doubts),
        as_when(valid.get("end"), doubts),
    )
    starts, ends = _bounds(instructions)
    requester = as_object(resource.get("requester"))
    return MedicationRequest(
        intent=as_text(resource.get("intent")).lower() or "order",
        categories=code_words(as_concepts(resource.get("category"))),
        authored=as_when(resource.get("authoredOn"), doubts),
        starts=starts,
        ends=ends,
        is_reported=resource.get("reportedBoolean") is True or "reportedReference" in resource,
        requester=reference_to(requester) or as_text(requester.get("display")),
        requester_name=as_text(requester.get("display")),
        pharmacy=next(iter(displays(dispense.get("performer"))), ""),
        encounter=reference_to(resource.get("encounter")),
        replaces=reference_to(resource.get("priorPrescription")),
        based_on=references_to(resource.get("basedOn")),
        **_medication(resource, record_id, doubts, resolve, instructions, supply),
    )


def read_dispense(resource: Json, record_id: str, doubts: Doubts, resolve: Resolve) -> MedicationDispense:
    instructions = read_instructions(resource.get("dosageInstruction"), doubts)
    supply = Supply(*_amount(resource.get("quantity"), as_quantity(resource.get("daysSupply")), doubts))
    performers = [as_object(p.get("actor")) for p in as_objects(resource.get("performer"))]
    return MedicationDispense(
        handed_over=as_when(resource.get("whenHandedOver"), doubts),
        prepared=as_when(resource.get("whenPrepared"), doubts),
        request=next(iter(references_to(resource.get("authorizingPrescription"))), ""),
        pharmacy=next(iter(displays(performers)), "") or next(iter(displays(resource.get("location"))), ""),
        categories=code_words(as_concepts(resource.get("category"))),
        **_medication(resource, record_id, doubts, resolve, instructions, supply),
    )


def read_statement(resource: Json, record_id: str, doubts: Doubts, resolve: Resolve) -> MedicationStatement:
    instructions = read_instructions(resource.get("dosage"), doubts)
    period = as_object(resource.get("effectivePeriod"))
    return MedicationStatement(
        starts=as_when(resource.get("effectiveDateTime"), doubts) or as_when(period.get("start"), doubts),
        ends=as_when(period.get("end"), doubts),
        asserted=as_when(resource.get("dateAsserted"), doubts),
        based_on=references_to(resource.get("basedOn")) + references_to(resource.get("derivedFrom")),
        categories=code_words(as_concepts(resource.get("category"))),
        **_medication(resource, record_id, doubts, resolve, instructions, Supply()),
    )


def _medication(
    resource: Json,
    record_id: str,
    doubts: Doubts,
    resolve: Resolve,
    instructions: tuple[Instruction, ...],
    supply: Supply,
) -> dict[str, Any]:
    """What orders, fills and statements share: the product and what it amounts to a day."""
    named = _named(resource, resolve, doubts)
    status = status_of(resource, doubts)
    dosage = read_dosage(instructions, named.product)
    can_be_computed = supply.quantity is not None and supply.days is not None
    if resource.get("modifierExtension") or resource.get("implicitRules"):
        # FHIR forbids acting on a modifier one does not understand; the medicine is still there.
        doubts.add("it carries a modifier this app does not understand")
        dosage = Dosage(cannot_tell="the order carries a modifier this app does not understand")
        can_be_computed = False
    parts = record_parts(resource, record_id, doubts)
    return parts | {
        "labels": parts["labels"] | named.labels,
        "concept": named.concept,
        "product": named.product,
        "status": status,
        "dosage": dosage,
        "dosage_by_supply": _by_supply(supply.quantity, supply.unit, supply.days, named.product)
        if can_be_computed
        else None,
        "supply": supply,
        "reasons": as_concepts(resource.get("reasonCode")),
        "reason_ids": references_to(resource.get("reasonReference")),
        "updated": as_when(as_object(resource.get("meta")).get("lastUpdated")),
    }


def _named(resource: Json, resolve: Resolve, doubts: Doubts) -> _Named:
    """The medicine by code, by contained or external reference, or by the words of the reference alone."""
    if "medicationCodeableConcept" in resource:
        named = _coded(resource["medicationCodeableConcept"], doubts)
        if named is not None:
            return named
    reference = as_object(resource.get("medicationReference"))
    words = as_text(reference.get("display"))
    target = reference_to(reference)
    if medication := _contained(resource, target) or resolve(target):
        return _from_medication(medication, words)
    if words:
        doubts.add("the medicine is known by its name only")
        concept = Concept((), words)
        return _Named(concept, identify(concept), frozenset())
    raise Unreadable("no medicine is named in it")


def _read_coded(value: object, _doubts: Doubts) -> _Named | None:
    concept = as_concept(value)
    return _Named(concept, identify(concept), frozenset()) if concept.display else None


_coded = Repeated(_read_coded)


def _from_medication(medication: Json, words: str) -> _Named:
    concept = as_concept(medication.get("code"))
    if not concept.display:
        concept = Concept(concept.codes, words)
    form = as_concept(medication["form"]) if "form" in medication else None
    parts = tuple(_part(i) for i in as_objects(medication.get("ingredient")))
    if not concept.display and not parts:
        raise Unreadable("no medicine is named in it")
    return _Named(concept, identify(concept, form, parts), labels_of(medication))


def _part(ingredient: Json) -> Part:
    strength = as_object(ingredient.get("strength"))
    top = as_quantity(strength.get("numerator")) or Quantity()
    bottom = as_quantity(strength.get("denominator")) or Quantity()
    return Part(
        as_concept(ingredient.get("itemCodeableConcept")),
        top.value,
        top.unit or top.code,
        bottom.value,
        bottom.unit or bottom.code,
    )


def _contained(resource: Json, target: str) -> Json | None:
    if not target.startswith("#"):
        return None
    wanted = target[1:]
    return next((c for c in as_objects(resource.get("contained")) if as_text(c.get("id")) == wanted), None)


def _amount(
    quantity: object, duration: Quantity | None, doubts: Doubts
) -> tuple[Decimal | None, str, Decimal | None]:
    """(how many, of what, for how many days)."""
    amount = as_quantity(quantity) or _NO_QUANTITY
    if amount.comparator:
        doubts.add("the quantity supplied is recorded as a bound")
        amount = _NO_QUANTITY
    value = amount.value if amount.value is not None and amount.value > 0 else None
    return value, amount.unit or amount.code, _in_days(duration, doubts)


def _in_days(duration: Quantity | None, doubts: Doubts) -> Decimal | None:
    """UCUM d, wk, mo (30 d), a (365 d) and h; days when no unit is given, as daysSupply is often sent."""
    if duration is None or duration.value is None or duration.comparator:
        return None
    word = (duration.code or duration.unit or "d").strip().lower()
    factor = _DAYS_IN.get(_DAY_WORDS.get(word, word))
    if factor is None or duration.value <= 0:
        doubts.add("the length of supply could not be read")
        return None
    return duration.value * factor


def _bounds(instructions: tuple[Instruction, ...]) -> tuple[When | None, When | None]:
    """First start of any instruction, and the last end when every instruction has one."""
    starts = [i.timing.bounds_from for i in instructions if i.timing.bounds_from]
    ends = [i.timing.bounds_to for i in instructions if i.timing.bounds_to]
    start = min(starts, key=lambda w: w.first, default=None)
    end = max(ends, key=lambda w: w.last, default=None)
    return start, end if len(ends) == len(instructions) else None
