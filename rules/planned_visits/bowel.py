"""PV-12: constipation is the commonest lasting harm of opioids; most people need a plan for it."""

from chart.medications import DrugClass, Medication
from rules.case import Case
from rules.codes import find
from rules.in_use import in_use
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.due import Evidence, latest
from rules.rule import Block, Guidance, Reason, Role, Rule, Status
from rules.sources import cdc_2022_part
from rules.valuesets import OPIOID_CONSTIPATION


def evaluate(case: Case) -> Guidance:
    """Recorded constipation is asked about at every visit, whatever is taken for it."""
    if not_for := unless_long_term(case):
        return not_for
    laxatives = tuple(i.reason() for i in in_use(case, DrugClass.LAXATIVE))
    trouble = [c for c in find(case.chart.conditions, OPIOID_CONSTIPATION) if c.is_active]
    if trouble:
        told = Reason.of(f"{trouble[0].display} on record", trouble)
        return Guidance(Status.INDICATED, (told, *laxatives))
    if laxatives:
        return Guidance(Status.ADDRESSED, laxatives)
    return Guidance(Status.INDICATED, (Reason("No laxative on record"), *_past(case)), rests_on_absence=True)


def _past(case: Case) -> tuple[Reason, ...]:
    chart = case.chart
    given = [Evidence(m, m.when, m.display) for m in chart.medication_requests if _is_laxative(m)]
    given += [Evidence(m, m.when, m.display) for m in chart.medication_dispenses if _is_laxative(m)]
    given += [Evidence(m, m.when, m.display) for m in chart.medication_statements if _is_laxative(m)]
    last = latest(given)
    return (Reason.of(f"Earlier: {last.name}, {last.on}", (last.record,)),) if last else ()


def _is_laxative(medication: Medication) -> bool:
    return medication.is_any(DrugClass.LAXATIVE)


RULE = Rule(
    id="PV-12",
    block=Block.PLANNED_VISITS,
    title="Bowel plan",
    advice="Ask about constipation. Fluids, fibre, movement and a laxative can help.",
    card="Ask how the bowels are doing.",
    source=cdc_2022_part(
        "Recommendation 8 and common harms: constipation",
        doubt="Yearly review is from COSRI's guidance text.",
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Condition"}),
    owner=Role.NURSE,
    evaluate=evaluate,
    say=("These medicines slow the bowels of nearly everyone. How are things for you?",),
)
