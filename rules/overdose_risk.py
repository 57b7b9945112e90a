"""What raises the risk of an overdose (PV-08R): shown with naloxone, on the page and when an opioid is ordered."""

from collections.abc import Iterator

from chart.medications import DrugClass
from chart.records import Chart, Encounter
from chart.terms import Record
from rules.case import Case
from rules.codes import ValueSet, find
from rules.in_use import in_use
from rules.kidney_liver import reduced_kidney, reduced_liver
from rules.mme import DailyMme
from rules.once import once
from rules.pregnancy import pregnancy
from rules.rule import Reason
from rules.trend import is_tapering
from rules.valuesets import COPD, OPIOID_OVERDOSE, SLEEP_DISORDERED_BREATHING, SUBSTANCE_USE_HISTORY

# Sedating antihistamines and the like (the low tier of specification 2.7) are shown in PV-11 and are not here:
# a list that names everyone is read by no one.
SEDATIVES = (
    DrugClass.BENZODIAZEPINE,
    DrugClass.Z_DRUG,
    DrugClass.GABAPENTINOID,
    DrugClass.MUSCLE_RELAXANT,
    DrugClass.BARBITURATE,
)
POLICY = ("mme_extra_care", "older_age", "egfr_caution", "egfr_days", "pregnancy_days")


@once
def overdose_risks(case: Case, mme: DailyMme | None = None) -> tuple[Reason, ...]:
    """Every one found, in the order of the guideline; `mme` stands in for the dose when a draft is counted."""
    chart, policy = case.chart, case.policy
    return (
        *_dose(case, mme or case.mme),
        *_sedatives(case),
        *_overdose(chart),
        *_history(chart, "History of substance use disorder", *SUBSTANCE_USE_HISTORY),
        *_active(chart, "Sleep-disordered breathing", SLEEP_DISORDERED_BREATHING),
        *_age(case),
        *reduced_kidney(chart, policy),
        *reduced_liver(chart),
        *_active(chart, "Chronic lung disease", COPD),
        *pregnancy(chart, policy),
        *_tolerance(case),
    )


@once
def overdoses(chart: Chart) -> tuple[Record, ...]:
    """Opioid poisoning as a diagnosis, whatever became of it, or as the reason of a visit."""
    conditions = find(chart.conditions, OPIOID_OVERDOSE)
    return (*conditions, *(e for e in chart.encounters if _is_for_overdose(e)))


def _is_for_overdose(visit: Encounter) -> bool:
    happened = visit.status not in ("cancelled", "planned")
    return happened and any(OPIOID_OVERDOSE.has(c) for c in (*visit.types, *visit.reasons))


def _dose(case: Case, mme: DailyMme) -> Iterator[Reason]:
    if mme.total >= case.policy.mme_extra_care:
        ids = tuple(r for c in mme.by_medication for r in c.record_ids)
        labels = frozenset[tuple[str, str]]().union(*(c.labels for c in mme.by_medication))
        yield Reason(f"Dosage is {mme}", ids, labels)


def _sedatives(case: Case) -> Iterator[Reason]:
    for found in in_use(case, *SEDATIVES):
        reason = found.reason()
        yield Reason(f"With a sedating medicine: {reason.text}", reason.record_ids, reason.labels)


def _overdose(chart: Chart) -> Iterator[Reason]:
    if found := overdoses(chart):
        yield Reason.of("An overdose is on record", found)


def _history(chart: Chart, told: str, *sets: ValueSet) -> Iterator[Reason]:
    if found := find(chart.conditions, *sets):
        yield Reason.of(told, found)


def _active(chart: Chart, told: str, *sets: ValueSet) -> Iterator[Reason]:
    if found := [c for c in find(chart.conditions, *sets) if c.is_active]:
        yield Reason.of(f"{told}: {found[0].display}", found)


def _age(case: Case) -> Iterator[Reason]:
    if case.chart.age is not None and case.chart.age >= case.policy.older_age:
        yield Reason.of(f"Age {case.chart.age}", (case.chart.patient,))


def _tolerance(case: Case) -> Iterator[Reason]:
    if is_tapering(case):
        yield Reason("The dose is being lowered, and tolerance with it")
