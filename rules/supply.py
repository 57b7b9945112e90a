"""Which days a prescription's supply covers, fill by fill."""

import math
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from chart.frozen import dataclass
from chart.medications import Dosage, Medication, MedicationRequest, Product, Supply
from rules.once import once
from rules.prescriptions import Prescription, order_start

# Schedule II may not be refilled (21 USC 829(a), 21 CFR 1306.12); III to V five times within six months
# (21 CFR 1306.22). Medicines outside the schedules: a prescription is good for a year.
_MOST_REFILLS = {"II": 0, "III": 5, "IV": 5, "V": 5}
_REFILL_DAYS = 183
_REFILL_DAYS_UNSCHEDULED = 365
_LONG_FILL_DAYS = 120
_MANY_UNITS_A_DAY = 20


@dataclass(frozen=True, slots=True)
class Span:
    """Days covered, first to last inclusive, by these records."""

    first: date
    last: date
    record: Medication
    notes: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Covered:
    """What is known of a prescription's supply. `is_known` False: how long it lasts cannot be told."""

    spans: tuple[Span, ...] = ()
    is_known: bool = True

    @property
    def last(self) -> date | None:
        return max((s.last for s in self.spans), default=None) if self.is_known else None

    def covers(self, day: date) -> bool:
        return any(s.first <= day <= s.last for s in self.spans)


@once
def supply_of(prescription: Prescription, carry_over: int) -> Covered:
    """Hand-overs before orders, because they say what the patient received."""
    if any(fill.when for fill in prescription.handed_over):
        return _by_fills(prescription, carry_over)
    if prescription.order is not None:
        return _by_order(prescription.order)
    return Covered(is_known=False)


def shifted(spans: Iterable[Span], carry_over: int) -> tuple[Span, ...]:
    """Early fills of one medicine begin when the earlier supply ends, moved by at most `carry_over` days."""
    found: list[Span] = []
    end = date.min
    for span in sorted(spans, key=lambda s: (s.first, s.last, s.record.id)):
        days = min(max((end - span.first).days + 1, 0), carry_over) if end > date.min else 0
        found.append(_moved(span, days) if days else span)
        end = max(end, found[-1].last)
    return tuple(found)


def _moved(span: Span, days: int) -> Span:
    return Span(later(span.first, days), later(span.last, days), span.record, span.notes)


def _by_fills(prescription: Prescription, carry_over: int) -> Covered:
    order = prescription.order
    spans, is_known = [], True
    for fill in prescription.handed_over:
        days, notes = _days_of_fill(fill, order)
        if fill.when is None or days is None:
            # Only the latest fill decides whether it is known until when the supply lasts.
            is_known = False
            continue
        is_known = True
        spans.append(Span(fill.when.first, later(fill.when.first, days - 1), fill, notes))
    return Covered(shifted(spans, carry_over), is_known)


def _days_of_fill(fill: Medication, order: MedicationRequest | None) -> tuple[int | None, tuple[str, ...]]:
    dosage = fill.dosage if fill.dosage.is_told or order is None else order.dosage
    days, notes = days_of(fill.supply, dosage, fill.product)
    if days is None and order is not None:
        days, notes = days_of(order.supply, order.dosage, order.product)
    return days, notes


def _by_order(order: MedicationRequest) -> Covered:
    start = order_start(order)
    if start is None:
        return Covered(is_known=False)
    days, notes = days_of(order.supply, order.dosage, order.product)
    if days is None:
        if order.ends is None:
            return Covered(is_known=False)
        end = max(start, order.ends.last)
        return Covered((Span(start, end, order, ("until the end that the directions give",)),))
    refills, refill_notes = refills_of(order)
    return Covered(tuple(_repeats(order, start, days, refills, notes + refill_notes)))


def _repeats(
    order: MedicationRequest, start: date, days: int, refills: int, notes: tuple[str, ...]
) -> Iterable[Span]:
    last_fill = later(start, _REFILL_DAYS if order.product.schedule else _REFILL_DAYS_UNSCHEDULED)
    if order.supply.valid_until is not None:
        last_fill = min(last_fill, order.supply.valid_until.last)
    first = start
    for number in range(refills + 1):
        if number and first > last_fill:
            return
        yield Span(first, later(first, days - 1), order, notes)
        first = later(first, days)


def refills_of(order: MedicationRequest) -> tuple[int, tuple[str, ...]]:
    """Refills as far as the law lets them count, and what to say about it."""
    allowed = _MOST_REFILLS.get(order.product.schedule)
    recorded = max(order.supply.refills, 0)
    if allowed is None or recorded <= allowed:
        return recorded, ()
    if allowed == 0:
        return 0, ("schedule II is not refilled: the recorded refills are not counted",)
    return allowed, (f"at most {allowed} refills are counted",)


def days_of(supply: Supply, dosage: Dosage, product: Product) -> tuple[int | None, tuple[str, ...]]:
    """Whole days one fill lasts: days of supply, else quantity over the most a day; a part of a day is a day."""
    notes: list[str] = []
    days = supply.days if supply.days is not None and supply.days > 0 else None
    if days is None:
        days = _quantity_over_dosage(supply, dosage, product, notes) or _days_of_steps(dosage)
    if days is None:
        return None, ()
    if days > _LONG_FILL_DAYS or days < 1:
        notes.append(f"an unusual length of supply: {days.normalize():f} days" if days > 1 else "under a day")
    # A mistyped length must not run past the calendar.
    return min(max(math.ceil(days), 1), 3650), tuple(notes)


def _quantity_over_dosage(
    supply: Supply, dosage: Dosage, product: Product, notes: list[str]
) -> Decimal | None:
    if supply.quantity is None or supply.quantity <= 0 or not dosage.is_told:
        return None
    step = dosage.steps[0]
    # The quantity is in units or mL; a dosage in mg is brought to them by the strength.
    a_day = step.high if step.unit in ("unit", "mL") else _units_a_day(step.high, step.unit, product)
    if a_day is None or a_day <= 0 or len(dosage.steps) > 1:
        return None
    if step.unit == "unit" and a_day > _MANY_UNITS_A_DAY:
        notes.append(f"an unusual number a day: {a_day.normalize():f}")
    if step.as_needed:
        notes.append("as needed: the shortest time the supply could last")
    # 28 digits of division must not turn 30 days into 31.
    return (supply.quantity / a_day).quantize(Decimal("1e-9"))


def _days_of_steps(dosage: Dosage) -> Decimal | None:
    """As long as the directions themselves say, when each of their steps says it."""
    lengths = [step.days for step in dosage.steps]
    return None if not lengths or None in lengths else Decimal(sum(days or 0 for days in lengths))


def _units_a_day(amount: Decimal, unit: str, product: Product) -> Decimal | None:
    measured = product.opioids or product.ingredients
    if len(measured) != 1 or not measured[0].strength or measured[0].unit not in ("mg", "mg/mL"):
        return None
    milligrams = amount if unit == "mg" else amount / 1000
    return milligrams / measured[0].strength


def later(day: date, days: int) -> date:
    """A date some days on, never past the calendar's end."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def days_before(day: date, days: int) -> date:
    return later(day, -days)
