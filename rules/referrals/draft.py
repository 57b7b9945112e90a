"""A referral prompt as data for an order draft: pure, without FHIR."""

from dataclasses import dataclass

from chart.terms import Code
from rules.case import Case
from rules.codes import rows
from rules.consents import covering
from rules.labels import Labels, high_water, is_part2, needs_notice
from rules.resource import (
    BEHAVIOURAL_HEALTH,
    IN_THIS_CLINIC,
    OUD_TREATMENT,
    PAIN_AND_REHABILITATION,
    PEER_SUPPORT,
)
from rules.rule import Assessment, Option, Priority, Reason

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
    performer: str  # what a person can read
    contact: str
    reason_ids: tuple[str, ...] = ()
    neutral_reason: str = ""
    labels: Labels = frozenset()
    needs_notice: bool = False  # the redisclosure notice goes with it


def draft_for(assessment: Assessment, option: Option, case: Case) -> ReferralDraft:
    """KeyError for a rule that refers to no one (RF-04, RF-05)."""
    kind = KINDS_BY_RULE[assessment.rule.id]
    reasons, labels = _shared(assessment.guidance.reasons, option, case)
    return ReferralDraft(
        kind=kind,
        code=_code(*_CODES[kind]),
        category=_code(*_CATEGORY),
        priority=_priority(assessment),
        performer=option.name,
        contact=option.contact,
        reason_ids=reasons,
        neutral_reason="" if reasons else NEUTRAL_REASON,
        labels=labels,
        needs_notice=needs_notice(labels),
    )


def _priority(assessment: Assessment) -> str:
    """Treatment for OUD and what is about safety do not wait a month."""
    is_urgent = assessment.rule.id == "RF-02" or assessment.priority is Priority.SAFETY
    return "urgent" if is_urgent else "routine"


def _shared(reasons: tuple[Reason, ...], option: Option, case: Case) -> tuple[tuple[str, ...], Labels]:
    """Records of a SUD program go along only with consent; without it nothing does that could tell of them."""
    labels = high_water(*(r.labels for r in reasons))
    is_protected = is_part2(labels) or case.policy.is_part2_program
    stays_here = option.kind == IN_THIS_CLINIC and not case.policy.is_part2_program
    if is_protected and not stays_here and not covering(case.chart.consents, case.as_of):
        return (), frozenset()
    ids = dict.fromkeys(i for r in reasons for i in r.record_ids if i.startswith(_MAY_BE_REASON))
    return tuple(ids), labels if ids else frozenset()


def _code(group: str, code: str) -> Code:
    row = next(r for r in rows() if r.group == group and r.code == code)
    return Code(row.system, row.code, row.display.removesuffix(" (procedure)"))
