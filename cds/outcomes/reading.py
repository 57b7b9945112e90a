"""Recorded answers, put into the chart beside what the EHR holds."""

import logging
from dataclasses import replace

from flask import current_app

from cds.outcomes.store import OutcomeStore, StoreDown
from cds.screening.reading import with_kept
from chart.records import Chart, Gap, Unavailable
from launch.session import LaunchSession

log = logging.getLogger(__name__)

NOT_READ = "What was recorded in this app earlier could not be read; every prompt is shown"


def store() -> OutcomeStore:
    found: OutcomeStore = current_app.extensions["outcomes"]
    return found


def with_outcomes(chart: Chart, session: LaunchSession) -> Chart:
    """The chart of this launch's patient with what was recorded for that patient, up to the chart's day."""
    return with_recorded(chart, session.issuer, session.patient_id)


def with_recorded(chart: Chart, issuer: str, patient_id: str) -> Chart:
    """With the answers of forms kept here, too. Where the answers cannot be read every prompt speaks."""
    chart = with_kept(chart, issuer, patient_id)
    try:
        found = store().of(issuer, patient_id)
    except StoreDown as problem:
        log.error("outcomes not read: %s", problem)
        gap = Unavailable("Outcome", Gap.FAILED, NOT_READ)
        return replace(chart, unavailable=(*chart.unavailable, gap))
    return replace(chart, outcomes=tuple(o for o in found if o.on <= chart.as_of))
