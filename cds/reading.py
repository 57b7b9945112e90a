"""The chart of a launch session's patient, read with the clinician's own permission and no other."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from flask import copy_current_request_context, current_app

from cds.read_record import recorded_read, recorded_steps
from cds.types_read import TYPES_READ, as_nothing_known
from chart.fhir import FhirServer, Step
from chart.preferences import learn
from chart.reader import read_chart
from chart.records import Chart, Gap, Unavailable
from chart.searches import gap_sentence
from launch.scopes import Sharing
from launch.session import LaunchSession, renewed_session


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the chart has been read. `chart` may be asked for as soon as the patient is there."""

    waiting: tuple[str, ...]  # what is awaited, as a clinician calls it
    is_complete: bool
    has_patient: bool
    chart: Callable[[], Chart]


def chart_of(session: LaunchSession, as_of: date) -> Chart:
    """Raises SignInEnded and ChartNotReadable (chart.fhir); everything less is said in the chart itself."""
    return deque(chart_in_steps(session, as_of), maxlen=1).pop().chart()


def chart_in_steps(session: LaunchSession, as_of: date) -> Iterator[Reading]:
    """As chart_of, telling as answers come in; what is still awaited is a gap in the chart so far."""
    server = server_of(session)
    learn(server)
    steps = recorded_steps(
        server,
        session.patient_id,
        TYPES_READ,
        as_of=as_of,
        is_granted=lambda kind: session.sharing(kind) is not Sharing.NONE,
        refresh=_refresh(session),
    )
    for step in steps:
        chart = partial(_chart, step, session, as_of)
        yield Reading(step.waiting, step.is_last, step.patient is not None, chart)


def _chart(step: Step, session: LaunchSession, as_of: date) -> Chart:
    raw = step.record()
    chart = read_chart(
        raw.resources,
        as_of,
        patient_id=session.patient_id,
        unavailable=raw.unavailable,
        set_aside=raw.set_aside,
        sources=raw.sources,
        asked_for=TYPES_READ,
    )
    chart = replace(chart, unavailable=(*chart.unavailable, *_shared_in_part(session)))
    return as_nothing_known(chart) if step.is_last else chart


def patient_of(session: LaunchSession, as_of: date) -> Chart:
    """The patient's own details and nothing else, for a page that must say whose it is. Raises as `chart_of`."""
    server = server_of(session)
    raw = recorded_read(server, session.patient_id, (), as_of=as_of, refresh=_refresh(session))
    return read_chart(raw.resources, as_of, patient_id=session.patient_id)


def server_of(session: LaunchSession) -> FhirServer:
    """Where this launch may read and write, with its token."""
    return FhirServer(
        session.fhir_base,
        session.access_token,
        ca_file=session.reach.ca_file,
        private_networks=session.reach.networks,
        allow_insecure_loopback=current_app.extensions["allow_insecure_loopback"],
    )


def _refresh(session: LaunchSession) -> Callable[[], str]:
    """A new token for the threads that read: they work outside the request that says whose browser this is."""
    return copy_current_request_context(lambda: renewed_session(session).access_token)


def _shared_in_part(session: LaunchSession) -> tuple[Unavailable, ...]:
    """A grant narrowed to some categories returns less without saying so."""
    return tuple(
        Unavailable(kind, Gap.CUT_OFF, gap_sentence(kind, Gap.CUT_OFF, "only part of them was shared"))
        for kind in TYPES_READ
        if session.sharing(kind) is Sharing.PART
    )
