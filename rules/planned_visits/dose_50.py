"""PV-14: extra care from 50 MME/day, where risk goes on rising and benefit seldom does."""

from decimal import Decimal

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Hook, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    return unless_in_use(case) or at_or_above(case, case.policy.mme_extra_care)


def at_or_above(case: Case, threshold: Decimal) -> Guidance:
    """The unrounded total counts. Below the threshold "at least" leaves the question open."""
    mme = case.mme
    ids = tuple(r for c in mme.by_medication for r in c.record_ids)
    labels = frozenset[tuple[str, str]]().union(*(c.labels for c in mme.by_medication))
    told = Reason(f"Dosage: {mme}", ids, labels)
    if mme.total >= threshold:
        return Guidance(Status.INDICATED, (told,))
    if mme.at_least:
        unread = tuple(Reason(f"{n.name}: {n.reason}", n.record_ids, n.labels) for n in mme.not_calculated)
        return Guidance(Status.UNDETERMINED, (told, *unread))
    return Guidance(Status.NOT_INDICATED, (told, Reason(f"Under {threshold} MME/day")))


RULE = Rule(
    id="PV-14",
    block=Block.PLANNED_VISITS,
    title="Dose in the range of extra care",
    advice="From here on more opioid tends to add risk rather than relief. Look at goals and benefit together and "
    "offer naloxone. The number alone asks for no change.",
    source=cdc_2022(4, "reassess benefits and risks at 50 MME/day"),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    policy=("mme_extra_care", "supplementary_factors"),
    say=(
        "I would like to go over what this dose does for you, and what it may cost you. Nothing changes today.",
    ),
)
