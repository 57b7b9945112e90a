"""RF-01: connecting to behavioural health when a screen is positive or extra support is suggested."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.anxiety import anxiety_screen
from rules.complex_patients.depression import PHQ2_POSITIVE, full_screen
from rules.complex_patients.instruments import PHQ2
from rules.complex_patients.scores import Screen, State, screen
from rules.complex_patients.tier import READS
from rules.complex_patients.trauma import trauma_screen
from rules.referrals.contact import BEHAVIOURAL_HEALTH_NAMES, in_contact, no_contact, recent_contact
from rules.referrals.directory import nothing_listed, options
from rules.resource import BEHAVIOURAL_HEALTH
from rules.rule import Block, Guidance, Priority, Reason, Role, Rule, Status
from rules.valuesets import REFERRAL_BH

EXTRA_SUPPORT = frozenset("BCD")


_NONE = "No referral to or visit with behavioural health on record"


def evaluate(case: Case) -> Guidance:
    why = reasons(case)
    if not why:
        return Guidance(Status.NOT_INDICATED, (Reason("No finding asks for behavioural health support"),))
    within = case.policy.referral_days
    if contact := recent_contact(case, within, BEHAVIOURAL_HEALTH_NAMES, REFERRAL_BH):
        return in_contact(case, why, contact)
    return Guidance(
        Status.INDICATED,
        (
            *why,
            *no_contact(case, within, f"{_NONE} in {within} days", BEHAVIOURAL_HEALTH_NAMES, REFERRAL_BH),
            *nothing_listed(case, BEHAVIOURAL_HEALTH),
        ),
        priority=Priority.HIGH if any_positive(case) else Priority.ROUTINE,
        options=options(case, BEHAVIOURAL_HEALTH),
        rests_on_absence=True,
    )


def reasons(case: Case) -> tuple[Reason, ...]:
    positive = tuple(r for s in _positive(case) for r in s.reasons())
    tier = case.tier
    if tier.applies and tier.letter in EXTRA_SUPPORT and not positive:
        return (Reason(f"Suggested level of support: {tier.label} ({tier.letter})"), *tier.reasons)
    return positive


def any_positive(case: Case) -> bool:
    return bool(_positive(case))


def _positive(case: Case) -> list[Screen]:
    full, short = full_screen(case), screen(case, PHQ2, PHQ2_POSITIVE)
    depression = full if full.state in (State.POSITIVE, State.NEGATIVE) else short
    screens = (depression, anxiety_screen(case), trauma_screen(case))
    return [s for s in screens if s.state is State.POSITIVE]


RULE = Rule(
    id="RF-01",
    block=Block.REFERRAL,
    title="Behavioural health",
    advice="Offer behavioural health support: here, in the community or by telehealth. Ask what the patient prefers.",
    source=sources.CONNECTING,
    needs=screening.NEEDS,
    also_reads=(screening.ALSO_READS | frozenset(READS) | {"ServiceRequest", "Appointment", "Task"})
    - screening.NEEDS,
    evaluate=evaluate,
    owner=Role.BEHAVIOURAL_HEALTH,
    say=(
        "Pain, sleep and mood pull on each other. Someone on our team is good at helping with that.",
        "Would you rather meet here, somewhere closer to home, or by video?",
    ),
    policy=(*screening.POLICY, "pc_ptsd5_positive", "referral_days", "resources"),
    is_referral=True,
)
