"""A referral prompt as data for an order draft: pure, without FHIR."""

from collections.abc import Iterable
from dataclasses import dataclass

from chart.terms import Code
from rules.case import Case
from rules.codes import find, rows
from rules.consents import covering, names
from rules.labels import Labels, high_water, is_part2, needs_notice
from rules.resource import (
    BEHAVIOURAL_HEALTH,
    IN_THIS_CLINIC,
    OUD_TREATMENT,
    PAIN_AND_REHABILITATION,
    PEER_SUPPORT,
)
from rules.rule import Assessment, Option, Priority, Reason
from rules.valuesets import PHQ9_ITEM_9

NEUTRAL_REASON = "Planned visit follow-up"

# The code each kind of referral is ordered with; every one is in the tables with its source.
_CODES = {
    BEHAVIOURAL_HEALTH: ("referral BH", "306227000"),
    OUD_TREATMENT: ("referral SUD", "1254709001"),
    PAIN_AND_REHABILITATION: ("referral pain", "306265007"),
    PEER_SUPPORT: ("referral peer support", "461481000124109"),
}
_CATEGORY = ("referral generic", "3457005")
KINDS_BY_RULE = {"RF-01": BEHAVIOURAL_HEALTH, "RF-02": OUD_TREATMENT, "RF-03": PAIN_AND_REHABILITATION}
# What ServiceRequest.reasonReference may point to in R4.
_MAY_BE_REASON = ("Condition/", "Observation/", "DiagnosticReport/", "DocumentReference/")


@dataclass(frozen=True, slots=True)
class ReferralDraft:
    """`priority` is a FHIR request priority. Either `reason_ids` or `neutral_reason` is set, never both."""

    kind: str
    code: Code
    category: Code
    priority: str  # routine | urgent
    performer: str  # what a person can read; empty where the service is yet to be found
    contact: str
    performer_reference: str = ""  # "HealthcareService/12", where the clinic's directory has it
    reason_ids: tuple[str, ...] = ()
    reason_words: tuple[str, ...] = ()  # the same, as the receiving service reads them
    neutral_reason: str = ""
    labels: Labels = frozenset()
    needs_notice: bool = False  # the redisclosure notice goes with it


def draft_for(assessment: Assessment, option: Option, case: Case) -> ReferralDraft:
    """KeyError for a rule that refers to no one (RF-04, RF-05)."""
    kind = KINDS_BY_RULE[assessment.rule.id]
    reasons, labels = _shared(assessment.guidance.reasons, option, case)
    # The total stands for its items; the answer about self-harm goes nowhere by itself.
    questions = {o.id for o in find(case.chart.observations, PHQ9_ITEM_9)}
    wanted = (i for r in reasons for i in r.record_ids if i.startswith(_MAY_BE_REASON))
    ids = tuple(dict.fromkeys(i for i in wanted if i not in questions))
    return ReferralDraft(
        kind=kind,
        code=_code(*_CODES[kind]),
        category=_code(*_CATEGORY),
        priority=_priority(assessment),
        performer=option.name if option.is_listed else "",
        contact=option.contact,
        performer_reference=option.reference,
        reason_ids=ids,
        reason_words=_words(
            r for r in reasons if set(ids) & set(r.record_ids) and set(r.record_ids) <= {*ids, *questions}
        ),
        neutral_reason="" if ids else NEUTRAL_REASON,
        labels=labels,
        needs_notice=needs_notice(labels),
    )


def _priority(assessment: Assessment) -> str:
    """Treatment for OUD and what is about safety do not wait a month."""
    is_urgent = assessment.rule.id == "RF-02" or assessment.priority is Priority.SAFETY
    return "urgent" if is_urgent else "routine"


def _shared(reasons: tuple[Reason, ...], option: Option, case: Case) -> tuple[tuple[Reason, ...], Labels]:
    """Records of a SUD program go along only with consent; without it nothing does that could tell of them."""
    told = tuple(r for r in reasons if any(i.startswith(_MAY_BE_REASON) for i in r.record_ids))
    labels = high_water(*(r.labels for r in reasons))
    is_protected = is_part2(labels) or case.policy.is_part2_program
    stays_here = option.kind == IN_THIS_CLINIC and not case.policy.is_part2_program
    if (
        is_protected
        and not stays_here
        and not covering(case.chart.consents, case.as_of, names(option.name, option.reference))
    ):
        return (), frozenset()
    return told, labels if told else frozenset()


def _words(reasons: Iterable[Reason]) -> tuple[str, ...]:
    """What a rule says first of a record is the finding; what it adds is for the clinician here."""
    first: dict[tuple[str, ...], str] = {}
    for reason in reasons:
        first.setdefault(reason.record_ids, reason.text)
    return tuple(dict.fromkeys(first.values()))


def _code(group: str, code: str) -> Code:
    row = next(r for r in rows() if r.group == group and r.code == code)
    return Code(row.system, row.code, row.display.removesuffix(" (procedure)"))
