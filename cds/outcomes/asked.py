"""What a clinician's form asks to be recorded, checked against what may be recorded for that rule."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from cds.outcomes.store import NewOutcome
from chart.records import OutcomeKind
from launch.problems import LaunchProblem, Problem
from rules.catalogue import RULES
from rules.outcome_kinds import TIERS, kinds_for
from rules.policy import Policy

LONGEST_NOTE, LONGEST_VALUE = 500, 200
_RULES = {rule.id: rule for rule in RULES}
# Epic's ids may be longer than the 64 characters FHIR allows.
_REFERRAL = re.compile(r"ServiceRequest/[A-Za-z0-9._~-]{1,256}")
_GO_BACK = "Go back to the summary and choose again."


def bad_form(what: str) -> LaunchProblem:
    return LaunchProblem(Problem("bad_outcome", 400, "Nothing was recorded", what, _GO_BACK), what)


def read_form(form: Mapping[str, str], on: date, by: str, policy: Policy) -> NewOutcome:
    """Raises LaunchProblem with the sentence that the clinician reads."""
    rule = _RULES.get(form.get("rule_id", ""))
    if rule is None:
        raise bad_form("The form did not say which item it is about.")
    chosen, _, days = form.get("kind", "").partition("/")
    kind = next((k for k in kinds_for(rule) if k.value == chosen), None)
    if kind is None:
        raise bad_form("This answer cannot be recorded for this item.")
    new = NewOutcome(
        rule_id=rule.id,
        kind=kind,
        on=on,
        until=_until(days, form.get("until", ""), on, policy),
        by=by,
        note=_text(form, "note", LONGEST_NOTE),
        value=_text(form, "value", LONGEST_VALUE),
        about=_about(form.get("about", ""), rule.is_referral),
    )
    _check_tier(new)
    return new


def _until(days: str, day: str, on: date, policy: Policy) -> date | None:
    """A number of days beside the answer ("snoozed/30"), or a day of its own; the policy's where neither is given."""
    try:
        chosen = on + timedelta(days=int(days)) if days else date.fromisoformat(day) if day.strip() else None
    except (ValueError, OverflowError):
        raise bad_form("The day to ask again could not be read.") from None
    if chosen is None:
        return None
    last = on + timedelta(days=policy.outcome_longest_days)
    if not on < chosen <= last:
        raise bad_form(f"The day to ask again must lie within {policy.outcome_longest_days} days from now.")
    return chosen


def _text(form: Mapping[str, str], name: str, longest: int) -> str:
    text = form.get(name, "").strip()
    if len(text) > longest:
        raise bad_form(f"The {'note' if name == 'note' else 'choice'} is longer than {longest} characters.")
    return text


def _about(text: str, is_referral: bool) -> str:
    if text and not (is_referral and _REFERRAL.fullmatch(text)):
        raise bad_form("The form did not say which referral it is about.")
    return text


def _check_tier(new: NewOutcome) -> None:
    if new.kind is not OutcomeKind.TIER_OVERRIDE:
        return
    if new.value not in TIERS:
        raise bad_form("Choose one of the levels of support.")
    if not new.note:
        raise bad_form("Say why this level of support fits better, so that the next reader knows.")
