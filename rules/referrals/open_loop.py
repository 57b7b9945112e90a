"""RF-04: a referral without an answer, or without a result, for too long."""

from rules.case import Case
from rules.referrals.loop import Loop, State
from rules.referrals.loops import loops
from rules.rule import Block, Guidance, Reason, Role, Rule, Source, Status


def evaluate(case: Case) -> Guidance:
    found = [loop for loop in loops(case) if loop.state is not State.DECLINED]
    if not found:
        return Guidance(Status.NOT_INDICATED, (Reason("No referral on record to follow up"),))
    if overdue := [loop for loop in found if loop.is_overdue(case.as_of)]:
        due_on = min(loop.due_on or case.as_of for loop in overdue)
        told = tuple(loop.reason(case.as_of) for loop in overdue)
        return Guidance(Status.INDICATED, told, due_on, rests_on_absence=_rests_on_absence(overdue))
    told = tuple(loop.reason(case.as_of) for loop in found)
    next_on = min((loop.due_on for loop in found if loop.due_on), default=None)
    is_soon = next_on is not None and (next_on - case.as_of).days <= case.policy.lead_days
    return Guidance(Status.UPCOMING if is_soon else Status.ADDRESSED, told, next_on)


def _rests_on_absence(overdue: list[Loop]) -> bool:
    """A rejected referral is known; an unanswered one only if its answer could have been seen."""
    return all(loop.state is not State.LOST for loop in overdue)


RULE = Rule(
    id="RF-04",
    block=Block.REFERRAL,
    title="Open referral",
    advice="Call the service or the patient, then record what happened. If the patient chose not to go, ask what would "
    "suit better.",
    source=Source(
        "360X and BSeR closed-loop referral; SDOH Clinical Care referral tasks",
        "No acknowledgement in 7 days (urgent) or 30 days (routine); no result in 60 days",
        "https://hl7.org/fhir/us/sdoh-clinicalcare",
        doubt="the timers are our own, to be confirmed by the clinic",
    ),
    needs=frozenset({"ServiceRequest"}),
    also_reads=frozenset({"Task", "DocumentReference", "Appointment", "Encounter"}),
    evaluate=evaluate,
    owner=Role.NURSE,
    say=("How did it go with the referral? If it was hard to arrange, we can help with that.",),
    policy=(
        "referral_urgent_days",
        "referral_routine_days",
        "referral_result_days",
        "oud_referral_days",
        "reminder_days",
        "lead_days",
    ),
    is_referral=True,
)
