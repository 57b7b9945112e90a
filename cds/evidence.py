"""What record ids stand for, in words a clinician recognises: "oxycodone 5 mg tablet: fill, 3 Feb 2026"."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cds.record_words import one
from chart.records import Chart
from chart.terms import Record
from rules.labels import INFERRED_TOLD, is_inferred
from rules.rule import Assessment


@dataclass(frozen=True, slots=True)
class Item:
    """Records that differ only by their day, newest first."""

    name: str
    kind: str
    days: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    place: str = ""  # its anchor in the list of records; empty where it is not listed


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list of records: what it is, its ids in the EHR, and the answers that rest on it."""

    item: Item
    ids: tuple[str, ...]
    used_by: tuple[Assessment, ...]


Key = tuple[str, str, tuple[str, ...]]


class Evidence:
    def __init__(self, chart: Chart) -> None:
        self._places: dict[Key, str] = {}
        self._records: dict[str, Record] = {chart.patient.id: chart.patient}
        for field in fields(chart):
            value = getattr(chart, field.name)
            if isinstance(value, tuple):
                self._records |= {r.id: r for r in value if isinstance(r, Record)}

    def items(self, record_ids: tuple[str, ...]) -> list[Item]:
        """In order of first mention; years of monthly fills are one item with many days."""
        found: dict[Key, dict[str, date]] = {}
        for record_id in record_ids:
            told, day = _day(self._records.get(record_id))
            found.setdefault(self._key(record_id), {})[told] = day
        return [
            Item(
                key[0],
                key[1],
                tuple(sorted(days, key=lambda d: days[d], reverse=True)),
                key[2],
                self._places.get(key, ""),
            )
            for key, days in found.items()
        ]

    def listed(self, answers: Iterable[Assessment]) -> list[Listed]:
        """Every record behind these answers, by name; from here on `items` names its place in this list."""
        ids: dict[Key, dict[str, None]] = {}
        used_by: dict[Key, dict[str, Assessment]] = {}
        for answer in answers:
            for record_id in (i for reason in answer.guidance.reasons for i in reason.record_ids):
                key = self._key(record_id)
                ids.setdefault(key, {})[record_id] = None
                used_by.setdefault(key, {})[answer.rule.id] = answer
        keys = sorted(ids, key=lambda k: (k[0].casefold(), k))
        self._places |= {key: f"record-{number}" for number, key in enumerate(keys, 1)}
        return [
            Listed(self.items(tuple(ids[key]))[0], tuple(ids[key]), tuple(used_by[key].values()))
            for key in keys
        ]

    def _key(self, record_id: str) -> Key:
        record = self._records.get(record_id)
        return (
            _name(record, record_id),
            _kind(record_id),
            _said_with(record) if record is not None else (),
        )

    def latest(self, record_ids: tuple[str, ...]) -> str:
        """The newest of them in one line: "fill, 3 Feb 2026, and 4 earlier records"."""
        told = {i: _day(self._records.get(i)) for i in record_ids}
        newest = max(record_ids, key=lambda i: told[i][1])
        others = len(told) - 1
        rest = f", and {others} earlier record{'' if others == 1 else 's'}" if others else ""
        return f"{_kind(newest)}, {told[newest][0]}{rest}"


def _said_with(record: Record) -> tuple[str, ...]:
    return (*record.doubts, *((INFERRED_TOLD,) if is_inferred(record.labels) else ()))


def _kind(record_id: str) -> str:
    return one(record_id.partition("/")[0])


def _name(record: Any, record_id: str) -> str:
    return getattr(record, "display", "") or getattr(record, "name", "") or _kind(record_id)


def _day(record: Any) -> tuple[str, date]:
    when = getattr(record, "when", None)
    return (str(when), when.last) if when else ("no date", date.min)
