"""What bounds the days of a prescription: that it was for home at all, its end, and the supply left before it."""

from collections.abc import Iterable
from datetime import date

from chart.medications import MedicationRequest
from chart.records import Chart
from rules.fitting import Piece, fitted
from rules.policy import Policy
from rules.prescriptions import Key, Prescription, is_an_order, is_hospital_only, order_start
from rules.supply import Covered, Span, days_before, supply_of


def counts(prescription: Prescription) -> bool:
    """It was ordered, handed over or reported, for home."""
    lead = prescription.lead
    if is_hospital_only(lead) or lead.status in ("cancelled", "entered-in-error", "not-taken", "draft"):
        return False
    if prescription.order is not None:
        return is_an_order(prescription.order)
    return prescription.reported is not None or bool(prescription.handed_over)


def replacements(orders: Iterable[MedicationRequest], as_of: date) -> dict[str, MedicationRequest]:
    """Which order took the place of which, as priorPrescription says; never in a circle."""
    started = [o for o in orders if is_an_order(o) and o.status != "cancelled" and o.replaces]
    by_id = {o.id: o for o in started if (order_start(o) or as_of) <= as_of}
    return {
        o.replaces: o
        for o in sorted(by_id.values(), key=lambda o: o.id)
        if o.replaces != o.id and not (o.replaces in by_id and by_id[o.replaces].replaces == o.id)
    }


def last_day(prescription: Prescription, replaced: dict[str, MedicationRequest], chart: Chart) -> date:
    """The last day it can have been taken: stopped, held, ended or replaced."""
    order = prescription.order
    if order is None:
        return date.max
    days = [order.ends.last] if order.ends else []
    if order.status in ("stopped", "on-hold"):
        days += [order.updated.last] if order.updated else []
        # How it stands today says only that it was stopped before today.
        days += [] if chart.is_retrospective else [days_before(chart.as_of, 1)]
    if order.id in replaced and (start := order_start(replaced[order.id])):
        days.append(days_before(start, 1))
    return min(days, default=date.max)


def carried_over(every: Iterable[Prescription], chart: Chart, policy: Policy) -> dict[str, Covered]:
    """The supply of each prescription, by its first record's id, once what was left of earlier ones is used up.

    Only of those whose length is known: for the others there is nothing to carry.
    """
    replaced = replacements(chart.medication_requests, chart.as_of)
    medicines: dict[Key, list[Piece]] = {}
    for prescription in every:
        if prescription.reported is None and counts(prescription):
            covered = supply_of(prescription, carry_over=0)
            cut = last_day(prescription, replaced, chart)
            if covered.is_known:
                medicines.setdefault(prescription.key, []).extend(
                    Piece(prescription, s.record, s.first, min(s.last, cut), s.notes, cut=cut)
                    for s in covered.spans
                    if s.first <= min(chart.as_of, cut)
                )
    found: dict[str, list[Span]] = {}
    for pieces in medicines.values():
        for piece in fitted(pieces, policy.carry_over_days):
            span = Span(piece.first, piece.last, piece.record, piece.notes)
            found.setdefault(piece.prescription.lead.id, []).append(span)
    return {lead: Covered(tuple(spans)) for lead, spans in found.items()}
