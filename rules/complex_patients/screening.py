"""From the results of screening tools to guidance: positive, answered, due again, or never asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from rules.case import Case
from rules.complex_patients.scores import Screen, State
from rules.planned_visits.applies import unless_long_term
from rules.rule import Guidance, Priority, Reason, Status

# What any rule that offers a screen reads: the answers, and whether the patient is on long-term therapy.
NEEDS = frozenset({"Observation"})
ALSO_READS = frozenset({"QuestionnaireResponse", "MedicationRequest"})
POLICY = ("tools_in_use", "tools_yearly", "screen_positive_days", "screen_days", "lead_days")


def screened(case: Case, screens: Sequence[Screen], positive_advice: str, offer: str) -> Guidance:
    """Positive for anyone, whatever their medicines; what is missing is asked only of long-term therapy."""
    if positive := [s for s in screens if s.state is State.POSITIVE]:
        reasons = tuple(r for s in positive for r in s.reasons())
        return Guidance(Status.INDICATED, reasons, priority=Priority.HIGH, advice=positive_advice)
    if negative := [s for s in screens if s.state is State.NEGATIVE]:
        begun = tuple(r for s in screens if s.state is State.INCOMPLETE for r in s.reasons())
        return _answered(case, negative, begun, offer)
    return _due(case, screens, offer)


def _answered(case: Case, screens: Sequence[Screen], begun: tuple[Reason, ...], offer: str) -> Guidance:
    """Until the last of the results on file stops being current."""
    lasting = max(screens, key=lambda s: s.due_on or case.as_of)
    reasons = (*(r for s in screens for r in s.reasons()), *begun)
    repeats = [s for s in screens if s.instrument.name in case.policy.tools_yearly]
    lead = timedelta(days=case.policy.lead_days)
    is_soon = bool(repeats) and lasting.due_on is not None and lasting.due_on - case.as_of <= lead
    if is_soon and unless_long_term(case) is None:
        return Guidance(Status.UPCOMING, reasons, lasting.due_on, Priority.ROUTINE, advice=offer)
    return Guidance(Status.ADDRESSED, reasons, priority=Priority.ROUTINE, advice=offer)


def _due(case: Case, screens: Sequence[Screen], offer: str) -> Guidance:
    on_file = tuple(r for s in screens for r in s.reasons())
    dated = [s for s in screens if s.state is State.OUT_OF_DATE]
    if once := _asked_once(case, dated):
        told = Reason(f"{once.instrument.name} is repeated after a positive result only, by the policy")
        return Guidance(Status.ADDRESSED, (*on_file, told), advice=offer)
    if outside := _outside(case, screens):
        return replace(outside, reasons=(*on_file, *outside.reasons))
    due_on = max((s.due_on for s in dated if s.due_on), default=None)
    nothing = Reason(_nothing_current(case, screens))
    return Guidance(
        Status.INDICATED, (*on_file, nothing), due_on, Priority.ROUTINE, advice=offer, rests_on_absence=True
    )


def _asked_once(case: Case, out_of_date: Sequence[Screen]) -> Screen | None:
    """An older negative result of a tool that the policy asks again only after a positive one."""
    if any(s.was_positive for s in out_of_date):
        return None
    return next((s for s in out_of_date if s.instrument.name not in case.policy.tools_yearly), None)


def _outside(case: Case, screens: Sequence[Screen]) -> Guidance | None:
    """Why nothing is asked: not on long-term therapy, or the clinic does not use these tools."""
    begun = any(s.was_positive or s.state is State.INCOMPLETE for s in screens)
    if begun and is_concerned(case):
        return None
    if answer := unless_long_term(case):
        return answer
    if not begun and not any(s.instrument.name in case.policy.tools_in_use for s in screens):
        names = " and ".join(s.instrument.name for s in screens)
        return Guidance(Status.NOT_INDICATED, (Reason(f"The clinic does not use {names}, by its policy"),))
    return None


def is_concerned(case: Case) -> bool:
    """An opioid is in use, or may be, or long-term therapy is not ruled out."""
    mme = case.mme
    return (
        mme.has_opioid_in_use
        or any(entry.is_current for entry in mme.excluded)
        or case.therapy.ltot.status == "long-term"
    )


def _nothing_current(case: Case, screens: Sequence[Screen]) -> str:
    in_use = [s for s in screens if s.instrument.name in case.policy.tools_in_use]
    names = " or ".join(s.instrument.name for s in in_use or screens)
    if any(s.state is State.INCOMPLETE for s in screens):
        return f"No complete {names} on file"
    return f"No current {names} on file"
