"""The chart as it stood on its day: what was recorded later is taken out again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from chart.records import Chart, Condition, SetAside
from chart.when import day_in_words

# Bookings and tasks are about the future by their nature; consents are dated by when they start.
_DATED = {
    "medication_requests": "MedicationRequest",
    "medication_dispenses": "MedicationDispense",
    "medication_statements": "MedicationStatement",
    "conditions": "Condition",
    "observations": "Observation",
    "reports": "DiagnosticReport",
    "procedures": "Procedure",
    "encounters": "Encounter",
    "documents": "DocumentReference",
    "service_requests": "ServiceRequest",
    "care_plans": "CarePlan",
    "questionnaire_responses": "QuestionnaireResponse",
}
# One record with a mistyped year must not turn today's chart into a look back.
_LATER_RECORDS_THAT_SHOW_A_LOOK_BACK = 2
_NOT_YET_HAPPENED = {"planned", "arrived", "preparation", "proposed", "draft"}


def as_it_stood(chart: Chart) -> Chart:
    """Take out, and count in `set_aside`, what is dated after `chart.as_of`; tell whether this is a look back."""
    kept: dict[str, Any] = {}
    later: Counter[str] = Counter()
    happened = 0
    for field, kind in _DATED.items():
        records = getattr(chart, field)
        outside = [r for r in records if _is_later(r, chart)]
        if outside:
            later_ones = {id(r) for r in outside}
            kept[field] = tuple(r for r in records if id(r) not in later_ones)
            later[kind] += len(outside)
            happened += sum(getattr(r, "status", "") not in _NOT_YET_HAPPENED for r in outside)
    kept["conditions"] = tuple(_reopened(c, chart) for c in kept.get("conditions", chart.conditions))
    return replace(
        chart,
        **kept,
        set_aside=(*chart.set_aside, *_said(later, chart)),
        is_retrospective=happened >= _LATER_RECORDS_THAT_SHOW_A_LOOK_BACK,
    )


def _is_later(record: Any, chart: Chart) -> bool:
    """By the date that places the record; one without a date stays."""
    when = (record.recorded or record.onset) if isinstance(record, Condition) else record.when
    return when is not None and when.is_after(chart.as_of)


def _reopened(condition: Condition, chart: Chart) -> Condition:
    """A problem that ended after the day had not ended on it."""
    if condition.abated is not None and condition.abated.is_after(chart.as_of):
        return replace(condition, abated=None, clinical=None)
    return condition


def _said(later: Counter[str], chart: Chart) -> Iterable[SetAside]:
    for kind, count in later.items():
        many = f"{count} record{'s' if count > 1 else ''}"
        yield SetAside(kind, many, f"dated after {day_in_words(chart.as_of)}", hides_a_record=False)
