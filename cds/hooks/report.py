"""`previsit feedback report`: which cards earn their place."""

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from cds.hooks.markdown import one_line
from cds.hooks.overrides import REASONS
from storage.tables.hooks import feedback, shown_rules
from storage.transactions import reading


@dataclass
class Line:
    shown: int = 0
    accepted: int = 0
    overridden: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def report(engine: Engine) -> dict[str, Line]:
    """Rule -> what became of the cards it spoke in, in the order of its id."""
    lines: dict[str, Line] = {}
    with reading(engine) as db:
        rules_of: dict[str, list[str]] = {}
        for card, rule in db.execute(select(shown_rules.c.card, shown_rules.c.rule)):
            rules_of.setdefault(card, []).append(rule)
            lines.setdefault(rule, Line()).shown += 1
        for row in db.execute(select(feedback)):
            for rule in rules_of.get(row.card, ()):
                _count(lines[rule], row.outcome, row.reason_code)
    return dict(sorted(lines.items()))


def _count(line: Line, outcome: str, reason: str | None) -> None:
    if outcome == "accepted":
        line.accepted += 1
    else:
        line.overridden += 1
        line.reasons[reason or "no reason given"] += 1


def as_text(lines: dict[str, Line]) -> str:
    if not lines:
        return "No card has been shown yet."
    rows = [f"{'rule':<8} {'shown':>6} {'accepted':>9} {'overridden':>11}  reasons"]
    for rule, line in lines.items():
        told = "; ".join(
            f"{REASONS[code][0] if code in REASONS else one_line(code)}: {count}"
            for code, count in line.reasons.most_common()
        )
        rows.append(f"{rule:<8} {line.shown:>6} {line.accepted:>9} {line.overridden:>11}  {told}".rstrip())
    rows.append("A card without an outcome was not reported on: it may not have been seen.")
    return "\n".join(rows)
