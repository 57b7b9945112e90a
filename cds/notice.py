"""The redisclosure notice of 42 CFR 2.32, where a summary was made from records that carry its label."""

from dataclasses import fields

from chart.records import Chart
from chart.terms import Record
from rules.labels import SHORT_NOTICE, Labels, is_part2, needs_notice


def notice_of(chart: Chart) -> str:
    """The notice that must go along with this chart on screen, paper or copy; empty where none is needed."""
    return SHORT_NOTICE if needs_notice(labels_of(chart)) else ""


def holds_part2(chart: Chart) -> bool:
    """Whether records of a substance use program are in it, which the audit record of showing it then says."""
    return is_part2(labels_of(chart))


def labels_of(chart: Chart) -> Labels:
    """Every security label that a record of this chart carries."""
    records = (r for f in fields(chart) for r in _records(getattr(chart, f.name)))
    return frozenset[tuple[str, str]]().union(*(record.labels for record in records))


def _records(value: object) -> tuple[Record, ...]:
    return tuple(r for r in value if isinstance(r, Record)) if isinstance(value, tuple) else ()
