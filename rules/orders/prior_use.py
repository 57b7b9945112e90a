"""Whether the patient was on opioids before this order: orders, fills and reports of the last 90 days."""

from collections.abc import Iterator
from datetime import date, timedelta

from chart.frozen import dataclass
from chart.medications import DrugClass, Medication
from chart.when import When
from rules.case import Case
from rules.coverage import Coverage
from rules.in_use import InUse, in_use
from rules.prescriptions import Prescription, prescriptions
from rules.rule import Reason
from rules.spans import counts

_NO_LONGER = ("completed", "stopped", "on-hold")


@dataclass(frozen=True, slots=True)
class PriorUse:
    """What shows it, and what may: today's own orders are neither."""

    shown: tuple[Reason, ...] = ()
    maybe: tuple[Reason, ...] = ()

    @property
    def is_naive(self) -> bool | None:
        """None when it cannot be told."""
        if self.shown:
            return False
        return None if self.maybe else True


@dataclass(frozen=True, slots=True)
class _Window:
    """From 90 days before the order to the day before it: 24 hours, in whole days."""

    first: date
    last: date

    def holds(self, when: When | None) -> bool | None:
        """None when a partial date may be inside."""
        if when is None or when.last < self.first or when.first > self.last:
            return False
        return True if self.first <= when.first and when.last <= self.last else None


def prior_use(case: Case, covered: Coverage) -> PriorUse:
    """An order that still runs counts whenever it was written, and so does what the patient reports.

    opioid-cds-r4 looks at the date an order was written alone: one of 91 days ago that still runs is missed.
    """
    window = _Window(case.as_of - timedelta(days=case.policy.naive_days), case.as_of - timedelta(days=1))
    shown: dict[tuple[str, ...], Reason] = {}
    maybe: dict[tuple[str, ...], Reason] = {}
    for is_certain, reason in (*_covered(covered, window), *_written(case, window), *_running(case)):
        (shown if is_certain else maybe).setdefault(reason.record_ids, reason)
    return PriorUse(tuple(shown.values()), tuple(maybe.values()))


def _covered(covered: Coverage, window: _Window) -> Iterator[tuple[bool, Reason]]:
    for course in covered.courses:
        if course.first <= window.last and course.last >= window.first:
            yield True, Reason(f"Opioid before: {course.name}", course.record_ids, course.labels)
    for unknown in covered.unknown:
        if unknown.first <= window.last and unknown.last >= window.first:
            told = f"{unknown.name}: how long it was taken cannot be told"
            yield False, Reason(told, unknown.record_ids, unknown.labels)


def _written(case: Case, window: _Window) -> Iterator[tuple[bool, Reason]]:
    for prescription in prescriptions(case.chart, DrugClass.OPIOID):
        if not counts(prescription):
            continue
        for record, when in _dated(prescription):
            inside = window.holds(when)
            if inside is not False:
                is_past_report = prescription.reported is not None and record.status in _NO_LONGER
                told = Reason.of(f"Opioid before: {record.display}, {when}", (record,))
                yield inside is True and not is_past_report, told


def _dated(prescription: Prescription) -> Iterator[tuple[Medication, When | None]]:
    if prescription.order is not None:
        yield prescription.order, prescription.order.authored
    for fill in prescription.handed_over:
        yield fill, fill.when
    if prescription.reported is not None:
        yield prescription.reported, prescription.reported.when


def _running(case: Case) -> Iterator[tuple[bool, Reason]]:
    for found in in_use(case, DrugClass.OPIOID):
        if counts(found.prescription) and not _begins_today(found, case):
            reason = found.reason()
            yield found.is_certain, Reason(f"In use: {reason.text}", reason.record_ids, reason.labels)


def _begins_today(found: InUse, case: Case) -> bool:
    start = found.prescription.start
    return start is not None and start >= case.as_of
