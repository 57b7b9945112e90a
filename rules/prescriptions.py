"""Orders, fills and reported medicines brought together: one prescription, whatever the number of its records."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeVar

from chart.frozen import cached_property, dataclass
from chart.medications import (
    DrugClass,
    Form,
    Medication,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
    Product,
)
from chart.records import Chart
from rules.once import once

# A fill belongs to the latest order of the same medicine in the year before it. Clocks in different zones may
# put the hand-over a day before the order.
_FILL_FOLLOWS_ORDER_DAYS = 365
_CLOCKS_DIFFER_DAYS = 1
_NEVER_FILLED = ("cancelled", "declined", "preparation", "stopped", "on-hold")
_NOT_TO_BE_FILLED = ("stopped", "cancelled", "draft", "entered-in-error")
_ORDER_INTENTS = ("order", "original-order", "instance-order", "filler-order", "")

_AT_HOME = frozenset({"outpatient", "community", "discharge"})

Key = tuple[object, ...]
_M = TypeVar("_M", bound=Medication)


@dataclass(frozen=True)
class Prescription:
    """An order with its fills, fills whose order is not in the chart, or a medicine somebody reported."""

    key: Key
    order: MedicationRequest | None = None
    fills: tuple[MedicationDispense, ...] = ()  # oldest first
    reported: MedicationStatement | MedicationRequest | None = None

    @cached_property
    def worked_out(self) -> dict[object, Any]:
        return {}

    @property
    def lead(self) -> Medication:
        found = self.order or self.reported or self.fills[-1]
        assert found is not None
        return found

    @cached_property
    def records(self) -> tuple[Medication, ...]:
        first = self.lead
        return (first, *(fill for fill in self.fills if fill is not first))

    @cached_property
    def record_ids(self) -> tuple[str, ...]:
        return tuple(record.id for record in self.records)

    @cached_property
    def labels(self) -> frozenset[tuple[str, str]]:
        return frozenset[tuple[str, str]]().union(*(record.labels for record in self.records))

    @cached_property
    def handed_over(self) -> tuple[MedicationDispense, ...]:
        """The fills that reached the patient."""
        return tuple(fill for fill in self.fills if fill.status not in _NEVER_FILLED)

    @cached_property
    def start(self) -> date | None:
        """The first day it can be taken; the earliest that a partial date can mean."""
        if self.order is not None:
            return order_start(self.order)
        if self.reported is not None:
            return _reported_start(self.reported)
        days = [fill.when.first for fill in self.fills if fill.when]
        return min(days, default=None)

    @cached_property
    def prescriber(self) -> str:
        if isinstance(self.lead, MedicationRequest):
            return self.lead.requester
        return next((fill.prescriber for fill in self.fills if fill.prescriber), "")


def order_start(order: MedicationRequest) -> date | None:
    """Bounds first; else the day it was written, or from when it may be filled ("do not fill before")."""
    if order.starts is not None:
        return order.starts.first
    days = [w.first for w in (order.authored, order.supply.valid_from) if w is not None]
    return max(days, default=None)


def _reported_start(reported: MedicationStatement | MedicationRequest) -> date | None:
    if isinstance(reported, MedicationRequest):
        return order_start(reported)
    found = reported.starts or reported.asserted
    return found.first if found else None


def is_reported(order: MedicationRequest) -> bool:
    """EHRs keep what patients report as requests with intent "plan" and the reported flag set."""
    return order.is_reported or order.intent == "plan"


def is_hospital_only(record: Medication) -> bool:
    categories: frozenset[str] = getattr(record, "categories", frozenset())
    return "inpatient" in categories and not categories & _AT_HOME


def is_an_order(order: MedicationRequest) -> bool:
    return order.intent in _ORDER_INTENTS and order.status != "draft"


@lru_cache(maxsize=4096)
def medicine_key(product: Product) -> Key:
    """Two products with the same key are the same medicine: ingredients, opioid strength, form, release."""
    names = frozenset(i.rxcui or i.name.lower() for i in product.ingredients)
    # The partner's strength ("-325 mg") is known from some codes and names only.
    measured = product.opioids or product.ingredients
    strengths = frozenset((i.rxcui or i.name.lower(), i.strength, i.unit) for i in measured)
    return (names, strengths, product.form, product.is_long_acting) if names else (product.name.lower(),)


def may_be_same_medicine(one: Product, other: Product) -> bool:
    """As `medicine_key`, but an unknown form or release fits any: for what patients report."""
    return keys_fit(medicine_key(one), medicine_key(other))


def keys_fit(mine: Key, theirs: Key) -> bool:
    if known_of(mine) != known_of(theirs) or len(mine) == 1:
        return mine == theirs
    (form, release), (their_form, their_release) = mine[2:], theirs[2:]
    forms_fit = Form.UNKNOWN in (form, their_form) or form is their_form
    return forms_fit and (None in (release, their_release) or release == their_release)


def known_of(key: Key) -> Key:
    """The part in which two keys of what may be one medicine are always equal."""
    return key[:2]


def are_different_people(one: str, other: str) -> bool:
    """Certainly: a Practitioner and a PractitionerRole may be the same person."""
    return bool(one and other) and one != other and one.partition("/")[0] == other.partition("/")[0]


def is_opioid(record: Medication) -> bool:
    return bool(record.product.opioids) or record.is_any(DrugClass.OPIOID)


@once
def prescriptions(chart: Chart, *classes: DrugClass) -> tuple[Prescription, ...]:
    """Every record of these classes in exactly one prescription, in an order that its own content decides."""
    orders = _of_classes(chart.medication_requests, classes)
    fills = _of_classes(chart.medication_dispenses, classes)
    statements = _of_classes(chart.medication_statements, classes)
    written = [o for o in orders if not is_reported(o)]
    linked, loose = _link(written, fills)
    found = [Prescription(medicine_key(o.product), o, tuple(linked.get(o.id, ()))) for o in written]
    found += [Prescription(medicine_key(o.product), reported=o) for o in orders if is_reported(o)]
    found += [Prescription(medicine_key(s.product), reported=s) for s in statements]
    found += _without_order(loose)
    return tuple(sorted(found, key=_by_start))


def _by_start(prescription: Prescription) -> tuple[date, str]:
    return prescription.start or date.min, prescription.lead.id


def _of_classes(records: Iterable[_M], classes: tuple[DrugClass, ...]) -> list[_M]:
    wanted, opioids_too = frozenset(classes), DrugClass.OPIOID in classes
    by_id = {
        r.id: r for r in records if not r.product.classes.isdisjoint(wanted) or (opioids_too and is_opioid(r))
    }
    return [by_id[record_id] for record_id in sorted(by_id)]


def _link(
    orders: list[MedicationRequest], fills: list[MedicationDispense]
) -> tuple[dict[str, list[MedicationDispense]], list[MedicationDispense]]:
    by_id = {order.id: order for order in orders}
    by_key: dict[Key, list[tuple[date, MedicationRequest]]] = {}
    for order in sorted(orders, key=lambda o: (order_start(o) or date.min, o.id), reverse=True):
        start = order_start(order)
        if start and is_an_order(order) and order.status not in _NOT_TO_BE_FILLED:
            by_key.setdefault(medicine_key(order.product), []).append((start, order))
    linked: dict[str, list[MedicationDispense]] = {}
    loose: list[MedicationDispense] = []
    for fill in sorted(fills, key=_fill_day):
        found = by_id.get(fill.request) or _order_of(fill, by_key.get(medicine_key(fill.product), []))
        (linked.setdefault(found.id, []) if found else loose).append(fill)
    return linked, loose


def _fill_day(fill: MedicationDispense) -> tuple[date, str]:
    return (fill.when.first if fill.when else date.min), fill.id


def _order_of(
    fill: MedicationDispense, newest_first: list[tuple[date, MedicationRequest]]
) -> MedicationRequest | None:
    """The latest order of the same medicine that this fill can be of."""
    if fill.when is None or is_hospital_only(fill):
        return None
    last = fill.when.first + timedelta(days=_CLOCKS_DIFFER_DAYS)
    first = fill.when.first - timedelta(days=_FILL_FOLLOWS_ORDER_DAYS)
    for start, order in newest_first:
        if start < first:
            return None
        if start <= last and not are_different_people(fill.prescriber, order.requester):
            return order
    return None


def _without_order(fills: list[MedicationDispense]) -> list[Prescription]:
    groups: dict[tuple[Key, str, bool], list[MedicationDispense]] = {}
    for fill in fills:
        source = (medicine_key(fill.product), fill.prescriber, is_hospital_only(fill))
        groups.setdefault(source, []).append(fill)
    return [Prescription(source[0], fills=tuple(found)) for source, found in groups.items()]
