"""What one prescription amounts to on a day: its directions, its supply, and what to say when they differ."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from chart.medications import Certainty, Dosage, Medication, MedicationDispense
from rules.equivalent import CannotTell, Equivalent, equivalent, plain
from rules.policy import Policy
from rules.prescriptions import Prescription


@dataclass(frozen=True, slots=True)
class _Reading:
    """One dosage of one record, and what it is called when two of them differ."""

    record: Medication
    dosage: Dosage
    called: str
    start: date | None

    def equivalent(self, day: date, policy: Policy) -> Equivalent:
        step = self.dosage.on(day, self.start)
        if step is None:
            raise CannotTell(self.dosage.cannot_tell or "no dose is recorded")
        found = equivalent(self.record.product, step, policy.supplementary_factors)
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
    told: list[tuple[_Reading, Equivalent]] = []
    refusal: CannotTell | None = None
    for reading in _readings(prescription, [fill] if fill else _fills_in_use(prescription, day)):
        try:
            told.append((reading, reading.equivalent(day, policy)))
        except CannotTell as reason:
            refusal = refusal if refusal and str(refusal) != "no dose is recorded" else reason
    if not told:
        raise refusal or CannotTell("no dose is recorded")
    return _settled(told, policy)


def _readings(prescription: Prescription, fills: Iterable[MedicationDispense]) -> Iterable[_Reading]:
    written = prescription.order or prescription.reported
    start = prescription.start
    if written is not None:
        yield _Reading(written, written.dosage, "directions", start)
    for fill in fills:
        yield _Reading(fill, fill.dosage, "the pharmacy's directions", fill.when.first if fill.when else None)
        if fill.dosage_by_supply is not None:
            yield _Reading(fill, fill.dosage_by_supply, "the supply handed over", None)
    if written is not None and written.dosage_by_supply is not None:
        yield _Reading(written, written.dosage_by_supply, "the supply ordered", None)


def _fills_in_use(prescription: Prescription, day: date) -> list[MedicationDispense]:
    past = [f for f in prescription.handed_over if f.when is None or f.when.first <= day]
    return [f for f in reversed(past) if f is past[-1] or _lasts_until(f, day)]


def _lasts_until(fill: MedicationDispense, day: date) -> bool:
    days = fill.supply.days
    return fill.when is not None and days is not None and (day - fill.when.first).days < days


def _settled(told: list[tuple[_Reading, Equivalent]], policy: Policy) -> Equivalent:
    (reading, counted), others = told[0], told[1:]
    notes = []
    if reading.dosage.read_from == "quantity and days of supply":
        notes.append("worked out from quantity and days of supply: no directions could be read")
    # A taper's supply is the mean of its steps, not a check on the step in force.
    if len(reading.dosage.steps) == 1:
        for other, found in others:
            if len(other.dosage.steps) == 1 and _disagree(told[0][1], found, policy):
                notes.append(_difference(reading, told[0][1], other, found))
                counted = max(counted, found, key=lambda e: e.mme)
    told_once = tuple(dict.fromkeys((*counted.notes, *notes)))
    return counted if told_once == counted.notes else replace(counted, notes=told_once)


def _disagree(one: Equivalent, other: Equivalent, policy: Policy) -> bool:
    low, high = sorted((one.mme, other.mme))
    return high - low > policy.supply_disagreement * low


def _difference(one: _Reading, mine: Equivalent, other: _Reading, theirs: Equivalent) -> str:
    return (
        f"{one.called} come to {plain(mine.mme)} MME/day, {other.called} "
        f"to {plain(theirs.mme)} MME/day; the higher counts"
    )
