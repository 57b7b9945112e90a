"""The buttons of the form "Record", and how a recorded answer reads in a list."""

from dataclasses import dataclass

from chart.records import Outcome, OutcomeKind
from chart.when import day_in_words
from rules.catalogue import RULES
from rules.outcome_kinds import MEANING, kinds_for, kinds_today
from rules.rule import Assessment

_TITLES = {rule.id: rule.title for rule in RULES}
_LABELS: dict[OutcomeKind, tuple[tuple[str, str], ...]] = {
    OutcomeKind.DECLINED: (("declined", "Declined by the patient"),),
    OutcomeKind.DONE_ELSEWHERE: (("done elsewhere", "Done elsewhere"),),
    OutcomeKind.NOT_APPLICABLE: (("not applicable", "Does not apply"),),
    OutcomeKind.SNOOZED: (("snoozed/30", "Remind in 1 month"), ("snoozed/90", "Remind in 3 months")),
    OutcomeKind.HAS_AT_HOME: (("has at home", "Has naloxone at home"),),
    OutcomeKind.CONFIRMED: (("confirmed", "Confirm long-term therapy"),),
    OutcomeKind.NOT_CONFIRMED: (("not confirmed", "Not long-term therapy"),),
    OutcomeKind.TIER_OVERRIDE: (("tier override", "Set this level"),),
    OutcomeKind.REFERRAL_OFFERED: (("referral offered", "Offered"),),
    OutcomeKind.REFERRAL_ACCEPTED: (("referral accepted", "Accepted by the patient"),),
    OutcomeKind.REFERRAL_DECLINED: (("referral declined", "Declined by the patient"),),
    OutcomeKind.REFERRAL_SENT: (("referral sent", "Sent"),),
    OutcomeKind.REFERRAL_ACKNOWLEDGED: (("referral acknowledged", "Acknowledged"),),
    OutcomeKind.REFERRAL_BOOKED: (("referral booked", "Visit booked"),),
    OutcomeKind.REFERRAL_ATTENDED: (("referral attended", "Visit attended"),),
    OutcomeKind.REFERRAL_REPORT_RECEIVED: (("referral report received", "Report received"),),
    OutcomeKind.REFERRAL_CLOSED: (("referral closed", "Closed"),),
    OutcomeKind.REFERRAL_LOST: (("referral lost", "Lost"),),
    OutcomeKind.REFERRAL_IN_CARE: (("in care already", "In care already"),),
    OutcomeKind.WITHDRAWN: (("withdrawn", "Take back what was recorded"),),
}


@dataclass(frozen=True)
class Choice:
    value: str
    label: str


# What may be told of one referral that is under way.
NEWS = tuple(
    Choice(*_LABELS[kind][0])
    for kind in (
        OutcomeKind.REFERRAL_ACKNOWLEDGED,
        OutcomeKind.REFERRAL_BOOKED,
        OutcomeKind.REFERRAL_ATTENDED,
        OutcomeKind.REFERRAL_REPORT_RECEIVED,
        OutcomeKind.REFERRAL_CLOSED,
        OutcomeKind.REFERRAL_LOST,
        OutcomeKind.WITHDRAWN,
    )
)


def choices(assessment: Assessment) -> list[Choice]:
    """In the order of the rule; nothing is offered to take back where nothing is in force."""
    kinds = kinds_today(assessment)
    if assessment.guidance.outcome is None:
        kinds = tuple(k for k in kinds if k is not OutcomeKind.WITHDRAWN)
    return [Choice(*pair) for kind in kinds for pair in _LABELS[kind]]


def takes_a_day(assessment: Assessment) -> bool:
    """Whether a day to ask again changes anything: a safety item is asked again tomorrow in any case."""
    return OutcomeKind.SNOOZED in kinds_today(assessment)


def sets_tier(assessment: Assessment) -> bool:
    return OutcomeKind.TIER_OVERRIDE in kinds_for(assessment.rule)


def in_words(outcome: Outcome) -> str:
    """Naloxone at home: declined by the patient on 3 Mar 2026."""
    meaning = MEANING.get(outcome.kind)
    told = meaning.told if meaning else "Taken back"
    title = _TITLES.get(outcome.rule_id, outcome.rule_id)
    return f"{title}: {told[:1].lower()}{told[1:]} on {day_in_words(outcome.on)}"
