"""Which days a patient had a supply of a medicine, prescription by prescription (specification 3.2)."""

from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal

from chart.frozen import dataclass
from chart.medications import MedicationDispense, MedicationRequest
from chart.records import Chart
from rules.directions import dose_on
from rules.equivalent import CannotTell
from rules.fitting import Piece, fitted, in_streams
from rules.policy import Policy
from rules.prescriptions import (
    Key,
    Prescription,
    is_opioid,
    keys_fit,
    known_of,
)
from rules.spans import last_day, replacements
from rules.standing import LONGEST_SUPPLY_DAYS, Use, standing
from rules.supply import Covered, days_before, later, supply_of

SERIES_DAYS = 730  # 24 months


@dataclass(frozen=True, slots=True)
class Course:
    """The days one fill or order covers, inclusive.

    Courses of one `stream` are one way of taking one medicine: where they overlap they are not added. A stream
    is "medicine.number": what is reported counts only where nothing of its medicine was ordered or handed over.
    """

    record_ids: tuple[str, ...]
    name: str
    ingredient: str
    first: date
    last: date
    mme: Decimal | None  # a day; None when it cannot be told
    is_assumed: bool  # length assumed, e.g. an active order without any supply
    notes: tuple[str, ...] = ()
    stream: str = ""
    labels: frozenset[tuple[str, str]] = frozenset()
    is_reported: bool = False

    @property
    def medicine(self) -> str:
        return self.stream.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A prescription that covered some days, nobody can tell which: at most these."""

    record_ids: tuple[str, ...]
    name: str
    first: date
    last: date
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(slots=True)
class Coverage:
    courses: list[Course] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


def coverage(kept: Sequence[Prescription], chart: Chart, policy: Policy) -> Coverage:
    """Courses that begin on or before `chart.as_of`; those of one medicine are fitted to each other."""
    found = Coverage()
    replaced = replacements(chart.medication_requests, chart.as_of)
    medicines: dict[Key, list[Piece]] = {}
    for prescription in kept:
        if prescription.reported is None:
            pieces = _pieces(prescription, replaced, chart, policy, found.unknown)
            medicines.setdefault(prescription.key, []).extend(pieces)
    for number, pieces in enumerate(medicines.values()):
        for stream, piece in in_streams(fitted(pieces, policy.carry_over_days), policy.carry_over_days):
            found.courses += _courses(piece, f"{number}.{stream}", policy)
    _add_reports(kept, found, chart, policy)
    found.courses.sort(key=lambda c: (c.first, c.last, c.record_ids))
    return found


def _pieces(
    prescription: Prescription,
    replaced: dict[str, MedicationRequest],
    chart: Chart,
    policy: Policy,
    unknown: list[Unknown],
) -> list[Piece]:
    cut = last_day(prescription, replaced, chart)
    covered = supply_of(prescription, carry_over=0)
    pieces = [
        Piece(prescription, span.record, span.first, min(span.last, cut), span.notes, cut=cut)
        for span in covered.spans
        if span.first <= min(chart.as_of, cut)
    ]
    if not covered.is_known:
        begun = _begun_without_supply(prescription, pieces)
        use = standing(prescription, covered, chart, policy)
        last = min(cut, chart.as_of)
        if use.use is Use.IN_USE and use.is_listed and begun is not None:
            note = "no length of supply on record: assumed to last, as the order is active"
            pieces.append(Piece(prescription, prescription.lead, begun, last, (note,), is_assumed=True))
        elif begun is not None or use.use is not Use.NOT:
            # On the active list, it may have been taken ever since; completed, for one supply at most.
            longest = last if use.is_listed else later(begun or last, LONGEST_SUPPLY_DAYS - 1)
            unknown.append(_unknown(prescription, begun, min(longest, last)))
    return [piece for piece in pieces if piece.first <= piece.last]


def _begun_without_supply(prescription: Prescription, known: list[Piece]) -> date | None:
    """The day from which nothing says how long the supply lasts."""
    handed = [f.when.first for f in prescription.handed_over if f.when]
    after = [day for day in handed if all(day > piece.first for piece in known)]
    return min(after, default=None) or prescription.start


def _unknown(prescription: Prescription, begun: date | None, last: date) -> Unknown:
    first = begun or days_before(last, SERIES_DAYS)
    return Unknown(prescription.record_ids, prescription.lead.display, first, last, prescription.labels)


def _courses(piece: Piece, stream: str, policy: Policy) -> Iterable[Course]:
    """One course, or one for each step of a taper."""
    prescription = piece.prescription
    product = piece.record.product
    names = [i.name for i in product.opioids or product.ingredients]
    first = piece.first
    for last in (*_steps_end(prescription, piece), piece.last):
        if first <= last:
            yield Course(
                record_ids=(piece.record.id,),
                name=piece.record.display,
                ingredient=" and ".join(names) or product.name,
                first=first,
                last=last,
                mme=_mme_on(piece, first, policy),
                is_assumed=piece.is_assumed,
                notes=piece.notes,
                stream=stream,
                labels=piece.record.labels,
                is_reported=prescription.reported is not None,
            )
            first = later(last, 1)


def _steps_end(prescription: Prescription, piece: Piece) -> Iterable[date]:
    written = prescription.order or prescription.reported or piece.record
    day = prescription.start or piece.first
    for step in written.dosage.steps[:-1]:
        day = step.first or day
        if step.days is None:
            return
        day = later(day, step.days)
        if piece.first < day <= piece.last:
            yield days_before(day, 1)


def _mme_on(piece: Piece, day: date, policy: Policy) -> Decimal | None:
    if not is_opioid(piece.record):
        return None
    fill = piece.record if isinstance(piece.record, MedicationDispense) else None
    try:
        return dose_on(piece.prescription, day, policy, fill).mme
    except CannotTell:
        return None


def _add_reports(kept: Sequence[Prescription], found: Coverage, chart: Chart, policy: Policy) -> None:
    """What patients report: assumed to have been taken as long as the report says, or until the next one."""
    medicines = _Medicines(kept, {c.record_ids[0]: c.medicine for c in found.courses})
    latest: dict[str, date] = {}  # of each medicine, the first day of the report after
    for number, prescription in reversed(list(enumerate(kept))):
        if prescription.reported is None:
            continue
        medicine = medicines.of(prescription) or f"reported {number}"
        medicines.add(number, prescription, medicine)
        use = standing(prescription, Covered(is_known=False), chart, policy)
        ends = prescription.reported.ends
        last = min(ends.last if ends else chart.as_of, chart.as_of)
        start = prescription.start
        if start is None or (use.use is not Use.IN_USE and ends is None):
            if use.use is not Use.NOT:
                found.unknown.append(_unknown(prescription, start, last))
            continue
        last = min(last, days_before(latest.get(medicine, date.max), 1))
        latest[medicine] = min(start, latest.get(medicine, start))
        if start <= last:
            lead, note = prescription.lead, ("reported, not dispensed",)
            piece = Piece(prescription, lead, start, last, note, is_assumed=True)
            found.courses += _courses(piece, f"{medicine}.reported", policy)


class _Medicines:
    """The medicine, ordered or reported, that a report is of: it is not taken beside it."""

    def __init__(self, kept: Sequence[Prescription], courses: dict[str, str]) -> None:
        # By what is always alike in their keys; of each key the place of its first prescription, and its medicine.
        self._known: dict[Key, dict[Key, tuple[int, str]]] = {}
        for number, prescription in enumerate(kept):
            if medicine := next((courses[i] for i in prescription.record_ids if i in courses), ""):
                self.add(number, prescription, medicine)

    def add(self, number: int, prescription: Prescription, medicine: str) -> None:
        alike = self._known.setdefault(known_of(prescription.key), {})
        alike[prescription.key] = min(alike.get(prescription.key, (number, medicine)), (number, medicine))

    def of(self, report: Prescription) -> str:
        alike = self._known.get(known_of(report.key), {})
        fitting = [found for key, found in alike.items() if keys_fit(key, report.key)]
        return min(fitting, default=(0, ""))[1]
