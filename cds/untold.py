"""What could not be told, by cause: a missing type of record is said once, not under every item it hides."""

from collections.abc import Iterable
from dataclasses import dataclass

from chart.records import Chart
from rules.rule import Assessment


@dataclass(frozen=True, slots=True)
class Untold:
    """Items that share what is missing; `causes` is empty for those whose reasons are their own."""

    causes: tuple[str, ...]
    answers: tuple[Assessment, ...]

    @property
    def sentence(self) -> str:
        count = len(self.answers)
        return f"{'; '.join(self.causes)}: {count} item{'' if count == 1 else 's'} cannot be told"


def by_cause(answers: Iterable[Assessment], chart: Chart) -> tuple[Untold, ...]:
    """The largest group first; items with reasons of their own last."""
    found: dict[tuple[str, ...], list[Assessment]] = {}
    for answer in answers:
        found.setdefault(_causes(answer, chart), []).append(answer)
    groups = [Untold(causes, tuple(members)) for causes, members in found.items()]
    return tuple(sorted(groups, key=lambda g: (not g.causes, -len(g.answers))))


def _causes(answer: Assessment, chart: Chart) -> tuple[str, ...]:
    missing = {*chart.gaps(answer.rule.reads), *(u.reason for u in chart.unavailable)}
    return tuple(dict.fromkeys(r.text for r in answer.guidance.reasons if r.text in missing))
