"""What record ids stand for, in words a clinician recognises: "oxycodone 5 mg tablet: fill, 3 Feb 2026"."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cds.record_words import one
from chart.records import Chart
from chart.terms import Record
from rules.labels import INFERRED_TOLD, is_inferred


@dataclass(frozen=True, slots=True)
class Item:
    """Records that differ only by their day, newest first."""

    name: str
    kind: str
    days: tuple[str, ...]
    doubts: tuple[str, ...] = ()


class Evidence:
    def __init__(self, chart: Chart) -> None:
        self._records: dict[str, Record] = {chart.patient.id: chart.patient}
        for field in fields(chart):
            value = getattr(chart, field.name)
            if isinstance(value, tuple):
                self._records |= {r.id: r for r in value if isinstance(r, Record)}

    def items(self, record_ids: tuple[str, ...]) -> list[Item]:
        """In order of first mention; years of monthly fills are one item with many days."""
        found: dict[tuple[str, str, tuple[str, ...]], dict[str, date]] = {}
        for record_id in record_ids:
            record: Any = self._records.get(record_id)
            doubts = _said_with(record) if record is not None else ()
            told, day = _day(record)
            found.setdefault((_name(record, record_id), _kind(record_id), doubts), {})[told] = day
        return [
            Item(name, kind, tuple(sorted(days, key=lambda d: days[d], reverse=True)), doubts)
            for (name, kind, doubts), days in found.items()
        ]

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
