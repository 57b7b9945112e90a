"""A rule reads what it says it reads: scopes, searches and prefetch are made from these lists."""

from dataclasses import fields
from typing import ClassVar

import pytest

from chart.records import Chart
from rules.case import Case
from rules.catalogue import RULES
from rules.facts import FACTS_READ
from tests.rules.test_losing_data import CHARTS, FIELD_OF

_TYPE_OF = {field: kind for kind, field in FIELD_OF.items()}


# These look at the labels, or at the unreadable entries, of whatever was read for the others.
_OF_WHATEVER_WAS_READ = {"PR-01", "PR-02", "RF-05", "OR-13"}


class _Watched(Chart):
    """A chart that remembers which of its lists were looked at."""

    looked_at: ClassVar[set[str]] = set()

    def __getattribute__(self, name):
        if name in _TYPE_OF:
            _Watched.looked_at.add(_TYPE_OF[name])
        return object.__getattribute__(self, name)


def _watched(chart):
    """A new one for each rule: what one rule had worked out from a chart, the next is told without looking."""
    return _Watched(**{f.name: getattr(chart, f.name) for f in fields(chart)})


@pytest.mark.parametrize("rule", [r for r in RULES if r.id not in _OF_WHATEVER_WAS_READ], ids=lambda r: r.id)
def test_a_rule_looks_at_nothing_it_does_not_name(rule):
    charts = [_watched(chart) for chart in CHARTS.values()]
    _Watched.looked_at.clear()
    for chart in charts:
        rule.evaluate(Case(chart))
    assert _Watched.looked_at - rule.reads - FACTS_READ == set()
