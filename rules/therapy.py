"""Opioid therapy over time: supply, episodes, long-term therapy, the daily MME series."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from chart.frozen import dataclass
from chart.medications import DrugClass
from chart.records import Chart
from rules.coverage import SERIES_DAYS, Course, Coverage, coverage
from rules.current import Current, InUse, current
from rules.early_fills import EarlyFill, early_fills
from rules.ltot import Evidence, Ltot, long_term, union
from rules.mme import unseen_orders
from rules.mme_sheet import Sheet
from rules.not_counted import why_not_counted
from rules.policy import Policy
from rules.prescribers import pharmacies, prescribers
from rules.prescriptions import prescriptions
from rules.series import DoseDay, series
from rules.spans import counts
from rules.standing import Use
from rules.supply import days_before, later

__all__ = [
    "Course",
    "DoseChange",
    "DoseDay",
    "EarlyFill",
    "Ltot",
    "Therapy",
    "change_since",
    "covered_days",
    "opioid_therapy",
    "overlap_days",
]


@dataclass(frozen=True, slots=True)
class Therapy:
    courses: tuple[Course, ...]
    ltot: Ltot
    series: Sequence[DoseDay]  # one a day for 24 months, the last one is as_of
    supply_ends: date | None
    early_fills: tuple[EarlyFill, ...]  # within the last 12 months
    prescribers_180: tuple[str, ...]
    pharmacies_180: tuple[str, ...]

    def mme_on(self, day: date) -> DoseDay | None:
        """The series' entry for `day`; None outside its 24 months."""
        place = (day - self.series[0].day).days if self.series else -1
        return self.series[place] if 0 <= place < len(self.series) else None


@dataclass(frozen=True, slots=True)
class DoseChange:
    """From one day to as_of. Not certain: one of the two doses is assumed, incomplete or "at least"."""

    since: date
    old: Decimal
    new: Decimal
    is_certain: bool


def change_since(therapy: Therapy, days: int) -> DoseChange | None:
    """None when `days` ago is outside the series. Where either day is uncertain, with its uncertain part."""
    if not 0 <= days < len(therapy.series):
        return None
    before, now = therapy.series[-1 - days], therapy.series[-1]
    is_certain = not any(d.at_least or d.mme != d.mme_uncertain for d in (before, now))
    return DoseChange(before.day, before.mme_uncertain, now.mme_uncertain, is_certain)


def opioid_therapy(chart: Chart, policy: Policy) -> Therapy:
    """Full agonists taken at home: what `why_not_counted` names is left out."""
    kept = [p for p in prescriptions(chart, DrugClass.OPIOID) if counts(p) and not why_not_counted(p, chart)]
    covered = coverage(kept, chart, policy)
    now = current(chart, policy)
    in_use = [i for i in now.in_use if not why_not_counted(i.prescription, chart)]
    run_on = _run_on(in_use, covered, chart.as_of)
    unseen = unseen_orders(chart)
    first = days_before(chart.as_of, SERIES_DAYS)
    past = series([*covered.courses, *run_on], first, chart.as_of, covered.unknown, bool(unseen))
    return Therapy(
        courses=tuple(covered.courses),
        ltot=long_term(Evidence(covered.courses, run_on, covered.unknown, unseen), chart.as_of, policy),
        series=past.ending_with(_today(past[-1], now, chart, policy)),
        supply_ends=_supply_ends(covered.courses, in_use, chart.as_of, policy),
        early_fills=early_fills(kept, chart, policy),
        prescribers_180=prescribers(kept, chart.as_of),
        pharmacies_180=pharmacies(kept, chart.as_of),
    )


def _today(worked_out: DoseDay, now: Current, chart: Chart, policy: Policy) -> DoseDay:
    """The last day of the series is the total that is shown, whatever a tangled history of supply would give."""
    sheet = Sheet(chart, policy)
    sheet.fill(now)
    total = sum((entry.mme for _, entry in sheet.counted), Decimal(0))
    at_least = bool(sheet.not_calculated or unseen_orders(chart))
    return DoseDay(worked_out.day, min(worked_out.mme, total), total, at_least)


def _run_on(in_use: Sequence[InUse], covered: Coverage, as_of: date) -> list[Course]:
    """What counts today past the end of its supply: from that end until today."""
    found = []
    for number, item in enumerate(in_use):
        ids = item.prescription.record_ids
        own = [c for c in covered.courses if not set(ids).isdisjoint(c.record_ids)]
        last = max((c.last for c in own), default=None)
        if item.standing.use is not Use.IN_USE or item.prescription.reported or (last and last >= as_of):
            continue
        lead = item.prescription.lead
        found.append(
            Course(
                record_ids=ids,
                name=lead.display,
                ingredient=" and ".join(i.name for i in lead.product.opioids) or lead.product.name,
                first=later(last, 1) if last else item.prescription.start or as_of,
                last=as_of,
                mme=item.dose.mme if item.dose else None,
                is_assumed=True,
                notes=("past the end of its supply, and still on the active list",),
                stream=own[-1].stream if own else f"active {number}",
                labels=item.prescription.labels,
            )
        )
    return found


def _supply_ends(
    courses: Sequence[Course], in_use: Sequence[InUse], as_of: date, policy: Policy
) -> date | None:
    """The first day on which one of the medicines in use runs out; None when no length of supply is known."""
    ends: dict[tuple[str, str], date] = {}
    for course in courses:
        if not course.is_assumed:
            medicine = (course.stream, course.ingredient)
            ends[medicine] = max(ends.get(medicine, course.last), course.last)
    listed = {i for item in in_use for i in item.prescription.record_ids}
    streams = {(c.stream, c.ingredient) for c in courses if not listed.isdisjoint(c.record_ids)}
    oldest = days_before(as_of, policy.ltot_recent_days)
    running = [
        end for medicine, end in ends.items() if end >= as_of or (medicine in streams and end >= oldest)
    ]
    return min(running, default=max(ends.values(), default=None))


def covered_days(chart: Chart, policy: Policy, *classes: DrugClass) -> tuple[Course, ...]:
    """Courses of any drug classes (mme None for non-opioids): overlaps are worked out from these.

    Nothing is left out but hospital orders and what was never an order: buprenorphine overlaps too.
    """
    kept = [p for p in prescriptions(chart, *classes) if counts(p)]
    return tuple(coverage(kept, chart, policy).courses)


def overlap_days(one: Sequence[Course], other: Sequence[Course], first: date, last: date) -> int:
    """Days from `first` to `last` that both cover."""
    mine = union(((c.first, c.last) for c in one), last)
    theirs = union(((c.first, c.last) for c in other), last)
    count, place = 0, 0
    for begin, end in mine:
        while place < len(theirs) and theirs[place][1] < begin:
            place += 1
        for their_begin, their_end in theirs[place:]:
            if their_begin > end:
                break
            count += max((min(end, their_end) - max(begin, their_begin, first)).days + 1, 0)
    return count
