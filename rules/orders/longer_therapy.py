"""OR-02: starting opioids for longer: goals, what goes alongside, and how to stop, agreed beforehand.

The published logic (opioid-cds-r4 REC02) takes a plan only when the clinician who now orders wrote it, and treats
someone whose order of 91 days ago still runs as not on opioids. Here a plan counts whoever wrote it.
"""

from collections.abc import Iterable

from rules.case import Case
from rules.orders.answers import AT_SIGN, both, is_longer_term, lengths, told_lengths, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.planned_visits.due import Evidence, done, latest
from rules.planned_visits.evidence import procedures
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.valuesets import PAIN_CARE_PLAN

WHAT = "pain care plan"
_LIVE = ("active", "completed", "on-hold", "unknown")


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    prior = case.ordering.prior_use
    is_longer = is_longer_term(case)
    found = [(d, both(prior.is_naive, is_longer(length))) for d, length in lengths(case)]
    told = told_lengths(case, (d for d, meant in found if meant is not False))
    if all(meant is False for _, meant in found):
        return Guidance(Status.NOT_INDICATED, prior.shown or told_lengths(case, case.ordering.opioids))
    written = latest(_plans(case))
    if written and written.on and written.on.is_within(case.policy.care_plan_days, case.as_of):
        return Guidance(Status.ADDRESSED, (done(written, WHAT),))
    if any(meant for _, meant in found):
        return Guidance(Status.INDICATED, (*told, *_missing(written)), rests_on_absence=True)
    return Guidance(Status.UNDETERMINED, (*told, *prior.maybe))


def _plans(case: Case) -> Iterable[Evidence]:
    chart = case.chart
    yield from procedures(chart, PAIN_CARE_PLAN)
    for plan in chart.care_plans:
        if plan.status in _LIVE and any(PAIN_CARE_PLAN.has(c) for c in plan.categories):
            yield Evidence(plan, plan.when, plan.display)


def _missing(written: Evidence | None) -> tuple[Reason, ...]:
    if written is None:
        return (Reason(f"No {WHAT} on record"),)
    return (Reason.of(f"Last {WHAT} on record: {written.on}", (written.record,)),)


RULE = Rule(
    id="OR-02",
    block=Block.ORDERS,
    title="Before starting longer therapy",
    advice="Before starting longer therapy, agree on goals for pain and function, on what goes alongside the opioid, "
    "and on how to stop if its benefits do not outweigh its risks.",
    source=cdc_2022(2, "goals, and how to discontinue, discussed before starting"),
    further_sources=(opioid_cds("2"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "CarePlan", "Procedure"}),
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("naive_days", "longer_supply_days", "care_plan_days"),
    say=(
        "What would you like to be able to do again? Let us make that our goal.",
        "And let us agree now how we will notice if this medicine does not help enough.",
    ),
)
