"""OR-08: naloxone with an opioid order, where something raises the risk of an overdose.

The published logic (opioid-cds-r4 REC08) speaks at every order of 28 days or more, with naloxone at home or without,
and cannot see the dose; its list of naloxone holds buprenorphine and pentazocine combinations. Here the risks and the
supply are those of rule PV-08, with this order counted in the dose, and other drafts, naloxone among them, too.
"""

from dataclasses import replace

from rules.case import Case
from rules.orders.answers import AT_SIGN, UNRECOGNISED, unless_opioid_ordered, without_diagnosis
from rules.orders.sources import opioid_cds
from rules.overdose_risk import POLICY, overdose_risks
from rules.planned_visits import naloxone
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022

_RISKS_COME_FROM = ("Condition", "Encounter", "Observation", "Patient")
_ELSEWHERE = "Findings in the record that raise overdose risk; open the summary to see them"
_AT_HOME = "What the record says of naloxone at home is in the summary"


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    risks = overdose_risks(case.ordering.signed)
    if not risks:
        return _without_risk(case)
    guidance = naloxone.evaluate(case.ordering.signed)
    supply = tuple(r for r in guidance.reasons if r not in risks)
    shown = without_diagnosis(risks, _ELSEWHERE)
    guidance = replace(guidance, reasons=(*shown, *without_diagnosis(supply, _AT_HOME)))
    if guidance.status is Status.INDICATED:
        return replace(guidance, advice=_advice(shown), priority=Priority.HIGH)
    return guidance


def _without_risk(case: Case) -> Guidance:
    after = case.ordering.after
    told = Reason(f"With this order: {after}; nothing else on record that raises overdose risk")
    if after.at_least:
        unread = tuple(Reason(f"{n.name}: {n.reason}", n.record_ids, n.labels) for n in after.not_calculated)
        return Guidance(Status.UNDETERMINED, (told, *unread))
    if unknown := case.ordering.unrecognised:
        return Guidance(
            Status.UNDETERMINED, (told, *(Reason.of(f"{d.display} {UNRECOGNISED}", (d,)) for d in unknown))
        )
    # Not among the types this rule reads: hidden, they must not silence naloxone that is missing.
    if hidden := case.chart.gaps(_RISKS_COME_FROM):
        return Guidance(Status.UNDETERMINED, (told, *(Reason(gap) for gap in hidden)))
    return Guidance(Status.NOT_INDICATED, (told,))


def _advice(risks: tuple[Reason, ...]) -> str:
    factors = [_in_sentence(r.text) for r in risks if r.text != _ELSEWHERE]
    if len(factors) < len(risks):
        factors.append(
            "other findings in the record" if factors else "findings in the record, which the summary shows"
        )
    return (
        f"Offer naloxone with this order because of: {'; '.join(factors)}. It can also be bought without a "
        "prescription; show the patient and the people they live with how to use it."
    )


def _in_sentence(text: str) -> str:
    return text[:1].lower() + text[1:]


RULE = Rule(
    id="OR-08",
    block=Block.ORDERS,
    title="Naloxone with this order",
    advice="Offer naloxone with this order, and show the patient and the people they live with how to use it.",
    source=cdc_2022(8, "offer naloxone, particularly with these risks"),
    further_sources=(opioid_cds("8"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=naloxone.RULE.also_reads,
    priority=Priority.HIGH,
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("naloxone_supply_days", "naloxone_verify_days", "lead_days", *POLICY),
    say=naloxone.RULE.say,
)
