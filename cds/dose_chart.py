"""The dose over time as a drawing: the geometry of a step line, its scale, and the same data as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from cds.dose_events import Beside, beside_the_dose
from chart.when import day_in_words
from rules.case import Case
from rules.mme_lines import in_words
from rules.therapy import DoseDay

WIDTH, HEIGHT = 400, 190
LEFT, RIGHT, TOP, BASE = 34, 388, 14, 158
_APART = 11  # least distance between two labels of the scale
_ABOVE = Decimal("1.12")  # room over the highest dose


@dataclass(frozen=True, slots=True)
class Run:
    """Days on end with one dose."""

    first: date
    last: date
    mme: str
    up_to: str  # with the uncertain part; empty when nothing is uncertain
    at_least: bool


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label of the scale at its place along it."""

    at: float
    text: str
    is_threshold: bool = False


@dataclass(frozen=True, slots=True)
class DoseChart:
    line: str  # an SVG path
    uncertain: tuple[Box, ...]
    incomplete: tuple[Box, ...]  # days on which something could not be counted
    scale: tuple[Mark, ...]
    days: tuple[Mark, ...]
    end_y: float
    runs: tuple[Run, ...]
    told: str  # for those who do not see the drawing
    is_empty: bool  # no dose on any day
    beside: Beside  # events, and days on buprenorphine
    height: int


def dose_chart(case: Case) -> DoseChart | None:
    """None when there is no series."""
    series = case.therapy.series
    if not series:
        return None
    thresholds = case.mme.thresholds
    spans = [list(days) for _, days in groupby(series, key=lambda d: (d.mme, d.mme_uncertain, d.at_least))]
    draw = _Drawing(series, thresholds)
    beside = beside_the_dose(case, series[0].day, draw.x, below=HEIGHT)
    return DoseChart(
        line=draw.line(spans),
        uncertain=tuple(
            draw.box(s, s[0].mme_uncertain, s[0].mme) for s in spans if s[0].mme_uncertain > s[0].mme
        ),
        incomplete=tuple(draw.strip(s) for s in spans if s[0].at_least),
        scale=draw.scale(thresholds),
        days=draw.days(),
        end_y=draw.y(series[-1].mme_uncertain),
        runs=tuple(_run(s, thresholds) for s in reversed(spans)),
        told=_told(series, thresholds),
        is_empty=not any(d.mme_uncertain for d in series),
        beside=beside,
        height=HEIGHT + beside.height,
    )


class _Drawing:
    def __init__(self, series: Sequence[DoseDay], thresholds: Sequence[Decimal]) -> None:
        self._first, self._count = series[0].day, len(series)
        self._last = series[-1].day
        self._peak = max(d.mme_uncertain for d in series)
        self._top = max(self._peak, *thresholds) * _ABOVE

    def x(self, day: date) -> float:
        return round(LEFT + (day - self._first).days / self._count * (RIGHT - LEFT), 1)

    def y(self, mme: Decimal) -> float:
        return round(BASE - float(mme / self._top) * (BASE - TOP), 1)

    def line(self, spans: Sequence[Sequence[DoseDay]]) -> str:
        steps = [f"V{self.y(s[0].mme)}H{self._end(s)}" for s in spans]
        return f"M{LEFT} {self.y(spans[0][0].mme)}" + "".join(steps)

    def box(self, span: Sequence[DoseDay], high: Decimal, low: Decimal) -> Box:
        x = self.x(span[0].day)
        return Box(x, self.y(high), round(self._end(span) - x, 1), round(self.y(low) - self.y(high), 1))

    def strip(self, span: Sequence[DoseDay]) -> Box:
        x = self.x(span[0].day)
        return Box(x, BASE + 2, round(self._end(span) - x, 1), 5)

    def scale(self, thresholds: Sequence[Decimal]) -> tuple[Mark, ...]:
        """Zero, the policy's lines and the highest dose; a label that would lie on another is left out."""
        found: list[Mark] = []
        for value, is_threshold in (
            (Decimal(0), False),
            *((t, True) for t in thresholds),
            (self._peak, False),
        ):
            mark = Mark(self.y(value), _number(value, thresholds), is_threshold)
            if is_threshold or all(abs(mark.at - other.at) >= _APART for other in found):
                found.append(mark)
        return tuple(found)

    def days(self) -> tuple[Mark, ...]:
        middle = self._first + (self._last - self._first) / 2
        days = (self._first, middle, self._last)
        return tuple(Mark(self.x(d), day_in_words(d).partition(" ")[2]) for d in days)

    def _end(self, span: Sequence[DoseDay]) -> float:
        return self.x(span[-1].day + timedelta(days=1))


def _run(span: Sequence[DoseDay], thresholds: tuple[Decimal, ...]) -> Run:
    day = span[0]
    up_to = _number(day.mme_uncertain, thresholds) if day.mme_uncertain > day.mme else ""
    return Run(day.day, span[-1].day, _number(day.mme, thresholds), up_to, day.at_least)


def _told(series: Sequence[DoseDay], thresholds: tuple[Decimal, ...]) -> str:
    first, last = series[0], series[-1]
    peak = max(series, key=lambda d: d.mme_uncertain)
    at_least = "at least " if last.at_least else ""
    return (
        f"From {day_in_words(first.day)} to {day_in_words(last.day)}. By supply on record, "
        f"{at_least}{_range(last, thresholds)} at the end; the highest was {_range(peak, thresholds)}, "
        f"first on {day_in_words(peak.day)}."
    )


def _range(day: DoseDay, thresholds: tuple[Decimal, ...]) -> str:
    certain = in_words(day.mme, thresholds)
    if day.mme == day.mme_uncertain:
        return certain
    return f"{_number(day.mme, thresholds)} to {in_words(day.mme_uncertain, thresholds)}"


def _number(value: Decimal, thresholds: Sequence[Decimal]) -> str:
    return in_words(value, tuple(thresholds)).removesuffix(" MME/day")
