"""Names for problems that an EHR tells by their code alone, where the project's own tables know the code."""

from dataclasses import replace
from functools import cache

from chart.records import Chart, Condition
from rules.codes import rows


def named(chart: Chart) -> Chart:
    """The chart with such names; the code stays beside them. What the EHR named keeps its name."""
    if not any(_is_nameless(condition) for condition in chart.conditions):
        return chart
    return replace(chart, conditions=tuple(_named(condition) for condition in chart.conditions))


def _is_nameless(condition: Condition) -> bool:
    concept = condition.concept
    return not concept.text and not any(code.display for code in concept.codes)


def _named(condition: Condition) -> Condition:
    if not _is_nameless(condition):
        return condition
    known = _names()
    found = next((c for c in condition.concept.codes if (c.system, c.code) in known), None)
    if found is None:
        return condition
    name = f"{known[found.system, found.code]} ({found.code})"
    return replace(condition, concept=replace(condition.concept, text=name))


@cache
def _names() -> dict[tuple[str, str], str]:
    """Of problems only: never of privacy labels, whose displays are not to be shown."""
    return {(r.system, r.code): r.display for r in rows() if "v3-" not in r.system and r.display}
