"""What each recorded answer means: in words, for how long, and for which prompts it may be given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from chart.records import Outcome, OutcomeKind
from rules.policy import Policy
from rules.rule import Assessment, Block, Priority, Rule

SUPPORT_TIER = "CX-10"
OUD_TREATMENT = "RF-02"
OPEN_REFERRAL = "RF-04"
_LONG_TERM_THERAPY, _NALOXONE, _SHARING = "POP-01", "PV-08", "RF-05"


TIERS = {"A": "routine planned care", "B": "extra support", "C": "team plan", "D": "needs attention today"}


@dataclass(frozen=True, slots=True)
class Meaning:
    told: str  # continued with "on 3 Mar 2026"
    days: Callable[[Policy], int] | None  # None: until something else is recorded
    quiets: bool = True  # False: named, and still asked
    quiets_safety_today: bool = False


def _usual(policy: Policy) -> int:
    return policy.outcome_days


def _answer(policy: Policy) -> int:
    return policy.referral_routine_days


def _result(policy: Policy) -> int:
    return policy.referral_result_days


MEANING: dict[OutcomeKind, Meaning] = {
    OutcomeKind.DECLINED: Meaning("Declined by the patient", _usual),
    # The one answer that may settle a safety item, and only for the day on which it was done.
    OutcomeKind.DONE_ELSEWHERE: Meaning("Done elsewhere, as recorded", _usual, quiets_safety_today=True),
    OutcomeKind.NOT_APPLICABLE: Meaning("Marked as not applicable", lambda p: p.outcome_longest_days),
    OutcomeKind.SNOOZED: Meaning("Postponed", lambda p: p.reminder_days),
    OutcomeKind.HAS_AT_HOME: Meaning("Naloxone is at home, as told", lambda p: p.naloxone_verify_days),
    # POP-01 reads it from the therapy, where it counts only as long as the supply on record is long-term.
    OutcomeKind.CONFIRMED: Meaning("Long-term therapy confirmed", None, quiets=False),
    OutcomeKind.NOT_CONFIRMED: Meaning("Long-term therapy not confirmed", _usual),
    OutcomeKind.TIER_OVERRIDE: Meaning("Level of support chosen", _usual, quiets=False),
    OutcomeKind.REFERRAL_OFFERED: Meaning("Referral offered", lambda p: p.reminder_days),
    OutcomeKind.REFERRAL_ACCEPTED: Meaning("Referral accepted by the patient", _usual, quiets=False),
    OutcomeKind.REFERRAL_DECLINED: Meaning("Referral declined by the patient", _usual),
    OutcomeKind.REFERRAL_SENT: Meaning("Referral sent", _answer),
    OutcomeKind.REFERRAL_ACKNOWLEDGED: Meaning("Referral acknowledged", _result),
    OutcomeKind.REFERRAL_BOOKED: Meaning("Referral visit booked", _result),
    OutcomeKind.REFERRAL_ATTENDED: Meaning("Referral visit attended", _result),
    OutcomeKind.REFERRAL_REPORT_RECEIVED: Meaning("Report received", _result),
    OutcomeKind.REFERRAL_CLOSED: Meaning("Referral closed", lambda p: p.referral_days),
    OutcomeKind.REFERRAL_LOST: Meaning("Referral lost, as recorded", _usual, quiets=False),
    OutcomeKind.REFERRAL_IN_CARE: Meaning("In care already, as told", lambda p: p.referral_days),
}
_ANY = (
    OutcomeKind.DECLINED, OutcomeKind.DONE_ELSEWHERE, OutcomeKind.NOT_APPLICABLE, OutcomeKind.SNOOZED,
)  # fmt: skip
_SAFETY = (OutcomeKind.DONE_ELSEWHERE, OutcomeKind.DECLINED, OutcomeKind.NOT_APPLICABLE)
_REFERRAL = (
    *(k for k in OutcomeKind if k.name.startswith("REFERRAL_")),
    OutcomeKind.NOT_APPLICABLE, OutcomeKind.SNOOZED,
)  # fmt: skip
_OF_RULE: dict[str, tuple[OutcomeKind, ...]] = {
    _LONG_TERM_THERAPY: (OutcomeKind.CONFIRMED, OutcomeKind.NOT_CONFIRMED, OutcomeKind.SNOOZED),
    SUPPORT_TIER: (OutcomeKind.TIER_OVERRIDE,),
    _NALOXONE: (OutcomeKind.HAS_AT_HOME, *_ANY),
    _SHARING: _ANY,
}
# Missing data, a stale policy or a withheld record is not something a patient declines.
_ASKS_FOR_CARE = frozenset({Block.PLANNED_VISITS, Block.COMPLEX_NEEDS, Block.REFERRAL})


def kinds_for(rule: Rule) -> tuple[OutcomeKind, ...]:
    """The answers a clinician may record for this rule; WITHDRAWN takes back whichever was given."""
    if given := _given(rule):
        return (*given, OutcomeKind.WITHDRAWN)
    return ()


def kinds_today(assessment: Assessment) -> tuple[OutcomeKind, ...]:
    """Of those, the ones worth offering now: what is about safety today is not postponed."""
    kinds = kinds_for(assessment.rule)
    if assessment.priority is not Priority.SAFETY:
        return kinds
    return tuple(k for k in kinds if k is not OutcomeKind.SNOOZED)


def _given(rule: Rule) -> tuple[OutcomeKind, ...]:
    if rule.id in _OF_RULE:
        return _OF_RULE[rule.id]
    if rule.block not in _ASKS_FOR_CARE:
        return ()
    if rule.is_referral:
        return _REFERRAL
    return _SAFETY if rule.priority is Priority.SAFETY else _ANY


def until_of(outcome: Outcome, policy: Policy) -> date | None:
    """The day on which the prompt asks again: the clinician's, or else the policy's, never after its longest."""
    meaning = MEANING.get(outcome.kind)
    longest = outcome.on + timedelta(days=policy.outcome_longest_days)
    if outcome.until is not None:
        return min(outcome.until, longest)
    if meaning is None or meaning.days is None:
        return None
    return outcome.on + timedelta(days=_days(outcome, meaning.days, policy))


def _days(outcome: Outcome, days: Callable[[Policy], int], policy: Policy) -> int:
    """Treatment for opioid use disorder does not wait a month for an answer."""
    is_open = outcome.kind in (OutcomeKind.REFERRAL_OFFERED, OutcomeKind.REFERRAL_SENT)
    return policy.oud_referral_days if is_open and outcome.rule_id == OUD_TREATMENT else days(policy)
