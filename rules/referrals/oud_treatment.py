"""RF-02: connecting to treatment for opioid use disorder, in this clinic first."""

from datetime import timedelta

from rules.case import Case
from rules.complex_patients import possible_oud, sources, untreated_oud
from rules.referrals.contact import OUD_TREATMENT_NAMES, in_contact, no_contact, recent_contact
from rules.referrals.directory import nothing_listed, options
from rules.resource import IN_THIS_CLINIC, OUD_TREATMENT, Resource
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.valuesets import REFERRAL_SUD

_NONE = "No referral to treatment on record"


def evaluate(case: Case) -> Guidance:
    untreated = untreated_oud.evaluate(case)
    if untreated.status is Status.INDICATED:
        return _offer(case, untreated.reasons, urgent=True)
    if untreated.status in (Status.ADDRESSED, Status.UNDETERMINED):
        return Guidance(untreated.status, untreated.reasons)
    if criteria := possible_oud.criteria_met(case):
        return _offer(case, criteria, urgent=False)
    return Guidance(Status.NOT_INDICATED, untreated.reasons)


def _offer(case: Case, why: tuple[Reason, ...], *, urgent: bool) -> Guidance:
    policy, within = case.policy, case.policy.referral_days
    if contact := recent_contact(case, within, OUD_TREATMENT_NAMES, REFERRAL_SUD):
        return in_contact(case, why, contact)
    return Guidance(
        Status.INDICATED,
        (
            *why,
            *no_contact(case, within, f"{_NONE} in {within} days", OUD_TREATMENT_NAMES, REFERRAL_SUD),
            *nothing_listed(case, OUD_TREATMENT),
        ),
        due_on=case.as_of if urgent else case.as_of + timedelta(days=policy.oud_referral_days),
        priority=Priority.HIGH,
        options=options(case, OUD_TREATMENT, first=is_in_house_prescriber),
        rests_on_absence=True,
    )


def is_in_house_prescriber(resource: Resource) -> bool:
    return resource.setting == IN_THIS_CLINIC and resource.prescribes_buprenorphine


RULE = Rule(
    id="RF-02",
    block=Block.REFERRAL,
    title="Treatment for opioid use disorder",
    advice="Begin buprenorphine here where a colleague prescribes it, or refer to a program, best by a warm handoff. "
    "Any prescriber with a Schedule III registration may begin it.",
    source=sources.OUD_TREATMENT,
    further_sources=(sources.NO_WAIVER, sources.CONNECTING),
    needs=untreated_oud.RULE.needs,
    also_reads=untreated_oud.RULE.also_reads
    | {"Observation", "ServiceRequest", "Encounter", "Appointment", "Task"},
    evaluate=evaluate,
    priority=Priority.HIGH,
    say=(
        "You do not have to do this alone. We can begin treatment here, or go together to a program you choose.",
        "Whatever you decide today, you stay our patient.",
    ),
    policy=(*untreated_oud.RULE.policy, "referral_days", "oud_referral_days", "resources"),
    is_referral=True,
)
