"""Prescriptions in use on one day, with renewals of the same medicine told from medicines taken together."""

from dataclasses import replace
from datetime import date

from chart.frozen import dataclass
from chart.medications import DrugClass, MedicationRequest
from chart.records import Chart
from chart.when import day_in_words
from rules.directions import dose_on
from rules.equivalent import CannotTell, Equivalent
from rules.once import once
from rules.policy import Policy
from rules.prescriptions import (
    Key,
    Prescription,
    are_different_people,
    order_start,
    prescriptions,
)
from rules.spans import carried_over, replacements
from rules.standing import Standing, Use, standing
from rules.supply import Covered, days_before, supply_of

TOGETHER = "two active orders for the same medicine"


@dataclass(frozen=True, slots=True)
class InUse:
    prescription: Prescription
    standing: Standing
    covered: Covered
    dose: Equivalent | None
    cannot_tell: str = ""  # why there is no dose
    notes: tuple[str, ...] = ()

    @property
    def start(self) -> date:
        return self.prescription.start or date.min

    @property
    def directions(self) -> object:
        """Equal when two prescriptions say the same."""
        if self.dose is not None:
            return self.dose.mme
        step = self.prescription.lead.dosage.on(self.start, self.prescription.start)
        return (step.high, step.unit, step.worn) if step else None

    def called(self) -> str:
        kind = "report" if self.prescription.reported else "order" if self.prescription.order else "fill"
        return f"{kind} of {day_in_words(self.start)}" if self.prescription.start else f"undated {kind}"


@dataclass(slots=True)
class Current:
    """Every prescription of the chart in exactly one of the three."""

    in_use: list[InUse]
    unsure: list[tuple[InUse, str]]  # may be in use, and why that is all there is to say
    not_in_use: list[tuple[Prescription, str]]


@once
def current(chart: Chart, policy: Policy) -> Current:
    found = Current([], [], [])
    replaced = replacements(chart.medication_requests, chart.as_of)
    groups: dict[tuple[bool, Key], list[InUse]] = {}
    used_up: dict[
        Key, Prescription
    ] = {}  # of each medicine the latest whose supply was handed over or completed
    every = prescriptions(chart, DrugClass.OPIOID)
    supplies = carried_over(every, chart, policy)
    for prescription in every:
        order = prescription.order
        covered = supplies.get(prescription.lead.id) or supply_of(prescription, policy.carry_over_days)
        stands = standing(prescription, covered, chart, policy)
        if stands.use is not Use.NOT and order is not None and order.id in replaced:
            found.not_in_use.append((prescription, _replaced_by(replaced[order.id])))
        elif stands.use is Use.NOT:
            found.not_in_use.append((prescription, stands.reason))
            if _is_used_up(prescription, covered, chart.as_of):
                used_up[prescription.key] = prescription
        else:
            group = (prescription.reported is not None, prescription.key)
            groups.setdefault(group, []).append(_in_use(prescription, stands, covered, chart, policy))
    for (_, key), same_medicine in groups.items():
        later = _not_replaced(same_medicine, used_up.get(key), found, chart.as_of)
        _settle(later, found, chart.as_of, policy)
    return found


def _is_used_up(prescription: Prescription, covered: Covered, as_of: date) -> bool:
    status = prescription.order.status if prescription.order else "completed"
    return status == "completed" and covered.last is not None and covered.last < as_of


def _not_replaced(
    same_medicine: list[InUse], used_up: Prescription | None, found: Current, as_of: date
) -> list[InUse]:
    """Left active, its supply over, and a later one of the same medicine used up since: that one replaced it."""
    if used_up is None or used_up.start is None:
        return same_medicine
    kept = []
    for item in same_medicine:
        is_over = item.covered.last is not None and item.covered.last < as_of
        if is_over and item.prescription.start is not None and item.start < used_up.start:
            kind = "order" if used_up.order else "fill"
            reason = f"replaced by the {kind} of {day_in_words(used_up.start)}"
            found.not_in_use.append((item.prescription, reason))
        else:
            kept.append(item)
    return kept


