"""Records that show something was done, in the shapes real EHRs keep them."""

import re
from collections.abc import Iterable

from chart.records import Chart, DocumentReference, Observation, Procedure, Value
from rules.codes import ValueSet, find
from rules.once import once
from rules.planned_visits.due import Evidence

# What was done and signed. A preliminary note, or a procedure under way, may still come to nothing.
_ANSWERED = ("completed", "amended")
_NO = re.compile(r"\b(no|not|none|never|declined|false)\b", re.IGNORECASE)


def procedures(chart: Chart, members: ValueSet) -> list[Evidence]:
    """Completed ones; FHIR's "not-done" is a record that it was not."""
    return [_procedure(p) for p in find(chart.procedures, members) if p.status == "completed"]


def _procedure(procedure: Procedure) -> Evidence:
    return Evidence(procedure, procedure.when or procedure.until, procedure.display)


def observations(chart: Chart, members: ValueSet) -> list[Evidence]:
    """Final ones whose value does not say that it was not done."""
    found = [o for o in find(chart.observations, members) if o.is_final and not is_negated(o.value)]
    return [_observation(o) for o in found]


def _observation(observation: Observation) -> Evidence:
    note = "preliminary" if observation.status == "preliminary" else ""
    return Evidence(observation, observation.when, observation.display, note)


def is_negated(value: Value) -> bool:
    if value.absent in ("not-performed", "not-asked", "asked-declined"):
        return True
    told = value.text or (value.concept.display if value.concept else "")
    return value.boolean is False or bool(_NO.match(told.strip()))


def questionnaires(chart: Chart, members: ValueSet) -> list[Evidence]:
    found = [q for q in find(chart.questionnaire_responses, members) if q.status in _ANSWERED]
    return [Evidence(q, q.when, q.display) for q in found]


def orders(chart: Chart, *members: ValueSet) -> list[Evidence]:
    """Ordered and still open: not evidence that it was done."""
    found = [o for o in find(chart.service_requests, *members) if o.status in ("active", "on-hold")]
    return [Evidence(o, o.when, o.display, "ordered") for o in found]


def named(chart: Chart, pattern: str, known: Iterable[Evidence]) -> list[Evidence]:
    """Procedures, results and documents known by their words alone, which a person has to look at."""
    seen = {e.record.id for e in known}
    words = re.compile(pattern, re.IGNORECASE)
    return [Evidence(r, r.when, name) for r, name in _done(chart) if words.search(name) and r.id not in seen]


@once
def _done(chart: Chart) -> tuple[tuple[Procedure | Observation | DocumentReference, str], ...]:
    records: tuple[Procedure | Observation | DocumentReference, ...] = (
        *(p for p in chart.procedures if p.status == "completed"),
        *(o for o in chart.observations if o.is_final and not is_negated(o.value)),
        *(d for d in chart.documents if d.status == "current"),
    )
    return tuple((r, r.display) for r in records)
