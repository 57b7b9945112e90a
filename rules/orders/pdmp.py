"""OR-09: the prescription drug monitoring program (PDMP) before an opioid is signed.

The published logic (opioid-cds-r4 REC09) speaks only at orders of 28 days or more, and its examples put the code of
the finding on a procedure, which satisfies neither of its lists. Here every opioid counts, and both codes on either.
"""

from dataclasses import replace

from rules.case import Case
from rules.orders.answers import AT_SIGN, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.planned_visits import pdmp
from rules.planned_visits.due import Evidence, due, latest
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case, with_buprenorphine=True):
        return not_for
    reviews = pdmp.on_record(case.chart)
    last = latest(reviews)
    guidance = due(case, reviews, case.policy.pdmp_days, pdmp.WHAT)
    if guidance.status is not Status.INDICATED and case.policy.pdmp_every_prescription:
        guidance = _for_each_prescription(case, guidance, last)
    if guidance.status is Status.INDICATED:
        return replace(guidance, advice=_advice(last))
    return guidance


def _for_each_prescription(case: Case, guidance: Guidance, last: Evidence | None) -> Guidance:
    if last is not None and last.day >= case.as_of:
        return guidance
    told = Reason("This clinic reviews it before every prescription")
    return Guidance(Status.INDICATED, (*guidance.reasons, told), case.as_of, rests_on_absence=True)


def _advice(last: Evidence | None) -> str:
    when = f"The PDMP was last reviewed {last.on}." if last else "No PDMP review is on record."
    return (
        f"{when} Review it before signing, and talk with the patient about anything unexpected before drawing "
        "conclusions."
    )


RULE = Rule(
    id="OR-09",
    block=Block.ORDERS,
    title="PDMP review before signing",
    advice="Review the state's prescription drug monitoring program before signing.",
    source=cdc_2022(9, "at the start, then every 3 months or more often", doubt="State law comes first."),
    further_sources=(opioid_cds("9"),),
    needs=frozenset({"MedicationRequest", "Procedure"}),
    also_reads=frozenset({"Observation"}),
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("pdmp_days", "pdmp_every_prescription", "lead_days"),
    say=pdmp.RULE.say,
)
