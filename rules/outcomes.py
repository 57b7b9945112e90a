"""What a recorded answer does to a rule's prompt: it may rest for a while, and never hides safety or news."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chart.records import Chart, Gap, Outcome, OutcomeKind
from chart.when import day_in_words
from rules.newer import has_newer
from rules.outcome_kinds import MEANING, OPEN_REFERRAL, SUPPORT_TIER, kinds_for, until_of
from rules.policy import Policy
from rules.rule import Guidance, Priority, Reason, Rule, Status

if TYPE_CHECKING:
    from rules.case import Case
    from rules.therapy import Therapy

_OPEN = frozenset({Status.INDICATED, Status.UPCOMING, Status.UNDETERMINED})
_LONG_TERM_THERAPY = "POP-01"
# These only ask whether something was done in time. A newer record could only show that it was, so that neither
# newer records nor missing ones lift the answer before its day.
_ASKED_BY_THE_CALENDAR = frozenset({"PV-02", "PV-04", "PV-05", "PV-06", "PV-13"})


def in_force(chart: Chart, policy: Policy, rule_id: str) -> Outcome | None:
    """The latest answer, with the day on which it ends filled in; an earlier one never comes back."""
    made = [o for o in chart.outcomes if o.rule_id == rule_id and o.on <= chart.as_of]
    if rule_id == OPEN_REFERRAL:  # what is told of one referral lets none of the others rest
        made = [o for o in made if not o.about]
    if not made:
        return None
    _, last = max(enumerate(made), key=lambda entry: (entry[1].on, entry[0]))
    until = until_of(last, policy)
    is_over = until is not None and chart.as_of >= until
    return None if is_over or last.kind is OutcomeKind.WITHDRAWN else replace(last, until=until)


def heard(rule: Rule, case: Case, guidance: Guidance) -> Guidance:
    """The guidance after what was recorded: addressed for a while, or as it was with the answer named first."""
    outcome = in_force(case.chart, case.policy, rule.id)
    if outcome is None or outcome.kind not in kinds_for(rule) or is_withheld(rule, case.chart):
        return guidance
    if outcome.kind is OutcomeKind.TIER_OVERRIDE:  # the tier has worked it in, with its reason
        return replace(guidance, outcome=outcome) if case.tier.chosen else guidance
    if guidance.status not in _OPEN and not _is_confirmed(guidance, outcome):
        return guidance
    told = f"{MEANING[outcome.kind].told} on {day_in_words(outcome.on)}"
    if (still := _why_still_asked(rule, case, guidance, outcome)) is not None:
        reason = Reason.of(told + still, (outcome,))
        return replace(guidance, reasons=(reason, *guidance.reasons), outcome=outcome)
    again = f"; ask again from {day_in_words(outcome.until)}" if outcome.until else ""
    return replace(
        guidance,
        status=Status.ADDRESSED,
        reasons=(Reason.of(told + again, (outcome,)), *guidance.reasons),
        due_on=outcome.until,
        rests_on_absence=False,
        outcome=outcome,
    )


def with_confirmation(therapy: Therapy, chart: Chart, policy: Policy) -> Therapy:
    """Long-term therapy that a clinician confirmed; the word of a person does not outlast the supply on record."""
    outcome = in_force(chart, policy, _LONG_TERM_THERAPY)
    if outcome is None or outcome.kind is not OutcomeKind.CONFIRMED or therapy.ltot.status != "long-term":
        return therapy
    return replace(therapy, ltot=replace(therapy.ltot, confirmed=True))


def chosen_tier(case: Case) -> Outcome | None:
    """The level of support a clinician chose, if that choice is in force."""
    outcome = in_force(case.chart, case.policy, SUPPORT_TIER)
    return outcome if outcome and outcome.kind is OutcomeKind.TIER_OVERRIDE else None


def is_withheld(rule: Rule, chart: Chart) -> bool:
    """Whoever may not see a rule's records is not told what was answered about them either."""
    return any(u.kind is Gap.WITHHELD and u.resource_type in rule.reads for u in chart.unavailable)


def _is_confirmed(guidance: Guidance, outcome: Outcome) -> bool:
    return guidance.status is Status.ADDRESSED and outcome.kind is OutcomeKind.CONFIRMED


def _why_still_asked(rule: Rule, case: Case, guidance: Guidance, outcome: Outcome) -> str | None:
    """How the sentence goes on where the prompt does not rest; None where it does."""
    meaning, is_today = MEANING[outcome.kind], outcome.on == case.as_of
    if not meaning.quiets:
        return ""
    if (guidance.priority or rule.priority) is Priority.SAFETY:
        if meaning.quiets_safety_today and is_today:
            return None
        return "; it stays on the list, because it is about safety"
    if _is_asked_by_the_calendar(rule, case.policy):
        return None
    if has_newer(case, rule.id, guidance.reasons, outcome.on):
        return "; findings have come since"
    # On the day itself the clinician saw what was missing.
    return "; what came since may be hidden" if case.chart.gaps(rule.reads) and not is_today else None


def _is_asked_by_the_calendar(rule: Rule, policy: Policy) -> bool:
    by_prescription = rule.id == "PV-05" and policy.pdmp_every_prescription
    return rule.id in _ASKED_BY_THE_CALENDAR and not by_prescription
