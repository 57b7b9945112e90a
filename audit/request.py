"""One audit record for every request to a route that says so, written before its answer leaves."""

import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, has_request_context, request, stream_with_context
from sqlalchemy import Connection

from audit.acts import Act
from audit.event import Event, Result
from audit.trail import AuditDown, Trail
from audit.unavailable import unavailable

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])
# What a request's own record shares with those of the further acts within it.
_SHARED = ("user", "role", "issuer", "client", "encounter", "patient")


def audited(act: Act) -> Callable[[View], View]:
    """Of a route: every request to it is this act, whatever comes of it."""

    def declare(view: View) -> View:
        view.audited = act  # type: ignore[attr-defined]
        return view

    return declare


def not_audited(why: str) -> Callable[[View], View]:
    """Of a route that shows and changes nothing about anybody; says why."""

    def declare(view: View) -> View:
        view.not_audited = why  # type: ignore[attr-defined]
        return view

    return declare


def watch(app: Flask, trail: Trail) -> None:
    """Lets no answer of this app leave before its record is kept.

    To be called before the parts that make answers: of those that see an answer, the first to come is the last to see.
    """
    app.extensions["audit"] = trail
    app.after_request(_write_down)
    app.teardown_request(_not_forgotten)
    app.register_error_handler(AuditDown, lambda _: unavailable(Response()))
    app.view_functions["static"] = not_audited("style sheets and pictures")(app.view_functions["static"])


def trail() -> Trail:
    found: Trail = current_app.extensions["audit"]
    return found


def correlation_id() -> str:
    """One for a request; the same in its audit records and wherever else it is told."""
    if "correlation_id" not in g:
        g.correlation_id = secrets.token_hex(8)
    found: str = g.correlation_id
    return found


def about(**known: Any) -> None:
    """What this request's own record says: fields of Event. `details` add up. Nothing outside a request."""
    if not has_request_context():
        return
    facts = g.setdefault("audit_facts", {})
    if "details" in known:
        known["details"] = {**facts.get("details", {}), **known["details"]}
    facts.update(known)


def acted(act: Act, **known: Any) -> None:
    """This request is another act than its route says, such as one of several kinds of export."""
    about(**known)
    g.audit_act = act


def also(act: Act, **known: Any) -> None:
    """A further act within this request, such as reading a chart; who and whose come from `about`."""
    g.setdefault("audit_also", []).append((act, known))


def at_once(act: Act, **known: Any) -> None:
    """A further act, written before it happens, such as writing to the EHR. Raises AuditDown: then do not act."""
    shared = {name: value for name, value in _facts().items() if name in _SHARED} | _request()
    trail().append([Event(act, **shared | known)])


def written_now(within: Connection | None = None, **known: Any) -> None:
    """Write this request's record before it acts or sends: for what cannot be taken back.

    `within` is a connection whose transaction keeps both or neither. Raises AuditDown: then do not act.
    """
    about(**known)
    assert _act() is not None, "the route says not_audited"
    if within is None:
        _keep(200)
    else:
        trail().append_within(within, _happened(200))
        _is_kept()


def _write_down(response: Response) -> Response:
    g.audit_seen = True
    try:
        _keep(response.status_code)
        if response.is_streamed and not response.direct_passthrough and _act():
            response.response = stream_with_context(_watched(response.response, response.status_code))
    except AuditDown as problem:
        log.error("answer held back, audit not written: %s", problem)
        return unavailable(response)
    except Exception as problem:  # no answer leaves because its record could not be made
        log.error("answer held back, audit not made: %s", type(problem).__name__)
        return unavailable(response)
    return response


def _watched(pieces: Iterable[Any], status: int) -> Iterator[Any]:
    """The rest of a page that is sent while it is made: once a chart was read, nothing leaves before that is kept."""
    try:
        for piece in pieces:
            if g.get("audit_also") and "audit_told_down" not in g:
                _keep(status)
            yield piece
    finally:
        if close := getattr(pieces, "close", None):
            close()
        _keep_if_possible(status)


def _not_forgotten(_: BaseException | None) -> None:
    """Where a fault kept the answer from passing by us: nothing was shown, but a chart may have been read."""
    if "audit_seen" not in g:
        _keep_if_possible(500)


def kept_now() -> None:
    """In a page that is sent while it is made: keep what is told so far.

    Raises AuditDown: then send a sentence in place of what was read, and nothing else.
    """
    try:
        _keep(200)
    except AuditDown:
        g.audit_told_down = True
        raise


def _keep_if_possible(status: int) -> None:
    """Where nothing is left to hold back."""
    try:
        _keep(status)
    except AuditDown as problem:
        log.error("audit not written: %s", problem)


def _keep(status: int) -> None:
    if happened := _happened(status):
        trail().append(happened)
        _is_kept()


def _is_kept() -> None:
    g.audit_written, g.audit_also = True, []


def _happened(status: int) -> list[Event]:
    shared = {name: value for name, value in _facts().items() if name in _SHARED} | _request()
    events = [Event(act, **shared | known) for act, known in g.get("audit_also", ())]
    act, result = _act(), _result(status)
    # Who asks too often was shown nothing, and must not fill the trail as well; a preflight asks for nothing.
    if act is None or status == 429 or request.method == "OPTIONS":
        return events
    if "audit_written" not in g or result is not Result.SUCCESS:
        events.append(_main(act, result, status))
    return events


def _main(act: Act, result: Result, status: int = 200) -> Event:
    why = "" if result is Result.SUCCESS else str(status)
    event = Event(act, result, why, is_refusal=status in (401, 403), **_request())
    return replace(event, **_facts())


def _facts() -> dict[str, Any]:
    found: dict[str, Any] = g.get("audit_facts", {})
    return found


def _request() -> dict[str, Any]:
    return {"address": request.remote_addr or "", "correlation": correlation_id()}


def _act() -> Act | None:
    view = current_app.view_functions.get(request.endpoint or "")
    found: Act | None = g.get("audit_act") or getattr(view, "audited", None)
    return found


def _result(status: int) -> Result:
    if status < 400:
        return Result.SUCCESS
    return Result.FAILED if status >= 500 else Result.PARTLY
