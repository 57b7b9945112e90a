"""What stands below the dose line: events in rows by kind, and days on buprenorphine in a strip of their own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from chart.when import day_in_words
from rules.case import Case
from rules.coverage import Course
from rules.events import KINDS, Event, events, on_buprenorphine

ROW = 13  # height of a row


@dataclass(frozen=True, slots=True)
class EventRow:
    """`shape` numbers the kinds, so that shape and row tell them apart without colour."""

    name: str
    shape: int
    y: int
    places: tuple[float, ...]
    told: str  # "3 Oct 2025, 2 Jul 2025", newest first


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Beside:
    rows: tuple[EventRow, ...]
    bars: tuple[Bar, ...]  # buprenorphine, never in MME
    bars_y: int
    bars_told: tuple[str, ...]  # "buprenorphine 8 MG film: 3 Feb 2026 to 2 Mar 2026", newest first
    height: int


def beside_the_dose(case: Case, first: date, x: Callable[[date], float], below: int) -> Beside:
    """`x` places a day; nothing that did not happen takes room."""
    courses = sorted(on_buprenorphine(case, first), key=lambda c: c.first)
    strip = ROW if courses else 0
    found = [e for e in events(case) if e.on.first >= first]
    rows = _rows(found, x, below + strip)
    return Beside(
        rows=rows,
        bars=tuple(_bar(c, first, case.as_of, x) for c in courses),
        bars_y=below,
        bars_told=tuple(_told(c, case.as_of) for c in reversed(courses)),
        height=strip + ROW * len(rows),
    )


def _rows(found: Sequence[Event], x: Callable[[date], float], top: int) -> tuple[EventRow, ...]:
    rows: list[EventRow] = []
    for shape, kind in enumerate(KINDS):
        own = [e for e in found if e.kind == kind]
        if own:
            told = ", ".join(str(e.on) for e in reversed(own))
            places = tuple(x(e.on.first) for e in own)
            rows.append(EventRow(kind.capitalize(), shape, top + ROW * len(rows), places, told))
    return tuple(rows)


def _bar(course: Course, first: date, as_of: date, x: Callable[[date], float]) -> Bar:
    begin = x(max(course.first, first))
    end = x(min(course.last, as_of) + timedelta(days=1))
    return Bar(begin, round(max(end - begin, 1), 1))


def _told(course: Course, as_of: date) -> str:
    end = min(course.last, as_of)
    return f"{course.name}: {day_in_words(course.first)} to {day_in_words(end)}"
