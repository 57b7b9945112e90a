"""The summary page of one launch, and what every response of the app carries."""

import logging
import secrets
from functools import cache
from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import HTTPException

from audit.acts import PAGE_VIEWED, ROLE_CHOSEN
from audit.request import about, audited, not_audited
from cds.compression import compressed
from cds.day import chosen_day, shown_day
from cds.page import for_reading, number_for_reading, same_for
from cds.policy_file import read_policy
from cds.reading import chart_in_steps, server_of
from cds.roles import viewer_of
from cds.sending import not_the_end, sent
from cds.unforeseen import place_of
from cds.visit import shell_page, so_far_page, summary_of, visit_page
from chart.fhir import ChartNotReadable, SignInEnded
from chart.records import Chart
from chart.when import day_in_words
from launch.browser import check_form
from launch.framing import frame_ancestors
from launch.routes import show_problem
from launch.session import remember_role, session_for
from rules.link import links_beside
from rules.policy import Policy
from rules.rule import Role

log = logging.getLogger(__name__)
blueprint = Blueprint("cds", __name__)

_OPEN_AGAIN = "Open the app again from the patient's chart."


def init_views(app: Flask, config: Any) -> None:
    """Register the pages. `config` is config.Config; its policy file is read once, at start."""
    app.extensions["policy"] = read_policy(config.policy) if config.policy else Policy()
    app.extensions["allow_insecure_loopback"] = config.allow_insecure_loopback
    app.register_blueprint(blueprint)
    app.jinja_env.finalize = for_reading
    app.jinja_env.globals["same_for"] = same_for
    app.jinja_env.globals["links_for"] = lambda rule_id: links_beside(app.extensions["policy"].links, rule_id)
    app.jinja_env.globals["shown_day"] = shown_day
    app.add_template_filter(day_in_words, "day")
    app.add_template_filter(number_for_reading, "number")
    app.after_request(_protect)
    app.after_request(compressed)
    app.register_error_handler(SignInEnded, _sign_in_ended)
    app.register_error_handler(ChartNotReadable, _chart_not_readable)
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(Exception, _unforeseen)


@blueprint.get("/visit/<handle>/")
@audited(PAGE_VIEWED)
def visit(handle: str) -> Response | str:
    session = session_for(handle)
    viewer = cache(lambda: viewer_of(session, server_of(session)))

    def shell(chart: Chart) -> str:
        return shell_page(chart, session)

    def page(chart: Chart) -> str:
        return visit_page(summary_of(chart, session, viewer().role), session, viewer())

    def so_far(chart: Chart) -> str:
        return so_far_page(summary_of(chart, session, viewer().role), viewer().role)

    return sent(chart_in_steps(session, chosen_day()), shell, page, so_far)


@blueprint.post("/visit/<handle>/role")
@audited(ROLE_CHOSEN)
def choose_role(handle: str) -> Response:
    """Once a launch, where the EHR does not tell; what it tells stands."""
    session = session_for(handle)
    check_form(handle)
    chosen = request.form.get("role", "")
    if not session.is_role_told and chosen in {role.value for role in Role}:
        about(details={"role": chosen})
        remember_role(session, chosen, is_told=False)
    return cast(Response, redirect(url_for("cds.visit", handle=handle, as_of=shown_day()), 303))


@blueprint.get("/healthz")
@not_audited("says that the app runs")
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


def _sign_in_ended(problem: SignInEnded) -> Response:
    if (cause := not_the_end(problem)) is not None:
        about(why=cause.problem.code)
        return show_problem(cause)
    about(why="sign_in_ended")
    return _problem(401, "This session has ended", "The EHR ended the session.")


def _chart_not_readable(problem: Exception) -> Response:
    """Its message is one of our own sentences; what the EHR wrote is not in it."""
    reference = secrets.token_hex(4)
    about(why="chart_not_readable")
    log.warning("chart not readable: %s reference=%s", problem, reference)
    return _problem(502, "The chart could not be read", str(problem), reference=reference)


def _http_problem(problem: HTTPException) -> Response:
    if isinstance(problem.response, Response):
        return problem.response  # has its own words: too many requests
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
