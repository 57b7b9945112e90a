"""What clinicians recorded in this app about referrals, as steps of the referral they belong to."""

from collections.abc import Iterable

from chart.records import Chart, Outcome, OutcomeKind, ServiceRequest
from chart.when import day_in_words
from rules.outcome_kinds import MEANING
from rules.outcomes import is_withheld
from rules.referrals import behavioural_health, oud_treatment, pain_care
from rules.referrals.loop import State, Step
from rules.referrals.loop_records import Kind

PROMPTS = {r.id: r for r in (behavioural_health.RULE, oud_treatment.RULE, pain_care.RULE)}
_STATES: dict[OutcomeKind, State] = {
    OutcomeKind.REFERRAL_OFFERED: State.OFFERED,
    OutcomeKind.REFERRAL_ACCEPTED: State.OFFERED,
    OutcomeKind.REFERRAL_DECLINED: State.DECLINED,
    OutcomeKind.REFERRAL_SENT: State.SENT,
    OutcomeKind.REFERRAL_ACKNOWLEDGED: State.ACKNOWLEDGED,
    OutcomeKind.REFERRAL_BOOKED: State.BOOKED,
    OutcomeKind.REFERRAL_ATTENDED: State.ATTENDED,
    OutcomeKind.REFERRAL_REPORT_RECEIVED: State.REPORTED,
    OutcomeKind.REFERRAL_CLOSED: State.CLOSED,
    OutcomeKind.REFERRAL_LOST: State.LOST,
    OutcomeKind.REFERRAL_IN_CARE: State.CLOSED,
}
_BEGINS = frozenset({State.OFFERED, State.SENT})
_ENDS = frozenset({State.CLOSED, State.DECLINED})


def recorded(chart: Chart, requests: dict[ServiceRequest, Kind]) -> dict[str, list[tuple[Outcome, Step]]]:
    """Steps by ServiceRequest id, or by the prompt's id where the EHR has no order for it.

    Whoever may not see what a prompt rests on is not told of its referrals either.
    """
    found: dict[str, list[tuple[Outcome, Step]]] = {}
    for made in chart.outcomes:
        prompt = PROMPTS.get(made.rule_id)
        if made.on > chart.as_of or (prompt and is_withheld(prompt, chart)):
            continue
        if (key := _key(made, requests)) is None:
            continue
        if made.kind is OutcomeKind.WITHDRAWN:
            found.pop(key, None)
        elif state := _STATES.get(made.kind):
            _take(found.setdefault(key, []), made, state)
    return found


def _take(steps: list[tuple[Outcome, Step]], made: Outcome, state: State) -> None:
    """A new offer after the end of an earlier one begins afresh."""
    if steps and steps[-1][1].state in _ENDS and state in _BEGINS:
        steps.clear()
    told = f"{MEANING[made.kind].told} on {day_in_words(made.on)}, recorded in this app"
    steps.append((made, Step(state, made.on, told, (made,))))


def _key(made: Outcome, requests: dict[ServiceRequest, Kind]) -> str | None:
    if made.about:
        return made.about if any(r.id == made.about for r in requests) else _prompt(made)
    fitting = [r for r, kind in requests.items() if kind.rule_id == made.rule_id and _is_of(made, r)]
    if fitting and made.rule_id in PROMPTS:
        return max(fitting, key=lambda r: r.when.last if r.when else made.on).id
    return _prompt(made)


def _prompt(made: Outcome) -> str | None:
    return made.rule_id if made.rule_id in PROMPTS else None


def _is_of(made: Outcome, request: ServiceRequest) -> bool:
    """An offer comes before the order; news of a referral comes after it."""
    if request.when is None:
        return False
    if _STATES.get(made.kind) in _BEGINS:
        return request.when.last >= made.on
    return request.when.first <= made.on


def service_of(steps: Iterable[tuple[Outcome, Step]]) -> str:
    """The option that was chosen, where one was."""
    return next((made.value for made, _ in reversed(list(steps)) if made.value), "")
