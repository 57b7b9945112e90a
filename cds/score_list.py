"""Scores over time: each tool with its latest result, its band and date, its trend as a small line and in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from chart.when import day_in_words
from rules.case import Case
from rules.complex_patients.instruments import ALL
from rules.complex_patients.scores import Score, history
from rules.peg import HIGHEST, Peg, peg_scores

WIDTH, HEIGHT, EDGE = 96, 24, 3
_REACH = timedelta(days=731)  # the same two years as the dose
_TOLD = 4  # earlier results named in words


@dataclass(frozen=True, slots=True)
class ScoreLine:
    name: str
    told: str  # "17, moderately severe, 20 Feb 2026"; empty when there is none on file
    before: str = ""  # "before: 12 on 3 Nov 2025, 9 on 2 Aug 2025"
    path: str = ""  # SVG, of two results or more
    end: tuple[float, float] = (0.0, 0.0)
    record_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Point:
    day: date
    points: Decimal
    told: str


def score_list(case: Case) -> tuple[ScoreLine, ...]:
    """PEG, then each tool with a result or in use at the clinic; a tool in use without a result says so."""
    lines = [_peg(case)]
    for tool in ALL:
        found = [s for s in history(case, tool) if _is_recent(s.on.first if s.on else None, case)]
        if found:
            lines.append(_line(tool.name, [_point(s) for s in found], Decimal(tool.high), found[-1]))
        elif tool.name in case.policy.tools_in_use:
            lines.append(ScoreLine(tool.name, ""))
    return tuple(lines)


def _peg(case: Case) -> ScoreLine:
    found = [p for p in peg_scores(case.chart) if p.mean is not None and _is_recent(p.day, case)]
    points = [_Point(p.day, p.mean or Decimal(0), str(p)) for p in found]
    if not found:
        return ScoreLine("PEG (pain and function)", "")
    return _drawn("PEG (pain and function)", points, HIGHEST, _told_peg(found[-1]), found[-1].records)


def _told_peg(peg: Peg) -> str:
    note = f" ({peg.note})" if peg.note else ""
    return f"{peg} of 10, {peg.on}{note}"


def _point(score: Score) -> _Point:
    number = f"{score.points.normalize():f}"
    return _Point(score.on.first if score.on else date.min, score.points, number)


def _line(name: str, points: Sequence[_Point], high: Decimal, latest: Score) -> ScoreLine:
    return _drawn(name, points, high, latest.told().removeprefix(f"{name}: "), latest.records)


def _drawn(
    name: str, points: Sequence[_Point], high: Decimal, told: str, records: Iterable[object]
) -> ScoreLine:
    path, end = _path(points, high)
    ids = tuple(getattr(record, "id", "") for record in records)
    return ScoreLine(name, told, _before(points[:-1]), path, end, ids)


def _before(points: Sequence[_Point]) -> str:
    if not points:
        return ""
    told = ", ".join(f"{p.told} on {day_in_words(p.day)}" for p in reversed(points[-_TOLD:]))
    rest = f", and {len(points) - _TOLD} earlier" if len(points) > _TOLD else ""
    return f"before: {told}{rest}"


def _path(points: Sequence[_Point], high: Decimal) -> tuple[str, tuple[float, float]]:
    """From the tool's least to its most, so that a small change looks small."""
    if len(points) < 2:
        return "", (0.0, 0.0)
    first, span = points[0].day, max((points[-1].day - points[0].day).days, 1)
    top = max(high, *(p.points for p in points)) or Decimal(1)
    places = [
        (
            round(EDGE + (p.day - first).days / span * (WIDTH - 2 * EDGE), 1),
            round(HEIGHT - EDGE - float(p.points / top) * (HEIGHT - 2 * EDGE), 1),
        )
        for p in points
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in places), places[-1]


def _is_recent(day: date | None, case: Case) -> bool:
    return day is not None and day >= case.as_of - _REACH
