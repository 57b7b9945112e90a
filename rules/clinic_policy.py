"""PA-01: the clinic's own policy, its version and when it was last reviewed."""

from datetime import timedelta

from chart.when import day_in_words
from rules.case import Case
from rules.policy import Policy
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import six_building_blocks


def evaluate(case: Case) -> Guidance:
    policy = case.policy
    name = f"{policy.clinic_name}, opioid policy, version “{policy.version}”"
    if policy == Policy():
        return Guidance(
            Status.NOT_INDICATED, (Reason("No clinic policy is entered; the cited defaults apply"),)
        )
    if policy.reviewed_on is None:
        return Guidance(Status.UNDETERMINED, (Reason(f"{name}: no review date is recorded"),))
    due_on = policy.reviewed_on + timedelta(days=policy.review_days)
    told = Reason(f"{name}: last reviewed {day_in_words(policy.reviewed_on)}")
    if case.as_of >= due_on:
        return Guidance(Status.INDICATED, (told,), due_on)
    is_soon = due_on - case.as_of <= timedelta(days=policy.lead_days)
    return Guidance(Status.UPCOMING if is_soon else Status.ADDRESSED, (told,), due_on)


RULE = Rule(
    id="PA-01",
    block=Block.POLICIES,
    title="Clinic policy",
    advice="The intervals on this page follow the clinic's opioid policy. Review it with the team once a year.",
    source=six_building_blocks("Policies, patient agreements and workflows: revised to current guidelines"),
    needs=frozenset(),
    evaluate=evaluate,
    hooks=frozenset({Hook.PAGE}),
    owner=Role.PRESCRIBER,
    policy=("clinic_name", "version", "reviewed_on", "review_days", "lead_days"),
)
