"""Where each referral stands, from the EHR's records and from what was recorded in this app, and what is due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from chart.records import Outcome, ServiceRequest
from chart.when import day_in_words
from rules.case import Case
from rules.outcome_kinds import OUD_TREATMENT
from rules.policy import Policy
from rules.referrals.loop import Loop, State, Step, state_of
from rules.referrals.loop_recorded import PROMPTS, recorded, service_of
from rules.referrals.loop_records import Kind, followed_up, steps_of

_URGENT = frozenset({"urgent", "asap", "stat"})


def loops(case: Case) -> tuple[Loop, ...]:
    """Every referral that a team follows up; those that wait longest first, the ended ones last."""
    requests = followed_up(case)
    told = recorded(case.chart, requests)
    found = [_ordered(case, r, kind, requests, told.pop(r.id, [])) for r, kind in requests.items()]
    found += [_known_here(case, rule_id, steps) for rule_id, steps in told.items() if steps]
    return tuple(sorted(found, key=lambda loop: (loop.is_ended, loop.due_on or date.max)))


def _ordered(
    case: Case,
    request: ServiceRequest,
    kind: Kind,
    requests: dict[ServiceRequest, Kind],
    told: list[tuple[Outcome, Step]],
) -> Loop:
    steps = (*steps_of(case, request, requests), *(_told(request, *news) for news in told))
    is_urgent = request.priority in _URGENT or kind.rule_id == OUD_TREATMENT
    state = state_of(steps)
    return Loop(
        key=request.id,
        rule_id=kind.rule_id,
        title=request.display,
        to=", ".join(request.performers) or service_of(told),
        since=str(request.when) if request.when else "",
        since_day=request.when.first if request.when else None,
        state=state,
        due_on=_due_on(case, state, steps, is_urgent),
        steps=steps,
    )


def _told(request: ServiceRequest, made: Outcome, step: Step) -> Step:
    """What this app sent lies in the EHR as a draft until somebody signs it."""
    is_draft = request.status == "draft" and made.about == request.id
    return replace(step, state=State.DRAFTED) if is_draft and step.state is State.SENT else step


def _known_here(case: Case, rule_id: str, told: list[tuple[Outcome, Step]]) -> Loop:
    steps = tuple(step for _, step in told)
    first, state = told[0][0].on, state_of(steps)
    return Loop(
        key=rule_id,
        rule_id=rule_id,
        title=PROMPTS[rule_id].title,
        to=service_of(told),
        since=day_in_words(first),
        since_day=first,
        state=state,
        due_on=_due_on(case, state, steps, is_urgent=rule_id == OUD_TREATMENT),
        steps=steps,
    )


def _due_on(case: Case, state: State, steps: tuple[Step, ...], is_urgent: bool) -> date | None:
    """By the policy's timers, from the day it was sent; without a day it is asked about at once."""
    if state is State.LOST:
        return case.as_of
    if state not in _WAITS:
        return None
    begun = [s for s in steps if s.state in (State.OFFERED, State.DRAFTED, State.SENT)] or steps
    days = [s.day for s in begun if s.day is not None and s.day <= case.as_of]
    if not days:
        return case.as_of
    due_on = max(days) + timedelta(days=_WAITS[state](case.policy, is_urgent))
    visits = [s.day for s in steps if s.state is State.BOOKED and s.day]
    if state is State.BOOKED and visits:  # a visit far ahead is not late; the day after it we ask
        return max(due_on, max(visits) + timedelta(days=1))
    return due_on


def _answer(policy: Policy, is_urgent: bool) -> int:
    return policy.referral_urgent_days if is_urgent else policy.referral_routine_days


def _offer(policy: Policy, is_urgent: bool) -> int:
    return policy.oud_referral_days if is_urgent else policy.reminder_days


def _result(policy: Policy, _: bool) -> int:
    return policy.referral_result_days


_WAITS: dict[State, Callable[[Policy, bool], int]] = {
    State.OFFERED: _offer,
    State.DRAFTED: _answer,
    State.SENT: _answer,
    State.ACKNOWLEDGED: _result,
    State.BOOKED: _result,
    State.ATTENDED: _result,
}
