"""Supplies that began before the one in hand was used up (PV-19)."""

from collections.abc import Iterable
from datetime import date

from chart.frozen import dataclass
from chart.records import Chart
from rules.policy import Policy
from rules.prescriptions import Key, Prescription, are_different_people
from rules.spans import replacements
from rules.supply import Span, days_before, shifted, supply_of

_LOOK_BACK_DAYS = 365


@dataclass(frozen=True, slots=True)
class EarlyFill:
    record_ids: tuple[str, ...]
    name: str
    on: date
    days_early: int
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class _Event:
    prescription: Prescription
    span: Span


def early_fills(kept: Iterable[Prescription], chart: Chart, policy: Policy) -> tuple[EarlyFill, ...]:
    """Fills, or orders where none of their fills is known, within the last 12 months, oldest first."""
    replaced = replacements(chart.medication_requests, chart.as_of)
    medicines: dict[Key, list[_Event]] = {}
    for prescription in kept:
        lead = prescription.lead
        if prescription.reported is None and lead.id not in replaced:
            medicines.setdefault(prescription.key, []).extend(_events(prescription))
    found = [early for events in medicines.values() for early in _early(events, policy)]
    oldest = days_before(chart.as_of, _LOOK_BACK_DAYS)
    return tuple(
        sorted((e for e in found if oldest <= e.on <= chart.as_of), key=lambda e: (e.on, e.record_ids))
    )


def _events(prescription: Prescription) -> list[_Event]:
    """An order without known fills is one event: whether its refills were ever fetched is not known."""
    spans = supply_of(prescription, carry_over=0).spans
    has_fills = any(fill.when for fill in prescription.handed_over)
    return [_Event(prescription, span) for span in (spans if has_fills else spans[:1])]


def _early(events: Iterable[_Event], policy: Policy) -> Iterable[EarlyFill]:
    before: list[_Event] = []
    supply: tuple[Span, ...] = ()
    for event in sorted(events, key=lambda e: (e.span.first, e.span.last, e.span.record.id)):
        span = event.span
        if before and _is_recorded_twice(event, before[-1]):
            continue
        days = (max(s.last for s in supply) - span.first).days + 1 if supply else 0
        if days > policy.early_fill_days:
            yield EarlyFill((span.record.id,), span.record.display, span.first, days, span.record.labels)
        supply = shifted((*supply[-1:], span), policy.carry_over_days)
        before.append(event)


def _is_recorded_twice(event: _Event, before: _Event) -> bool:
    """The same supply on the same day, unless two prescribers wrote it."""
    is_same = (event.span.first, event.span.last) == (before.span.first, before.span.last)
    return is_same and not are_different_people(event.prescription.prescriber, before.prescription.prescriber)
