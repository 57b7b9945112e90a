"""What is due every so many days: from the evidence on record to indicated, upcoming or addressed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from chart.frozen import dataclass
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.rule import Guidance, Reason, Status, days


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record that shows something was done, or may have been."""

    record: Record
    on: When | None
    name: str = ""  # as recorded
    note: str = ""  # what makes it less than certain

    @property
    def is_preliminary(self) -> bool:
        return getattr(self.record, "status", "") == "preliminary"

    @property
    def day(self) -> date:
        """The earliest day it can mean, so that a partial date never makes something look recent."""
        return self.on.first if self.on else date.min


def latest(evidence: Iterable[Evidence]) -> Evidence | None:
    dated = [e for e in evidence if e.on is not None]
    return max(dated, key=lambda e: (e.day, e.record.id), default=None)


def due(
    case: Case, evidence: Sequence[Evidence], every: int, what: str, maybe: Sequence[Evidence] = ()
) -> Guidance:
    """Overdue from the day after `every` days: that day itself is still within the interval, and due today.

    So the measures count it (agreement <=12 months, PDMP <=90 days) and opioid-cds-r4 REC09 ([today - 90, today]).

    `maybe` is never taken as done: where something is due, it is named so that a person can look.
    """
    last = latest(evidence)
    if last is None:
        undated = _undated(evidence, what)
        nothing = (Reason(f"No {what} on record"),)
        more = (*undated, *may_be_it(case, maybe, every))
        return Guidance(Status.INDICATED, nothing + more, rests_on_absence=True)
    due_on = last.day + timedelta(days=every)
    if case.as_of > due_on:
        reasons = (_overdue(case, last, what), *may_be_it(case, maybe, every))
        return Guidance(Status.INDICATED, reasons, due_on=due_on, rests_on_absence=True)
    is_soon = due_on - case.as_of <= timedelta(days=case.policy.lead_days)
    status = Status.UPCOMING if is_soon else Status.ADDRESSED
    return Guidance(status, (done(last, what),), due_on=due_on)


def done(evidence: Evidence, what: str) -> Reason:
    """The record that shows it, with its date and what is uncertain about it."""
    told = f"{what[:1].upper()}{what[1:]} on record: {evidence.on}"
    return Reason.of(_with_doubts(told, evidence), (evidence.record,))


def _overdue(case: Case, last: Evidence, what: str) -> Reason:
    ago = days((case.as_of - last.day).days)
    return Reason.of(_with_doubts(f"Last {what} on record: {last.on}, {ago} ago", last), (last.record,))


def _with_doubts(told: str, evidence: Evidence) -> str:
    partial = "counted from the earliest day this date can mean"
    vague = (partial,) if evidence.on and not evidence.on.is_exact else ()
    notes = [n for n in (*vague, evidence.note, *evidence.record.doubts) if n]
    return f"{told} ({'; '.join(notes)})" if notes else told


def _undated(evidence: Iterable[Evidence], what: str) -> tuple[Reason, ...]:
    found = [e.record for e in evidence if e.on is None]
    return (Reason.of(f"A {what} is recorded without a date", found),) if found else ()


def may_be_it(case: Case, maybe: Sequence[Evidence], every: int) -> tuple[Reason, ...]:
    """Records that may be what was looked for, when they are recent enough to matter."""
    recent = [e for e in maybe if e.on is None or e.on.may_be_within(every, case.as_of)]
    return tuple(
        Reason.of(f"“{e.name}”{f', {e.on},' if e.on else ''} may be it; please check", (e.record,))
        for e in sorted(recent, key=lambda e: (e.day, e.record.id), reverse=True)[:3]
    )
