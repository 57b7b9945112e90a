"""The summary page of one launch, and what every response of the app carries."""

import logging
import secrets
from typing import Any

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from cds.compression import compressed
from cds.day import chosen_day
from cds.outcomes.reading import with_outcomes
from cds.page import for_reading, number_for_reading, page_of
from cds.policy_file import read_policy
from cds.reading import chart_of
from cds.summary import case_of, summarize
from cds.unforeseen import place_of
from chart.fhir import ChartNotReadable, SignInEnded
from chart.when import day_in_words
from launch.browser import form_token
from launch.framing import frame_ancestors
from launch.session import session_for
from rules.link import links_beside
from rules.policy import Policy

log = logging.getLogger(__name__)
blueprint = Blueprint("cds", __name__)

_OPEN_AGAIN = "Open the app again from the patient's chart."


def init_views(app: Flask, config: Any) -> None:
    """Register the pages. `config` is config.Config; its policy file is read once, at start."""
    app.extensions["policy"] = read_policy(config.policy) if config.policy else Policy()
    app.extensions["allow_insecure_loopback"] = config.allow_insecure_loopback
    app.register_blueprint(blueprint)
    app.jinja_env.finalize = for_reading
    app.jinja_env.globals["links_for"] = lambda rule_id: links_beside(app.extensions["policy"].links, rule_id)
    app.add_template_filter(day_in_words, "day")
    app.add_template_filter(number_for_reading, "number")
    app.after_request(_protect)
    app.after_request(compressed)
    app.register_error_handler(SignInEnded, _sign_in_ended)
    app.register_error_handler(ChartNotReadable, _chart_not_readable)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _unforeseen)


@blueprint.get("/visit/<handle>/")
def visit(handle: str) -> str:
    session = session_for(handle)
    chart = chart_of(
        session, chosen_day(), allow_insecure_loopback=current_app.extensions["allow_insecure_loopback"]
    )
    summary = summarize(case_of(with_outcomes(chart, session), current_app.extensions["policy"]))
    return render_template(
        "summary.html",
        **page_of(summary, "the EHR"),
        handle=handle,
        form_token=form_token(handle),
        user=session.user,
    )


@blueprint.get("/healthz")
def healthz() -> dict[str, str]:
    return {"status": "ok"}


def _protect(response: Response) -> Response:
    response.headers.setdefault(
        "Content-Security-Policy",
        f"default-src 'none'; {_scripts()}style-src 'self'; img-src 'self' data:; form-action 'self'; "
        f"base-uri 'none'; frame-ancestors {frame_ancestors()}",
    )
    if request.endpoint != "static" or response.status_code >= 400:
        response.headers.setdefault("Cache-Control", "no-store")
    # With no-referrer a browser sends "Origin: null" from our own forms, and the origin check would refuse them.
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def _scripts() -> str:
    """Our own files, on the pages that have one and say so."""
    return "script-src 'self'; " if g.get("has_script") else ""


def _sign_in_ended(_: Exception) -> Response:
    return _problem(401, "This session has ended", "The EHR ended the session.")


def _chart_not_readable(problem: Exception) -> Response:
    """Its message is one of our own sentences; what the EHR wrote is not in it."""
    reference = secrets.token_hex(4)
    log.warning("chart not readable: %s reference=%s", problem, reference)
    return _problem(502, "The chart could not be read", str(problem), reference=reference)


def _http_problem(problem: HTTPException) -> Response:
    status = problem.code or 500
    happened = {404: "There is no such page.", 405: "This page cannot be used that way."}
    page = _problem(
        status, "This page could not be shown", happened.get(status, "The request could not be used.")
    )
    page.headers.extend(header for header in problem.get_headers() if header[0] in ("Allow", "Retry-After"))
    return page


def _unforeseen(problem: Exception) -> Response:
    """One calm sentence; the log names the kind and place of the fault, never what was in the chart."""
    reference = secrets.token_hex(4)
    log.error("unforeseen %s reference=%s", place_of(problem), reference)
    return _problem(500, "Something went wrong", "The summary could not be shown.", reference=reference)


def _problem(
    status: int, title: str, happened: str, to_do: str = _OPEN_AGAIN, reference: str | None = None
) -> Response:
    page = render_template("problem.html", title=title, happened=happened, to_do=to_do, reference=reference)
    return make_response(page, status)
