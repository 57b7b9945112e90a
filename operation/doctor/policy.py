"""The clinic's policy: whether it can be used, and whether its review is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from cds.policy_file import BadPolicy, read_policy
from operation.doctor.deployment import Deployment
from operation.doctor.finding import Finding, mend, note, works
from rules.policy_remarks import remarks


def check_policy(deployment: Deployment) -> Iterator[Finding]:
    if not deployment.has("policy"):
        return
    path: Path | None = deployment.settings["policy"]
    if path is None:
        yield note(
            "PREVISIT_POLICY is not set: the defaults of the guidelines hold, and no service is listed."
        )
        return
    try:
        policy = read_policy(path)
    except BadPolicy as problem:
        yield mend(" ".join(str(problem).split()))
        return
    today = date.fromtimestamp(deployment.now())
    yield works("The policy can be used.")
    is_due = policy.reviewed_on and policy.reviewed_on + timedelta(days=policy.review_days) <= today
    for remark in remarks(policy, today):
        if is_due and "past its review date" in remark:
            yield mend(f"{remark} Review it, and write the day into reviewed_on.")
        else:
            yield note(remark)
