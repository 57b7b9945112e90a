"""Scores as a table for people, as Markdown and as JSON."""

from collections.abc import Iterable
from typing import Any

from rules.catalogue import RULES
from synth.cohort import Plan
from synth.score import (
    AGREES,
    CANNOT_TELL,
    DIFFERS,
    FALSE_NEGATIVE,
    FALSE_POSITIVE,
    OPEN_DUE,
    OPEN_NOT_DUE,
    TOO_HIGH,
    TOO_LOW,
    TRUE_NEGATIVE,
    TRUE_POSITIVE,
    Score,
)

_COLUMNS = (TRUE_POSITIVE, FALSE_NEGATIVE, OPEN_DUE, TRUE_NEGATIVE, FALSE_POSITIVE, OPEN_NOT_DUE)
_TITLES = {rule.id: rule.title for rule in RULES}
_HEADINGS = {
    "whole": "Records that hold all that is true",
    "lossy": "Records that lost something (directions, supply, a code, or an end date)",
}
EXPLAINED = (
    "“Hit”: due, and asked for. “Missed”: due, and not asked for. “Open”: the app says that it cannot tell and asks "
    "a person to look; counted apart, neither right nor wrong. Sensitivity is hit / (hit + missed), specificity is "
    "rightly quiet / (rightly quiet + false). A dose agrees within 1 %, a start of long-term therapy within a day."
)


def as_json(plan: Plan, scores: dict[str, Score]) -> dict[str, Any]:
    return {
        "patients": plan.patients,
        "seed": plan.seed,
        "as_of": plan.as_of.isoformat(),
        "scores": {name: _one_json(found) for name, found in scores.items()},
    }


def _one_json(found: Score) -> dict[str, Any]:
    rules = {
        rule: dict(counts) | {"sensitivity": sensitivity(counts), "specificity": specificity(counts)}
        for rule, counts in _in_order(found)
    }
    return {
        "patients": found.patients,
        "mme": dict(found.mme),
        "ltot": dict(found.ltot),
        "rules": rules,
        "examples": found.examples,
    }


def sensitivity(counts: dict[str, int]) -> float | None:
    return _share(counts.get(TRUE_POSITIVE, 0), counts.get(FALSE_NEGATIVE, 0))


def specificity(counts: dict[str, int]) -> float | None:
    return _share(counts.get(TRUE_NEGATIVE, 0), counts.get(FALSE_POSITIVE, 0))


def _share(right: int, wrong: int) -> float | None:
    """None where there is nothing to judge by."""
    return right / (right + wrong) if right + wrong else None


def as_markdown(plan: Plan, scores: dict[str, Score]) -> str:
    drawn = f"{plan.patients:,} patients, seed {plan.seed}, as of {plan.as_of.isoformat()}"
    parts = [f"Drawn: {drawn}.", EXPLAINED]
    for name, found in scores.items():
        parts += [f"## {_HEADINGS[name]}: {found.patients:,} patients", _summary(found), _table(found)]
        if found.examples:
            parts.append(_examples(found))
    return "\n\n".join(parts) + "\n"


def _summary(found: Score) -> str:
    mme = ", ".join(f"{kind} {found.mme[kind]:,}" for kind in (AGREES, TOO_LOW, TOO_HIGH, CANNOT_TELL))
    ltot = ", ".join(f"{kind} {found.ltot[kind]:,}" for kind in (AGREES, DIFFERS, CANNOT_TELL))
    return f"- MME/day today: {mme}\n- Long-term therapy and its first day: {ltot}"


def _table(found: Score) -> str:
    heads = ["rule", *_COLUMNS, "sensitivity", "specificity"]
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    for rule, counts in _in_order(found):
        cells = [f"{counts[column]:,}" for column in _COLUMNS]
        shares = [_percent(sensitivity(counts)), _percent(specificity(counts))]
        lines.append(f"| {rule} {_TITLES[rule]} | " + " | ".join([*cells, *shares]) + " |")
    return "\n".join(lines)


def _examples(found: Score) -> str:
    lines = [f"- {what}: {', '.join(patients)}" for what, patients in sorted(found.examples.items())]
    return "To look at:\n\n" + "\n".join(lines)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _in_order(found: Score) -> Iterable[tuple[str, Any]]:
    places = {rule.id: place for place, rule in enumerate(RULES)}
    return sorted(found.rules.items(), key=lambda item: places[item[0]])
