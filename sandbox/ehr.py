"""The practice EHR as one WSGI app: authorization server, FHIR endpoint, start page. Not for real data."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request
from joserfc.jwk import RSAKey
from werkzeug.exceptions import HTTPException

from sandbox import authorization, discovery, fhir_api, pages, tokens
from sandbox.clients import EhrClient
from sandbox.console import init_console
from sandbox.doors import Doors
from sandbox.errors import FhirError
from sandbox.state import TOKEN_SECONDS, USER, Ehr, current_ehr, new_key
from sandbox.store import Store

LARGEST_BODY = 2 * 1024 * 1024


def create_ehr(
    store: Store,
    base_url: str,
    clients: Iterable[EhrClient],
    *,
    launch_url: str | None = None,
    stories: Mapping[str, str] | None = None,
    shows: Mapping[str, Sequence[str]] | None = None,
    clock: Callable[[], float] = time.time,
    token_seconds: int = TOKEN_SECONDS,
    key: RSAKey | None = None,
    cds_url: str | None = None,
) -> Flask:
    """`base_url` is where this app is mounted, as browsers reach it; FHIR is at `{base_url}/fhir`.

    `launch_url` is the app's own; `stories` gives a line to a patient's id, `shows` the rules it was made for;
    `key` signs id_tokens, a new one at each start unless given; `cds_url`, below which `/cds-services` is, opens
    the console at `/console`. The running state, with its request log, is `app.extensions["ehr"]`.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    key = key or new_key()
    ehr = Ehr(
        store,
        base_url,
        tuple(clients),
        launch_url,
        dict(stories or {}),
        key,
        clock,
        token_seconds,
        dict(shows or {}),
    )
    app.extensions["ehr"] = ehr
    store.add(USER)
    store.stamp(datetime.fromtimestamp(clock(), UTC).isoformat(timespec="seconds"))
    for part in (pages, discovery, authorization, tokens, fhir_api):
        app.register_blueprint(part.blueprint)
    if cds_url:
        init_console(app, cds_url, clock)
    app.register_error_handler(Exception, _refuse)
    app.before_request(_begin)
    app.after_request(_finish)
    app.wsgi_app = Doors(app.wsgi_app)  # type: ignore[method-assign]
    app.context_processor(lambda: {"ehr": ehr, "has_console": bool(cds_url)})
    return app


def _finish(response: Response) -> Response:
    ehr = current_ehr()
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = _content_policy(ehr)
        response.headers.setdefault("Cache-Control", "no-store")
    if not request.path.startswith(("/static/", "/log", "/console")):
        took = round((time.monotonic() - g.get("began", time.monotonic())) * 1000)
        ehr.log.note(request, response, ehr.clock(), took, g.get("why", ""), g.get("conversation", 0))
    return response


def _begin() -> None:
    g.began = time.monotonic()


def _content_policy(ehr: Ehr) -> str:
    """form-action also governs where a form's answer redirects to: the apps must be in it."""
    targets = [
        ehr.base_url,
        ehr.launch_url or "",
        *(uri for one in ehr.register for uri in one.redirect_uris),
    ]
    origins = " ".join(sorted({_origin(target) for target in targets if target}))
    own = f"'self' {_origin(ehr.base_url)}"
    return (
        f"default-src 'none'; style-src {own}; img-src {own}; base-uri 'none'; form-action 'self' {origins}"
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _refuse(problem: Exception) -> Any:
    """Whatever was not answered before: an OperationOutcome on the FHIR endpoint, a page elsewhere."""
    status = problem.code or 500 if isinstance(problem, HTTPException) else 500
    what = problem.name if isinstance(problem, HTTPException) else "The practice EHR failed."
    if status == 500:
        current_app.logger.error("The practice EHR failed at %s", request.path, exc_info=problem)
    if request.path.startswith("/fhir"):
        return fhir_api.refuse(FhirError(status, "not-found" if status == 404 else "exception", what))
    g.why = what
    return render_template("error.html", why=what), status
