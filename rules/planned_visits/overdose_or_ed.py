"""PV-24: after an overdose, or an emergency visit, talk about what happened and what would help."""

from chart.records import Condition, Encounter
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.overdose_risk import overdoses
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    not_for = unless_in_use(case, is_safety_item=True, with_moud=True)
    is_long_term = case.therapy.ltot.status == "long-term"
    if not_for and not (is_long_term and not case.exclusion):
        return not_for
    if events := overdoses(case.chart):
        recent = [e for e in events if _may_be_within(_when(e), case.policy.overdose_days, case)]
        priority = Priority.SAFETY if recent else Priority.ROUTINE
        return Guidance(Status.INDICATED, tuple(_overdose(e) for e in events), priority=priority)
    if visits := _emergency_visits(case):
        told = tuple(Reason.of(f"Emergency visit: {v.display}, {v.when}", (v,)) for v in visits)
        return Guidance(Status.INDICATED, told, priority=Priority.HIGH, advice=_AFTER_VISIT)
    return Guidance(Status.NOT_INDICATED, (Reason("No overdose, and no recent emergency visit, on record"),))


_AFTER_VISIT = (
    "Ask what led to the emergency visit, what changed there, and whether pain or medicines played a part."
)


def _overdose(event: Record) -> Reason:
    when = _when(event)
    return Reason.of(
        f"An overdose is on record, {when}" if when else "An overdose is on record, not dated", (event,)
    )


def _when(event: Record) -> When | None:
    return event.when if isinstance(event, Condition | Encounter) else None


def _may_be_within(when: When | None, days: int, case: Case) -> bool:
    return when is None or when.may_be_within(days, case.as_of)


def _emergency_visits(case: Case) -> list[Encounter]:
    return [
        e for e in case.chart.encounters
        if _is_emergency(e) and e.status not in ("cancelled", "planned")
        and _may_be_within(e.when, case.policy.ed_days, case)
    ]  # fmt: skip


def _is_emergency(visit: Encounter) -> bool:
    """Some EHRs give every visit the class AMB and tell the emergency room only in the type."""
    return visit.kind == "EMER" or any("emergency" in t.display.lower() for t in visit.types)


RULE = Rule(
    id="PV-24",
    block=Block.PLANNED_VISITS,
    title="Overdose or emergency visit",
    advice="Talk about what happened without blame. Offer naloxone, ask about opioid use disorder and about safety, "
    "and consider buprenorphine.",
    card="Something on record calls for a conversation today, and for naloxone at home.",
    source=cdc_2022(8, "prior overdose"),
    needs=frozenset({"MedicationRequest", "Condition", "Encounter"}),
    priority=Priority.SAFETY,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    policy=("ed_days", "overdose_days"),
    say=(
        "I am glad you are here. Would you tell me what happened, as far as you want to?",
        "There are treatments that make this much less likely to happen again.",
    ),
)
