"""The doors of the hook services: discovery, calls and feedback, in JSON whatever happens."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException

from audit.acts import FEEDBACK_GIVEN, HOOK_CALLED
from audit.request import about, audited, not_audited
from cds.hooks.answer import answer
from cds.hooks.cards import INCOMPLETE, RULES_KEY
from cds.hooks.feedback import keep, read_feedback
from cds.hooks.memory import MemoryDown
from cds.hooks.parts import Hooks
from cds.hooks.requests import BadRequest, HookRequest, Json, read_request
from cds.hooks.services import Service
from cds.hooks.trust import Caller, NotTrusted
from chart.reader import ChartNotReadable

log = logging.getLogger(__name__)
hooks_blueprint = Blueprint("hooks", __name__)

LARGEST = 5_000_000  # bytes of a request
_DOORS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_SAID = {404: "There is no such service.", 405: "This address is not used that way."}


class Refused(Exception):
    """Answered with this status and sentence; neither holds anything of the request."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@hooks_blueprint.route("/cds-services", methods=_DOORS, provide_automatic_options=False)
@not_audited("says which services there are")
def discovery() -> Response:
    _check_method("GET", "HEAD")
    return _json({"services": [service.description_json for service in _hooks().services.values()]})


@hooks_blueprint.route("/cds-services/<service_id>", methods=_DOORS, provide_automatic_options=False)
@audited(HOOK_CALLED)
def call(service_id: str) -> Response:
    service, caller = _entered(service_id, f"/cds-services/{service_id}")
    hooks = _hooks()
    asked = read_request(_body(), service)
    about(**_who_and_whose(asked, caller))
    server = hooks.readable_server(asked, caller)
    now, patient = hooks.clock(), hooks.memory.patient_key(caller.issuer, asked.patient_id)
    quiet = hooks.memory.quiet(patient, now)
    recorded = hooks.with_recorded(asked, caller)
    said = answer(
        asked, service, hooks.today(), hooks.settings, server=server, quiet=quiet, with_recorded=recorded
    )
    hooks.memory.remember(caller.issuer, service.id, patient, _shown(said["cards"]), now)
    about(details={"cards": str(len(said["cards"]))})
    return _json(said)


def _shown(cards: list[Json]) -> Iterator[tuple[str, list[str]]]:
    """Card -> what is counted, and quieted, by its feedback. A card about gaps alone is set aside for itself: the
    rules that it leaves open have not been heard."""
    for card in cards:
        is_gap = card["source"]["topic"]["code"] == INCOMPLETE
        yield card["uuid"], [INCOMPLETE] if is_gap else card["extension"][RULES_KEY]


@hooks_blueprint.route("/cds-services/<service_id>/feedback", methods=_DOORS, provide_automatic_options=False)
@audited(FEEDBACK_GIVEN)
def feedback(service_id: str) -> Response:
    """What is usable is kept even where other items are not: sending it all again changes nothing."""
    _, caller = _entered(service_id, f"/cds-services/{service_id}/feedback")
    items, bad = read_feedback(_body())
    about(
        details={"items": str(len(items)), "overridden": str(sum(i.outcome == "overridden" for i in items))}
    )
    keep(_hooks().memory, caller.issuer, items, _hooks().clock())
    if bad:
        places = ", ".join(str(place) for place in bad[:20])
        raise Refused(400, f"These items of feedback could not be used: {places}.")
    return _json({})


@hooks_blueprint.route("/cds-services/", methods=_DOORS, provide_automatic_options=False)
@hooks_blueprint.route("/cds-services/<path:rest>", methods=_DOORS, provide_automatic_options=False)
@not_audited("there is nothing")
def elsewhere(**_: str) -> Response:
    raise Refused(404, _SAID[404])


@hooks_blueprint.route("/cds-services", methods=["OPTIONS"], endpoint="preflight_discovery")
@hooks_blueprint.route("/cds-services/<path:rest>", methods=["OPTIONS"], endpoint="preflight")
@not_audited("answers browsers' questions before a call")
def preflight(**_: str) -> Response:
    """A browser asks before it sends, and can show no token then."""
    return Response(status=204)


