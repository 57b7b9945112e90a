"""The page sent while it is made: who it is about at once, then what is read and awaited, then all of it."""

import logging
import secrets
import time
from collections.abc import Callable, Generator, Iterator

from flask import Response, render_template, stream_with_context
from sqlalchemy.exc import SQLAlchemyError

from audit.request import kept_now
from audit.trail import AuditDown
from cds.reading import Reading
from cds.unforeseen import place_of
from chart.fhir import ChartNotReadable, SignInEnded
from chart.records import Chart
from launch.problems import DATABASE_AWAY, LaunchProblem, NoSession

log = logging.getLogger(__name__)

WHOLE_WITHIN = 0.3  # seconds: an EHR this quick gets one page, and a fault its own status
SO_FAR_AFTER = 0.9  # seconds: then what is there is shown, with what is awaited named
MAIN = "<!-- main -->"  # where a page's head ends and what is filled in begins
_ENDED = "The EHR ended the session. Open the app again from the patient's chart."
_NOT_WRITTEN = (
    "The app could not write its audit record, and without one it shows nothing of the chart. "
    "Reload the page in a minute."
)
_FAULT = "The summary could not be shown. Open the app again from the patient's chart."
_AWAY = "The app's own database did not answer. Nothing was lost or changed. Reload the page in a minute."

Render = Callable[[Chart], str]


def sent(steps: Iterator[Reading], shell: Render, page: Render, so_far: Render) -> Response | str:
    """One whole page where the EHR is quick; else a stream that is one complete page without any script.

    Until the patient's own record is there nothing is sent, so that a chart that cannot be read has its own page.
    """
    begun = time.monotonic()
    first = _first(steps, begun)
    if first.is_complete:
        return page(first.chart())
    head = shell(first.chart()).partition(MAIN)[0]
    filled = _filled(first, steps, begun, page, so_far)
    response = Response(stream_with_context(_pieces(head, filled)), mimetype="text/html")
    response.headers["X-Accel-Buffering"] = "no"  # a proxy that collects the pieces would undo it
    return response


def _first(steps: Iterator[Reading], begun: float) -> Reading:
    for reading in steps:
        is_late = time.monotonic() - begun > WHOLE_WITHIN
        if reading.is_complete or (reading.has_patient and is_late):
            return reading
    raise ChartNotReadable("The patient's chart could not be read.")


def _pieces(head: str, filled: Iterator[str]) -> Iterator[str]:
    yield head
    try:
        yield from filled
    except Exception as problem:
        yield _stopped(problem)


def _filled(
    first: Reading, steps: Iterator[Reading], begun: float, page: Render, so_far: Render
) -> Iterator[str]:
    yield render_template("progress.html", waiting=first.waiting)
    last = yield from _progress(first, steps, begun, so_far)
    rest = page(last.chart()).partition(MAIN)[2]
    kept_now()  # raises where the audit record of what was read cannot be written: then nothing of it leaves
    yield rest


def _progress(
    first: Reading, steps: Iterator[Reading], begun: float, so_far: Render
) -> Generator[str, None, Reading]:
    """One line each time that something came; once, when it takes long, what is known so far."""
    told, is_shown, reading = first.waiting, False, first
    for reading in steps:
        if reading.is_complete:
            break
        if reading.waiting not in (told, ()):
            told = reading.waiting
            yield render_template("progress.html", waiting=told)
        if not is_shown and time.monotonic() - begun > SO_FAR_AFTER:
            is_shown = True
            yield so_far(reading.chart())
    return reading


def not_the_end(problem: SignInEnded) -> LaunchProblem | None:
    """What kept the token from being renewed, where the session lives on: an EHR or a database that was away."""
    if isinstance(problem.cause, SQLAlchemyError):
        return LaunchProblem(DATABASE_AWAY, type(problem.cause).__name__)
    if isinstance(problem.cause, LaunchProblem) and not isinstance(problem.cause, NoSession):
        return problem.cause
    return None


def _stopped(problem: Exception) -> str:
    """Within a page already begun: one calm sentence; the log names the kind and place, never what was read."""
    reference = secrets.token_hex(4)
    log.error("page stopped: %s reference=%s", place_of(problem), reference)
    happened = _FAULT
    if isinstance(problem, SignInEnded) and (cause := not_the_end(problem)) is not None:
        happened = f"{cause.problem.happened} {cause.problem.to_do}"
    elif isinstance(problem, SignInEnded | LaunchProblem):
        happened = _ENDED
    elif isinstance(problem, AuditDown):
        happened = _NOT_WRITTEN
    elif isinstance(problem, SQLAlchemyError):
        happened = _AWAY
    elif isinstance(problem, ChartNotReadable):
        happened = str(problem)  # our own sentence
    return render_template("stopped.html", happened=happened, reference=reference)
