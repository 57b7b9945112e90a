"""Medication treatment for opioid use disorder on record: what shows it, what may, and what has ended."""

from dataclasses import dataclass
from datetime import date, timedelta

from chart.medications import DrugClass, MedicationRequest, MedicationStatement
from chart.records import Procedure
from chart.when import day_in_words
from rules.case import Case
from rules.not_counted import is_for_oud, is_methadone, may_be_for_oud
from rules.prescriptions import Prescription, is_an_order, is_hospital_only, prescriptions
from rules.rule import Reason
from rules.supply import supply_of
from rules.valuesets import MOUD_PROCEDURE, find

_ENDED = frozenset({"stopped", "cancelled", "entered-in-error", "not-taken", "on-hold", "declined", "draft"})
_MOST_TOLD = 2  # the latest ones tell the story
_LISTED = frozenset({None, "", "active", "unknown", "intended"})


@dataclass(frozen=True, slots=True)
class Treatment:
    """`shown`: within the policy's days; `maybe`: listed or possible, to be asked about; `ended`: for the story."""

    shown: tuple[Reason, ...] = ()
    maybe: tuple[Reason, ...] = ()
    ended: tuple[Reason, ...] = ()


def treatment(case: Case) -> Treatment:
    shown: list[Reason] = []
    maybe: list[Reason] = []
    ended: list[Reason] = []
    found = sorted(
        prescriptions(case.chart, DrugClass.MOUD), key=lambda p: _last_day(p) or date.min, reverse=True
    )
    for prescription in found:
        if _is_treatment(prescription, case):
            _place(prescription, case, shown, maybe, ended)
        elif is_methadone(prescription) and may_be_for_oud(prescription, case.chart):
            told = f"{prescription.lead.display} may be for OUD: nothing says what it is for"
            maybe.append(_reason(told, prescription))
    procedures = [p for p in find(case.chart.procedures, MOUD_PROCEDURE) if _is_recent_procedure(p, case)]
    shown += [Reason.of(f"{p.display}, {p.when or 'without a date'}", (p,)) for p in procedures]
    return Treatment(tuple(shown[:_MOST_TOLD]), tuple(maybe), tuple(ended[:_MOST_TOLD]))


def _is_treatment(prescription: Prescription, case: Case) -> bool:
    """Methadone is also a pain medicine, and a hospital's order treats no one at home."""
    lead = prescription.lead
    if is_hospital_only(lead) or len(lead.product.ingredients) > 2 or _has_bupropion(prescription):
        return False
    return not is_methadone(prescription) or is_for_oud(prescription, case.chart)


def _has_bupropion(prescription: Prescription) -> bool:
    """Naltrexone with bupropion is for weight."""
    return any("bupropion" in i.name.lower() for i in prescription.lead.product.ingredients)


def _place(
    prescription: Prescription, case: Case, shown: list[Reason], maybe: list[Reason], ended: list[Reason]
) -> None:
    name, since = prescription.lead.display, _last_day(prescription)
    dated = f", {day_in_words(since)}" if since else ", without a date"
    if _has_ended(prescription):
        ended.append(_reason(f"{name}{dated}: {prescription.lead.status}", prescription))
    elif _is_within(prescription, case, since):
        shown.append(_reason(f"{name}{dated}", prescription))
    elif prescription.lead.status in _LISTED:
        told = f"{name} is still listed{dated}; no order, fill or report in {case.policy.moud_days} days"
        maybe.append(_reason(told, prescription))
    else:
        ended.append(_reason(f"{name}{dated}", prescription))


def _has_ended(prescription: Prescription) -> bool:
    lead = prescription.lead
    if isinstance(lead, MedicationRequest) and not (prescription.reported or is_an_order(lead)):
        return True
    if isinstance(lead, (MedicationRequest, MedicationStatement)):
        return lead.status in _ENDED
    return not prescription.handed_over


def _is_within(prescription: Prescription, case: Case, since: date | None) -> bool:
    first = case.as_of - timedelta(days=case.policy.moud_days)
    if since is not None and since >= first:
        return True
    last = supply_of(prescription, case.policy.carry_over_days).last
    return last is not None and last >= first


def _last_day(prescription: Prescription) -> date | None:
    """The latest certain day of an order, fill or report; a partial date counts from its first day."""
    days = [r.when.first for r in (prescription.lead, *prescription.handed_over) if r.when]  # type: ignore[attr-defined]
    return max(days, default=None)


def _is_recent_procedure(procedure: Procedure, case: Case) -> bool:
    if procedure.status == "in-progress":
        return True
    on = procedure.until or procedure.when
    return (
        procedure.status == "completed" and on is not None and on.is_within(case.policy.moud_days, case.as_of)
    )


def _reason(told: str, prescription: Prescription) -> Reason:
    return Reason(told, prescription.record_ids, prescription.labels)
