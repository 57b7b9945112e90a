"""CX-10: the suggested level of support, with its reasons, for a person to agree with or change."""

from rules.case import Case
from rules.complex_patients.tier import READS, Tier
from rules.complex_patients.tier_findings import POLICY
from rules.planned_visits.applies import unless_paused
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import six_building_blocks

_PRIORITY = {"D": Priority.SAFETY, "C": Priority.HIGH, "B": Priority.ROUTINE, "A": Priority.ROUTINE}
_PLAN = {
    "A": "Suggested support: routine planned care (A), with a visit every three months and the yearly items.",
    "B": "Suggested support: extra support (B). Plan a visit within three months, make sure naloxone is at home, "
    "and offer behavioural health.",
    "C": "Suggested support: team plan (C). Plan a visit within a month, a care plan and a case review with the team.",
    "D": "Suggested support: attention today (D). See the prescriber today, follow the safety protocol, offer "
    "naloxone, and hand over in person.",
}
_OR_CHANGE = " Change it if it does not fit what you know."


def evaluate(case: Case) -> Guidance:
    """A (none of the findings) is not indicated, which turns undetermined where findings may be hidden."""
    tier = case.tier
    if not tier.applies and tier.letter != "D":
        return _not_on_opioids(case)
    if tier.letter == "A":
        nothing = Reason("None of the findings that ask for more support")
        return Guidance(Status.NOT_INDICATED, (*_chosen(tier), nothing, *_gaps(tier)), advice=_PLAN["A"])
    reasons = (*_chosen(tier), *tier.reasons, *tier.also, *_gaps(tier))
    return Guidance(
        Status.INDICATED, reasons, priority=_PRIORITY[tier.letter], advice=_PLAN[tier.letter] + _OR_CHANGE
    )


def _not_on_opioids(case: Case) -> Guidance:
    if paused := unless_paused(case):
        return paused
    if case.mme.at_least:
        return Guidance(Status.UNDETERMINED, (Reason("Whether an opioid is in use cannot be told"),))
    return Guidance(Status.NOT_INDICATED, (Reason("No opioid in use and no opioid use disorder on record"),))


def _chosen(tier: Tier) -> tuple[Reason, ...]:
    if tier.chosen is None:
        return ()
    told = f"Set by a clinician: {tier.chosen.reason} (findings suggest {tier.suggested})"
    return (Reason(told),)


def _gaps(tier: Tier) -> tuple[Reason, ...]:
    """Missing data lowers how sure this is, never the level."""
    return tuple(Reason(f"Less certain, because {gap[:1].lower()}{gap[1:]}") for gap in tier.gaps)


RULE = Rule(
    id="CX-10",
    block=Block.COMPLEX_NEEDS,
    title="Level of support",
    advice=_PLAN["A"],
    source=six_building_blocks(
        "Caring for patients with complex needs; pattern of the UW model policy's appendix on levels of support",
        doubt="The list of findings is our own design, to be confirmed by a clinician.",
    ),
    needs=frozenset({"MedicationRequest", "Condition", "Observation"}),
    also_reads=frozenset(READS) - {"MedicationRequest", "Condition", "Observation"},
    evaluate=evaluate,
    say=(
        "I would like us to have the right amount of help around you. Does more time, or a larger team, sound useful?",
    ),
    policy=POLICY,
)
