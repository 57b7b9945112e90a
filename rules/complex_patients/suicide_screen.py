"""The Columbia screener (C-SSRS): the level of risk, as recorded or from its questions."""

import re
from collections.abc import Iterable
from datetime import date
from enum import IntEnum

from chart.frozen import dataclass
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.codes import keys_of
from rules.complex_patients.answers import points
from rules.complex_patients.instruments import YES_NO
from rules.complex_patients.sittings import Entry

_LEVEL = "93374-7"
WISH, THOUGHTS, METHOD, INTENT, PLAN = "93246-7", "93247-5", "93248-3", "93249-1", "93250-9"
EVER, RECENTLY = "93267-3", "93269-9"  # behaviour: in a lifetime, in the past 3 months
CODES = frozenset(
    code for _, code in keys_of("C-SSRS", only=(_LEVEL, WISH, THOUGHTS, METHOD, INTENT, PLAN, EVER, RECENTLY))
)


class Level(IntEnum):
    NONE = 0
    LOW = 1
    MODERATE = 2
    HIGH = 3

    @property
    def told(self) -> str:
        return "no risk found" if self is Level.NONE else f"{self.name.lower()} risk"


_WORDS = (
    (re.compile(r"\bhigh\b|\bimminent\b|\bsevere\b", re.IGNORECASE), Level.HIGH),
    (re.compile(r"\b(moderate|medium|intermediate)\b", re.IGNORECASE), Level.MODERATE),
    (re.compile(r"\blow\b|\bmild\b", re.IGNORECASE), Level.LOW),
    (re.compile(r"\b(no|none|negative|not)\b", re.IGNORECASE), Level.NONE),
)


@dataclass(frozen=True, slots=True)
class Suicidality:
    """One screen. `is_complete` False: answers are missing, so the level can only be higher."""

    level: Level
    is_complete: bool
    on: When | None
    records: tuple[Record, ...]

    def told(self) -> str:
        at_least = "" if self.is_complete else "at least "
        doubts = "; ".join(dict.fromkeys(doubt for record in self.records for doubt in record.doubts))
        told = f"Suicide risk screen: {at_least}{self.level.told}, {self.on or 'without a date'}"
        return f"{told} ({doubts})" if doubts else told


def suicide_screens(case: Case) -> tuple[Suicidality, ...]:
    """Newest first; an undated one counts as today's when it tells of risk, because it may be."""
    days: dict[tuple[date, date] | str, list[Entry]] = {}
    for code in sorted(CODES):
        for entry in case.answers.get(code, ()):
            key = (entry.on.first, entry.on.last) if entry.on else entry.record.id
            days.setdefault(key, []).append(entry)
    found = [s for entries in days.values() if (s := _read(entries)) is not None]
    return tuple(sorted(found, key=lambda s: (s.on.last if s.on else case.as_of, s.level), reverse=True))


def _read(entries: list[Entry]) -> Suicidality | None:
    answers = {code: _yes(e for e in entries if e.code == code) for code in CODES - {_LEVEL}}
    recorded = [level for e in entries if e.code == _LEVEL and (level := _level(e)) is not None]
    answered = {code: yes for code, yes in answers.items() if yes is not None}
    if not recorded and not answered:
        return None
    level = max([*recorded, _triage(answered)])
    is_complete = bool(recorded) or _is_complete(answered)
    return Suicidality(
        level, is_complete, entries[0].on, tuple({e.record.id: e.record for e in entries}.values())
    )


def _yes(entries: Iterable[Entry]) -> bool | None:
    """Two answers to one question on one day: the one that asks for more care."""
    read = [p.number for e in entries if (p := points(e.value, YES_NO, 1)).number is not None]
    return bool(max(read)) if read else None


def _level(entry: Entry) -> Level | None:
    concept = entry.value.concept
    names = [entry.value.text, *((concept.text, *(c.display for c in concept.codes)) if concept else ())]
    for pattern, level in _WORDS:
        if any(pattern.search(name) for name in names):
            return level
    return None


def _triage(yes: dict[str, bool]) -> Level:
    if yes.get(INTENT) or yes.get(PLAN) or yes.get(RECENTLY):
        return Level.HIGH
    if yes.get(METHOD) or yes.get(EVER):
        return Level.MODERATE
    return Level.LOW if yes.get(WISH) or yes.get(THOUGHTS) else Level.NONE


def _is_complete(yes: dict[str, bool]) -> bool:
    """Questions 3 to 5 follow only a yes to 2, and the past 3 months only a yes to ever."""
    asked = {WISH, THOUGHTS}
    asked |= {METHOD, INTENT, PLAN} if yes.get(THOUGHTS) else set()
    behaviour = yes.get(EVER) is False or RECENTLY in yes
    return asked <= set(yes) and behaviour