def _replaced_by(order: MedicationRequest) -> str:
    start = order_start(order)
    return f"replaced by the order of {day_in_words(start)}" if start else "replaced by a later order"


def _in_use(
    prescription: Prescription, stands: Standing, covered: Covered, chart: Chart, policy: Policy
) -> InUse:
    try:
        dose = dose_on(prescription, chart.as_of, policy)
    except CannotTell as reason:
        return InUse(prescription, stands, covered, None, str(reason), stands.notes)
    return InUse(prescription, stands, covered, dose, "", stands.notes)


def _settle(same_medicine: list[InUse], found: Current, as_of: date, policy: Policy) -> None:
    """From the newest back: EHRs leave last month's orders active beside this month's."""
    kept: list[InUse] = []
    for older in sorted(same_medicine, key=lambda i: (i.start, i.prescription.lead.id), reverse=True):
        if not kept:
            kept.append(older)
        elif reason := _superseded(older, kept, as_of):
            found.not_in_use.append((older.prescription, reason))
        elif older.covered.last is None:
            _settle_without_supply(older, kept, found)
        else:
            _settle_with_supply(older, kept, found, policy)
    for item in kept:
        if item.standing.use is Use.MAY_BE:
            found.unsure.append((item, item.standing.reason))
        else:
            found.in_use.append(item)


def _superseded(older: InUse, kept: list[InUse], as_of: date) -> str:
    newer = kept[-1]
    reason = f"replaced by the {newer.called()}"
    if older.covered.last is not None and older.covered.last < as_of:
        return reason
    # Completed, or too long on the list, and the same prescriber wrote it anew. Two prescribers may both be
    # supplying it.
    is_done = older.prescription.order is not None and not older.standing.is_listed
    is_doubtful = older.standing.use is Use.MAY_BE
    if (is_done or is_doubtful) and not _by_different_people(older, newer):
        return reason
    return ""


def _by_different_people(one: InUse, other: InUse) -> bool:
    return are_different_people(one.prescription.prescriber, other.prescription.prescriber)


def _settle_without_supply(older: InUse, kept: list[InUse], found: Current) -> None:
    newer = next((item for item in kept if item.dose is not None), kept[0])
    if older.directions == newer.directions:
        reason = f"same medicine and directions as the {newer.called()}: counted once"
        found.not_in_use.append((older.prescription, reason))
    elif newer.dose is None:
        # The older one's number is the only one there is; the newer one is listed as not calculated.
        kept.append(older)
    else:
        reason = (
            f"an earlier active order of the same medicine as the {newer.called()}, with other directions"
            " and no supply on record; ask whether it is still taken"
        )
        found.unsure.append((older, reason))


def _settle_with_supply(older: InUse, kept: list[InUse], found: Current, policy: Policy) -> None:
    end = older.covered.last
    assert end is not None
    for place, newer in enumerate(kept):
        is_same = older.directions == newer.directions
        if newer.start > days_before(end, policy.carry_over_days):
            if older.dose is not None and newer.dose is not None and older.dose.mme > newer.dose.mme:
                found.not_in_use.append((newer.prescription, _renewal(older)))
                kept[place] = older
                return
            if is_same or (older.dose is not None and newer.dose is not None):
                found.not_in_use.append((older.prescription, f"renewed by the {newer.called()}"))
                return
        elif is_same and not _by_different_people(older, newer):
            reason = f"same medicine and directions as the {newer.called()}: counted once"
            found.not_in_use.append((older.prescription, reason))
            return
    kept[:] = [replace(item, notes=_with(item.notes, TOGETHER)) for item in kept]
    kept.append(replace(older, notes=_with(older.notes, TOGETHER)))


def _renewal(older: InUse) -> str:
    return f"a renewal while the {older.called()} still lasts: the higher of the two counts"


def _with(notes: tuple[str, ...], note: str) -> tuple[str, ...]:
    return notes if note in notes else (*notes, note)
