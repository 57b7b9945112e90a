"""PV-21: opioids from 65 on: falls, thinking, kidneys, bowels, other medicines."""

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Reason, Role, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    born, day, limit = case.chart.patient.birth_date, case.as_of, case.policy.older_age
    if born is None:
        return Guidance(Status.UNDETERMINED, (Reason("No birth date is recorded"),))
    latest = (born.last.year + limit, born.last.month, born.last.day)
    earliest = (born.first.year + limit, born.first.month, born.first.day)
    today = (day.year, day.month, day.day)
    if latest <= today:
        told = f"Age {case.chart.age}" if case.chart.age is not None else f"Born {born}: {limit} or older"
        return Guidance(Status.INDICATED, (Reason.of(told, (case.chart.patient,)),))
    if earliest <= today:
        return Guidance(Status.UNDETERMINED, (Reason(f"Only {born} is recorded as birth date"),))
    return Guidance(Status.NOT_INDICATED, (Reason(f"Under {limit}"),))


RULE = Rule(
    id="PV-21",
    block=Block.PLANNED_VISITS,
    title="Age 65 or older",
    advice="Check for falls, changes in thinking, kidney and bowel function and other sedating medicines, and keep "
    "to the lowest dose that works.",
    source=cdc_2022(8, "special populations: older adults"),
    needs=frozenset({"MedicationRequest", "Patient"}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("older_age",),
    say=("Have you fallen, or nearly fallen, since we last met?",),
)
