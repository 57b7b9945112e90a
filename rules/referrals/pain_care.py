"""RF-03: specialist pain care, rehabilitation or therapy for pain, where a high dose brings no improvement."""

from collections.abc import Iterable

from chart.terms import Record
from rules.case import Case
from rules.peg import Peg, peg_scores
from rules.planned_visits.applies import unless_in_use
from rules.referrals.contact import PAIN_NAMES, in_contact, no_contact, recent_contact
from rules.referrals.directory import nothing_listed, options
from rules.resource import PAIN_AND_REHABILITATION
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import six_building_blocks
from rules.valuesets import REFERRAL_PAIN

_NONE = "No referral for pain care on record"


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    why = _reasons(case)
    if not why:
        return Guidance(
            Status.NOT_INDICATED, (Reason(f"Dosage: {case.mme}, or pain and function have improved"),)
        )
    within = case.policy.pain_referral_days
    if contact := recent_contact(case, within, PAIN_NAMES, REFERRAL_PAIN):
        return in_contact(case, why, contact)
    return Guidance(
        Status.INDICATED,
        (
            *why,
            *no_contact(case, within, f"{_NONE} in {within} days", PAIN_NAMES, REFERRAL_PAIN),
            *nothing_listed(case, PAIN_AND_REHABILITATION),
        ),
        options=options(case, PAIN_AND_REHABILITATION),
        rests_on_absence=True,
    )


def _reasons(case: Case) -> tuple[Reason, ...]:
    policy, mme = case.policy, case.mme
    ids = tuple(i for line in mme.by_medication for i in line.record_ids)
    labels = frozenset[tuple[str, str]]().union(*(line.labels for line in mme.by_medication))
    dose = Reason(f"Dosage: {mme}", ids, labels)
    if policy.consultation_mme is not None and mme.total > policy.consultation_mme:
        return (dose, Reason(f"The state asks for a consultation above {policy.consultation_mme} MME/day"))
    if mme.total < policy.mme_measure_flag:
        return ()
    return _unless_improved(case, dose)


def _unless_improved(case: Case, dose: Reason) -> tuple[Reason, ...]:
    scores = [p for p in peg_scores(case.chart) if p.mean is not None]
    if len(scores) < 2:
        return (dose, Reason("No two pain and function scores on record to show improvement"))
    before, now = scores[0], scores[-1]
    if _has_improved(case, before, now):
        return ()
    return (dose, Reason.of(f"PEG {before}, {before.on}, and {now}, {now.on}", _records((before, now))))


def _has_improved(case: Case, before: Peg, now: Peg) -> bool:
    if not before.mean or now.mean is None:
        return False
    is_current = now.on.is_within(case.policy.peg_current_days, case.as_of)
    return is_current and (before.mean - now.mean) / before.mean >= case.policy.peg_improvement


def _records(scores: Iterable[Peg]) -> list[Record]:
    return [record for peg in scores for record in peg.records]


RULE = Rule(
    id="RF-03",
    block=Block.REFERRAL,
    title="Pain and rehabilitation",
    advice="Consider specialist or multidisciplinary pain care, physical therapy or cognitive behavioural therapy for "
    "pain. Keep it clear who prescribes during the referral.",
    source=six_building_blocks(
        "Planned visits: alternatives to opioids are regularly considered",
        doubt="90 MME/day is a measure's flag and not a limit; the dose for a consultation is a state's own rule",
    ),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset(
        {"MedicationDispense", "MedicationStatement", "QuestionnaireResponse", "ServiceRequest", "Encounter",
          "Condition", "Appointment", "Task"}
    ),
    evaluate=evaluate,
    say=(
        "There may be more that can be done for your pain than what we have tried so far.",
        "Other people can join our team. I stay with you while they do.",
    ),
    policy=("mme_measure_flag", "consultation_mme", "peg_improvement", "peg_current_days", "pain_referral_days",
            "resources"),
    is_referral=True,
)  # fmt: skip
