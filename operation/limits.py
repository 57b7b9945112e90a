"""How often one address may knock: generous for a hospital behind one proxy, tight enough against guessing."""

from typing import Any

from flask import Flask, Response, jsonify, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from launch.problems import LaunchProblem, Problem
from launch.routes import show_problem

TOO_MANY = Problem(
    "too_many",
    429,
    "Too many requests",
    "This address has asked for more pages in a minute than the app answers.",
    "Wait a minute, then open the app again from the patient's chart.",
)
_NOT_LIMITED = {"static", "cds.healthz", "operation.readyz", "metrics"}
_REFUSED = frozenset({400, 401, 403, 404, 405, 413, 415})
SECONDS = 60


def init_limits(app: Flask, a_minute: int) -> None:
    """`a_minute` requests an address and worker; 0 switches it off, for where a proxy does it.

    Counted in memory: a worker needs no other server for it, and a restart forgives.
    """
    if not a_minute:
        return
    limiter = Limiter(
        get_remote_address,
        app=app,
        storage_uri="memory://",
        strategy="moving-window",
        default_limits=[f"{a_minute} per minute"],
        on_breach=_refuse,
    )
    limiter.request_filter(lambda: request.endpoint in _NOT_LIMITED)
    if hooks := app.blueprints.get("hooks"):
        # One EHR calls from one address for everybody: only what was refused counts against it.
        limiter.limit(
            f"{a_minute} per minute",
            deduct_when=lambda answer: answer.status_code in _REFUSED,
            on_breach=_refuse,
        )(hooks)


def _refuse(_limit: Any) -> Response:
    if request.path.startswith("/cds-services"):
        response = jsonify(error="Too many requests; wait a minute.")
        response.status_code = 429
    else:
        response = show_problem(LaunchProblem(TOO_MANY))
    response.headers["Retry-After"] = str(SECONDS)
    return response