@hooks_blueprint.after_request
def _allow_origins(response: Response) -> Response:
    origin, hooks = request.headers.get("Origin", ""), _hooks()
    response.headers.add("Vary", "Origin")
    if origin and (hooks.trust.open_client or origin in hooks.origins):
        response.headers["Access-Control-Allow-Origin"] = origin
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Access-Control-Max-Age"] = "600"
    return response


def _hooks() -> Hooks:
    found: Hooks = current_app.extensions["hooks"]
    return found


def _entered(service_id: str, path: str) -> tuple[Service, Caller]:
    service = _hooks().services.get(service_id)
    if service is None:
        raise Refused(404, _SAID[404])
    _check_method("POST")
    if request.mimetype != "application/json":
        raise Refused(415, "The request must be application/json.")
    # From the settings alone: a Host or X-Forwarded-Host header has no say in what `aud` must be.
    url = f"{_hooks().public_url}{path}"
    about(details={"service": service.id})
    caller = _hooks().trust.caller(request.headers.get("Authorization", ""), url)
    about(client=caller.client.iss, issuer=caller.client.iss, details={"tenant": caller.tenant})
    return service, caller


def _who_and_whose(asked: HookRequest, caller: Caller) -> dict[str, str]:
    """For the audit record; the FHIR server that was named only if it is one registered for this client."""
    servers, named = caller.client.fhir_servers, asked.fhir_server
    known = named if named and caller.client.may_read(named) else servers[0] if len(servers) == 1 else ""
    return {
        "issuer": (known or caller.client.iss).rstrip("/"),
        "patient": asked.patient_id,
        "encounter": asked.encounter_id,
        "user": asked.user,
        "role": asked.user.partition("/")[0],
    }


def _check_method(*allowed: str) -> None:
    if request.method not in allowed:
        raise Refused(405, _SAID[405])


def _body() -> Any:
    request.max_content_length = LARGEST
    try:
        return orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError:
        raise BadRequest("The body is not JSON.") from None


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")


def _error(status: int, sentence: str, **headers: str) -> Response:
    response = _json({"error": sentence}, status)
    response.headers.update(headers)
    return response


@hooks_blueprint.errorhandler(Refused)
def _refused(problem: Refused) -> Response:
    headers = {"Allow": "GET, HEAD, POST, OPTIONS"} if problem.status == 405 else {}
    return _error(problem.status, problem.sentence, **headers)


@hooks_blueprint.errorhandler(NotTrusted)
def _not_trusted(problem: NotTrusted) -> Response:
    about(client=problem.client, why=f"not trusted: {problem}")
    log.warning("hook request not trusted: %s", problem)
    return _error(401, "Not authorized.", **{"WWW-Authenticate": "Bearer"})


@hooks_blueprint.errorhandler(BadRequest)
def _bad_request(problem: BadRequest) -> Response:
    return _error(400, str(problem))


@hooks_blueprint.errorhandler(RecursionError)
def _too_deep(_: RecursionError) -> Response:
    return _error(400, "The body is nested too deeply.")


@hooks_blueprint.errorhandler(ChartNotReadable)
def _precondition_failed(problem: ChartNotReadable) -> Response:
    return _error(412, str(problem))


@hooks_blueprint.errorhandler(MemoryDown)
def _memory_down(problem: MemoryDown) -> Response:
    log.error("hook request refused, the database is down: %s", problem)
    return _error(503, "The service cannot answer now.", **{"Retry-After": "30"})


@hooks_blueprint.errorhandler(HTTPException)
def _http_problem(problem: HTTPException) -> Response:
    if isinstance(problem.response, Response):
        return problem.response  # has its own words: too many requests
    status = problem.code or 500
    return _error(status, "The request is too large." if status == 413 else "The request cannot be used.")


@hooks_blueprint.errorhandler(Exception)
def _unforeseen(problem: Exception) -> Response:
    """The log names the kind and place of the fault, never what was in the request."""
    place = problem.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place is not None else "unknown place"
    reference = secrets.token_hex(4)
    log.error("hook request: unforeseen %s at %s reference=%s", type(problem).__name__, where, reference)
    return _error(500, f"Something went wrong (reference {reference}).")
