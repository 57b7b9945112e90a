"""The rules scored against the truth a cohort was drawn from."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from cds.summary import Summary, case_of, summarize
from chart.reader import read_bundle
from rules.policy import Policy
from rules.rule import Status
from synth.cohort import Plan, read, read_plan

WITHIN = Decimal("0.01")  # a dose agrees within 1 %
_BATCH = 200
TRUE_POSITIVE, FALSE_NEGATIVE, FALSE_POSITIVE, TRUE_NEGATIVE = "hit", "missed", "false", "rightly quiet"
OPEN_DUE, OPEN_NOT_DUE = "open, due", "open, not due"  # undetermined: a person is asked to look
AGREES, DIFFERS, TOO_HIGH, TOO_LOW, CANNOT_TELL = "agrees", "differs", "too high", "too low", "cannot be told"
DISAGREEMENTS = (DIFFERS, TOO_HIGH, TOO_LOW, FALSE_NEGATIVE, FALSE_POSITIVE)
_ANSWERS = {
    (True, "asked"): TRUE_POSITIVE,
    (True, "quiet"): FALSE_NEGATIVE,
    (True, "open"): OPEN_DUE,
    (False, "asked"): FALSE_POSITIVE,
    (False, "quiet"): TRUE_NEGATIVE,
    (False, "open"): OPEN_NOT_DUE,
}


@dataclass
class Score:
    """Counts only; `examples` names a few patients for each kind of disagreement, to look at."""

    patients: int = 0
    mme: Counter[str] = field(default_factory=Counter)
    ltot: Counter[str] = field(default_factory=Counter)
    rules: dict[str, Counter[str]] = field(default_factory=dict)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, other: "Score") -> None:
        self.patients += other.patients
        self.mme += other.mme
        self.ltot += other.ltot
        for rule, counts in other.rules.items():
            self.rules.setdefault(rule, Counter()).update(counts)
        for what, patients in other.examples.items():
            self.note(what, *patients)

    def note(self, what: str, *patients: str) -> None:
        kept = self.examples.setdefault(what, [])
        kept += patients[: 5 - len(kept)]


def score(folder: Path, jobs: int = 1) -> tuple[Plan, dict[str, Score]]:
    """Scores of whole records and of those that lost something, apart. Raises NotACohort."""
    plan = read_plan(folder)
    totals = {"whole": Score(), "lossy": Score()}
    for part in _parts(folder, plan, jobs):
        for name, found in part.items():
            totals[name].add(found)
    return plan, totals


def _parts(folder: Path, plan: Plan, jobs: int) -> Iterable[dict[str, Score]]:
    batches = _batches(read(folder, plan))
    if jobs == 1:
        for batch in batches:
            yield score_batch(batch, plan.as_of)
        return
    with ProcessPoolExecutor(jobs) as pool:
        # A few batches ahead of the workers, so that memory stays bounded.
        waiting = [pool.submit(score_batch, batch, plan.as_of) for batch in islice(batches, 2 * jobs)]
        while waiting:
            yield waiting.pop(0).result()
            waiting += [pool.submit(score_batch, batch, plan.as_of) for batch in islice(batches, 1)]


def _batches(patients: Iterable[Any]) -> Iterable[list[Any]]:
    ahead = iter(patients)
    while batch := list(islice(ahead, _BATCH)):
        yield batch


def score_batch(batch: list[tuple[list[Any], dict[str, Any]]], as_of: date) -> dict[str, Score]:
    found = {"whole": Score(), "lossy": Score()}
    policy = Policy()
    for resources, truth in batch:
        summary = summarize(case_of(read_bundle(resources, as_of), policy))
        compare(found["lossy" if truth["lost"] else "whole"], summary, truth)
    return found


def compare(found: Score, summary: Summary, truth: dict[str, Any]) -> None:
    found.patients += 1
    answers = {"MME": _mme(summary, Decimal(truth["mme"])), "LTOT": _ltot(summary, truth["ltot_since"])}
    found.mme[answers["MME"]] += 1
    found.ltot[answers["LTOT"]] += 1
    for rule, is_due in truth["expected"].items():
        answers[rule] = _ANSWERS[is_due, _said(summary, rule)]
        found.rules.setdefault(rule, Counter())[answers[rule]] += 1
    for what, answer in answers.items():
        if answer in DISAGREEMENTS:
            found.note(f"{what} {answer}", truth["patient"])


def _mme(summary: Summary, true: Decimal) -> str:
    """ "At least" is right as long as it is not more than was taken."""
    mme = summary.case.mme
    if mme.total > true * (1 + WITHIN):
        return TOO_HIGH
    if mme.at_least:
        return CANNOT_TELL
    return AGREES if mme.total >= true * (1 - WITHIN) else TOO_LOW


def _ltot(summary: Summary, since: str | None) -> str:
    ltot = summary.case.therapy.ltot
    if ltot.status == "undetermined":
        return CANNOT_TELL
    if (ltot.status == "long-term") != (since is not None):
        return DIFFERS
    if since is None or ltot.since is None:
        return AGREES
    return AGREES if abs((ltot.since - date.fromisoformat(since)).days) <= 1 else DIFFERS


def _said(summary: Summary, rule: str) -> str:
    assessment = summary.find(rule)
    if assessment is None:
        raise KeyError(f"no rule {rule}")
    return {Status.INDICATED: "asked", Status.UNDETERMINED: "open"}.get(assessment.status, "quiet")
