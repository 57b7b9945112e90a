"""What a usable policy still leaves open: its review, and services missing from the directory."""

from collections.abc import Iterator
from datetime import date, timedelta

from chart.when import day_in_words
from rules.policy import Policy
from rules.resource import KINDS


def remarks(policy: Policy, today: date) -> tuple[str, ...]:
    """Each one sentence for the clinic; none of them stops the policy from being used."""
    return (*_review(policy, today), *_directory(policy))


def _review(policy: Policy, today: date) -> Iterator[str]:
    if policy.reviewed_on is None:
        yield "No review date is given, so the page cannot tell whether the policy is current: add reviewed_on."
        return
    if policy.reviewed_on > today:
        ahead = day_in_words(policy.reviewed_on)
        yield f"The review date {ahead} lies ahead; reviewed_on is the day of the last review."
    due_on = policy.reviewed_on + timedelta(days=policy.review_days)
    if due_on <= today:
        yield f"The policy is past its review date: a review was due on {day_in_words(due_on)}."


def _directory(policy: Policy) -> Iterator[str]:
    listed = {resource.kind for resource in policy.resources}
    if missing := [kind for kind in KINDS if kind not in listed]:
        yield f"The directory has no service for {', '.join(missing)}; a referral prompt will say so."
