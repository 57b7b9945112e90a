"""Answers kept in this app, put into the chart beside what the EHR holds, and marked."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from flask import current_app

from cds.outcomes.store import StoreDown
from cds.screening.resources import chart_of_answers
from cds.screening.store import Json, Kept, ScreeningStore
from chart.records import Chart, Gap, Observation, QuestionnaireResponse, Unavailable

log = logging.getLogger(__name__)

MARK = "recorded in this app"
NOT_READ = "Answers kept in this app could not be read"
_TYPE = "QuestionnaireResponse"
Answered = TypeVar("Answered", Observation, QuestionnaireResponse)


def store() -> ScreeningStore:
    found: ScreeningStore = current_app.extensions["screening"]
    return found


def with_kept(chart: Chart, issuer: str, patient_id: str) -> Chart:
    """The chart with the answers kept for this patient up to the chart's day; a gap where they cannot be read."""
    try:
        kept = [k for k in store().of(issuer, patient_id) if k.on <= chart.as_of and not k.is_taken_back]
    except StoreDown as problem:
        log.error("screening answers not read: %s", problem)
        return _with_gap(chart)
    if any(k.resources is None for k in kept):
        chart = _with_gap(chart)
    return _with_answers(chart, kept, patient_id)


def _with_answers(chart: Chart, kept: Iterable[Kept], patient_id: str) -> Chart:
    resources = [r for k in kept for r in _only_here(k, chart)]
    if not resources:
        return chart
    found = chart_of_answers(resources, chart.as_of, patient_id)
    return replace(
        chart,
        observations=(*chart.observations, *map(_marked, found.observations)),
        questionnaire_responses=(
            *chart.questionnaire_responses,
            *map(_marked, found.questionnaire_responses),
        ),
        set_aside=(*chart.set_aside, *found.set_aside),
    )


def _only_here(kept: Kept, chart: Chart) -> Iterable[Json]:
    for place, resource in enumerate(kept.resources or ()):
        sent_as = kept.sent.get(str(place))
        if sent_as is None or not _is_the_ehrs(sent_as, kept, chart):
            yield {**resource, "id": f"previsit-{kept.serial}-{place}"}


def _is_the_ehrs(sent_as: str, kept: Kept, chart: Chart) -> bool:
    """Once the EHR has it the EHR's record counts, corrected or not. Its searches may lag on the day itself."""
    seen = {r.id for r in (*chart.observations, *chart.questionnaire_responses, *chart.set_aside)}
    kind = sent_as.partition("/")[0]
    return sent_as in seen or (kept.on < chart.as_of and not chart.gaps({kind}))


def _marked(record: Answered) -> Answered:
    return replace(record, doubts=(*record.doubts, MARK))


def _with_gap(chart: Chart) -> Chart:
    gap = Unavailable(_TYPE, Gap.FAILED, NOT_READ)
    return replace(chart, unavailable=(*chart.unavailable, gap))
