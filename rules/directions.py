"""What one prescription amounts to on a day: its directions, its supply, and what to say when they differ."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from chart.medications import Certainty, Dosage, DoseStep, Medication, MedicationDispense, Product
from rules.equivalent import CannotTell, Equivalent, equivalent, plain
from rules.policy import Policy
from rules.prescriptions import Prescription


class _Reading(NamedTuple):
    """One dosage of one record, its step in force, and what it is called when two of them differ."""

    product: Product
    dosage: Dosage
    step: DoseStep | None
    called: str

    def equivalent(self, supplementary: bool) -> Equivalent:
        if self.step is None:
            raise CannotTell(self.dosage.cannot_tell or "no dose is recorded")
        found = equivalent(self.product, self.step, supplementary)
        notes = list(self.dosage.notes)
        if self.dosage.certainty is Certainty.LOW:
            notes.append("the directions could be read only with low certainty")
        return replace(found, notes=(*found.notes, *notes)) if notes else found


def dose_on(
    prescription: Prescription, day: date, policy: Policy, fill: MedicationDispense | None = None
) -> Equivalent:
    """Directions before supply; where they differ by more than the policy allows, the higher. Raises CannotTell.

    `fill` is the one in use on `day`; without it, the latest handed over by then and those not yet used up.
    """
    fills = [fill] if fill else _fills_in_use(prescription, day)
    readings = tuple(_readings(prescription, fills, day))
    found = _dose(readings, policy.supplementary_factors, policy.supply_disagreement)
    if isinstance(found, str):
        raise CannotTell(found)
    return found


# A monthly fill of a monthly order says the same month after month.
@lru_cache(maxsize=1024)
def _dose(readings: tuple[_Reading, ...], supplementary: bool, disagreement: Decimal) -> Equivalent | str:
    """What they come to, or why it cannot be told."""
    told: list[tuple[_Reading, Equivalent]] = []
    refusal = ""
    for reading in readings:
        try:
            told.append((reading, reading.equivalent(supplementary)))
        except CannotTell as reason:
            refusal = refusal if refusal and refusal != "no dose is recorded" else str(reason)
    return _settled(told, disagreement) if told else refusal or "no dose is recorded"


def _readings(
    prescription: Prescription, fills: Iterable[MedicationDispense], day: date
) -> Iterable[_Reading]:
    written = prescription.order or prescription.reported
    if written is not None:
        yield _reading(written, written.dosage, "directions", day, prescription.start)
    for fill in fills:
        handed_over = fill.when.first if fill.when else None
        yield _reading(fill, fill.dosage, "the pharmacy's directions", day, handed_over)
        if fill.dosage_by_supply is not None:
            yield _reading(fill, fill.dosage_by_supply, "the supply handed over", day, None)
    if written is not None and written.dosage_by_supply is not None:
        yield _reading(written, written.dosage_by_supply, "the supply ordered", day, None)


def _reading(record: Medication, dosage: Dosage, called: str, day: date, start: date | None) -> _Reading:
    return _Reading(record.product, dosage, dosage.on(day, start), called)


def _fills_in_use(prescription: Prescription, day: date) -> list[MedicationDispense]:
    past = [f for f in prescription.handed_over if f.when is None or f.when.first <= day]
    return [f for f in reversed(past) if f is past[-1] or _lasts_until(f, day)]


def _lasts_until(fill: MedicationDispense, day: date) -> bool:
    days = fill.supply.days
    return fill.when is not None and days is not None and (day - fill.when.first).days < days


def _settled(told: list[tuple[_Reading, Equivalent]], disagreement: Decimal) -> Equivalent:
    (reading, counted), others = told[0], told[1:]
    notes = []
    if reading.dosage.read_from == "quantity and days of supply":
        notes.append("worked out from quantity and days of supply: no directions could be read")
    # A taper's supply is the mean of its steps, not a check on the step in force.
    if len(reading.dosage.steps) == 1:
        for other, found in others:
            if len(other.dosage.steps) == 1 and _disagree(told[0][1], found, disagreement):
                notes.append(_difference(reading, told[0][1], other, found))
                counted = max(counted, found, key=lambda e: e.mme)
    told_once = tuple(dict.fromkeys((*counted.notes, *notes)))
    return counted if told_once == counted.notes else replace(counted, notes=told_once)


def _disagree(one: Equivalent, other: Equivalent, allowed: Decimal) -> bool:
    low, high = sorted((one.mme, other.mme))
    return high - low > allowed * low


def _difference(one: _Reading, mine: Equivalent, other: _Reading, theirs: Equivalent) -> str:
    return (
        f"{one.called} come to {plain(mine.mme)} MME/day, {other.called} "
        f"to {plain(theirs.mme)} MME/day; the higher counts"
    )
