"""PV-23: reduced kidney or liver function, in which opioids and what they break down to build up."""

from rules.case import Case
from rules.kidney_liver import (
    is_low,
    kidney_disease_without_stage,
    latest_egfr,
    reduced_kidney,
    reduced_liver,
)
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Priority, Reason, Role, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    """Without an eGFR of the last year kidney function is not known, and is not taken for normal."""
    if not_for := unless_in_use(case):
        return not_for
    chart, policy = case.chart, case.policy
    egfr = latest_egfr(chart, policy)
    if found := (*reduced_kidney(chart, policy), *reduced_liver(chart)):
        is_high = egfr is not None and is_low(egfr, policy.egfr_high)
        return Guidance(Status.INDICATED, found, priority=Priority.HIGH if is_high else Priority.ROUTINE)
    if egfr is not None:
        return Guidance(Status.NOT_INDICATED, (egfr.reason,))
    nothing = Reason("No eGFR in the last 12 months on record")
    return Guidance(Status.UNDETERMINED, (nothing, *kidney_disease_without_stage(chart)))


RULE = Rule(
    id="PV-23",
    block=Block.PLANNED_VISITS,
    title="Kidney or liver function",
    advice="Opioids can build up, morphine, codeine, meperidine and tramadol most of all. Review the choice of "
    "medicine, the dose and the interval.",
    card="A finding on record asks for a review of the medicine, the dose and the interval.",
    source=cdc_2022(
        8, "kidney and liver insufficiency", doubt="60 or 30 as the line for eGFR is a clinician's call."
    ),
    needs=frozenset({"MedicationRequest", "Observation", "Condition"}),
    owner=Role.PHARMACIST,
    evaluate=evaluate,
    policy=("egfr_caution", "egfr_high", "egfr_days"),
    say=("Your kidneys or liver clear medicines more slowly. Have you noticed effects that last longer?",),
)
