"""The authorization endpoint: who may open which patient, decided before a code is handed out.

Written on joserfc rather than on Authlib's server side: SMART is stricter than Authlib's defaults in most steps
(PKCE always, S256 only, RS384 and ES384 assertions, exact aud), so nearly every step would be an override. And the
app uses Authlib as a client: a server of other making does not share its mistakes.
"""

import re
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from sandbox import scopes
from sandbox.clients import EhrClient
from sandbox.doors import current_door
from sandbox.errors import OAuthError
from sandbox.people import people
from sandbox.spoiling import without
from sandbox.state import CODE_SECONDS, LAUNCH_SECONDS, Code, Ehr, Grant, Launch, current_ehr

blueprint = Blueprint("authorization", __name__)

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of a SHA-256


class Untrusted(Exception):
    """The request cannot be answered by a redirect: we do not know that the address belongs to the app."""


@blueprint.route("/authorize", methods=["GET", "POST"])
def authorize() -> ResponseReturnValue:
    ehr, given = current_ehr(), request.form if request.method == "POST" else request.args
    try:
        client = _trusted_client(ehr, given)
    except Untrusted as problem:
        g.why = str(problem)
        return render_template("error.html", why=str(problem)), 400
    params = given.to_dict()
    if known := ehr.launches.get(params.get("launch", "")):
        g.conversation = known.number
    try:
        _check(ehr, given)
        grant = _grant(ehr, client, params)
    except OAuthError as problem:
        return _back_with_error(params, problem)
    if grant.faults.sign_in:
        return _spoilt(params, grant)
    if grant.patient is None and "launch/patient" in grant.scopes:
        pending = ehr.pending.put(params, LAUNCH_SECONDS)
        return render_template("picker.html", pending=pending, app=client.client_id, people=people(ehr))
    return _back_with_code(ehr, params, grant)


@blueprint.post("/authorize/patient")
def choose_patient() -> ResponseReturnValue:
    """The answer of the picker page, once for each authorize request."""
    ehr = current_ehr()
    params, is_first = ehr.pending.use(request.form.get("pending", ""))
    if params is None or not is_first:
        g.why = "this choice was made before, or waited too long"
        return render_template("error.html", why="Please open the app again: " + g.why + "."), 400
    if request.form.get("answer") == "cancel":
        return _back_with_error(params, OAuthError("access_denied", "the user chose no patient"))
    patient = request.form.get("patient", "")
    if not ehr.store.get("Patient", patient):
        return _back_with_error(params, OAuthError("access_denied", "no such patient"))
    grant = _grant(ehr, ehr.clients.known(params["client_id"]), params)
    grant.patient = patient
    return _back_with_code(ehr, params, grant)


def _trusted_client(ehr: Ehr, given: MultiDict[str, str]) -> EhrClient:
    for name in ("client_id", "redirect_uri"):
        if len(given.getlist(name)) != 1:
            raise Untrusted(f"The app must send {name} exactly once.")
    client = ehr.clients.get(given["client_id"])
    if client is None:
        raise Untrusted("No app with this client_id is registered here.")
    if given["redirect_uri"] not in client.redirect_uris:
        raise Untrusted("The app's redirect_uri is not one it registered; they are compared byte for byte.")
    return client


def _check(ehr: Ehr, given: MultiDict[str, str]) -> None:
    if repeated := [name for name in given if len(given.getlist(name)) > 1]:
        raise OAuthError("invalid_request", f"{', '.join(sorted(repeated))} sent more than once")
    if not given.get("state"):
        raise OAuthError("invalid_request", "state is missing")
    if given.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "response_type must be code")
    if given.get("aud") != ehr.fhir_address:
        raise OAuthError("invalid_request", f"aud must be {ehr.fhir_address}, exactly")
    if given.get("code_challenge_method") != "S256":
        raise OAuthError("invalid_request", "code_challenge_method must be S256")
    if not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
        raise OAuthError(
            "invalid_request", "code_challenge must be the base64url of a SHA-256, 43 characters"
        )


def _grant(ehr: Ehr, client: EhrClient, params: dict[str, str]) -> Grant:
    requested = [text for text in params.get("scope", "").split(" ") if text]
    try:
        allowed = scopes.granted(filter(current_door().may_ask, requested), client.scopes)
    except ValueError as problem:
        raise OAuthError("invalid_scope", str(problem)) from problem
    grant = _begun(ehr, client, params.get("launch"), requested)
    grant.scopes = without(_within_reach(allowed, grant.patient), grant.faults.without_scopes)
    if not grant.scopes:
        raise OAuthError("invalid_scope", "none of the scopes asked for may be given to this app")
    return grant


def _begun(ehr: Ehr, client: EhrClient, launch: str | None, requested: list[str]) -> Grant:
    """With the context of an EHR launch; without one yet for an app that starts on its own."""
    if launch is None and "launch" in requested:
        raise OAuthError("invalid_request", "scope launch needs the launch parameter the EHR handed out")
    if launch is None:
        g.conversation = next(ehr.numbers)
        return Grant(client.client_id, (), door=current_door(), number=g.conversation)
    if "launch" not in requested:
        raise OAuthError("invalid_scope", "a launch parameter needs the scope launch")
    known, is_first = ehr.launches.use(launch)
    if known is None or not is_first or known.door != current_door():
        raise OAuthError("invalid_request", "this launch is unknown, was used before, or is too old")
    return _granted(client, known)


def _granted(client: EhrClient, launch: Launch) -> Grant:
    return Grant(
        client.client_id, (), launch.patient, launch.encounter, launch.app_context, launch.appointment,
        launch.door, launch.faults, launch.number,
    )  # fmt: skip


def _within_reach(allowed: tuple[str, ...], patient: str | None) -> tuple[str, ...]:
    """Scopes on a patient mean nothing, and are not granted, when no patient is or will be in context."""
    if patient is not None or "launch/patient" in allowed:
        return allowed
    return tuple(text for text in allowed if not text.startswith("patient/"))


def _spoilt(params: dict[str, str], grant: Grant) -> Response:
    fault = grant.faults.sign_in
    if fault != "wrong-issuer":
        return _back_with_error(params, OAuthError(fault, "a fault that was asked for"))
    g.why = "The answer names another issuer. (A fault that was asked for.)"
    return _redirected(params, code="of-another-ehr", iss="https://another-ehr.example/fhir")


def _redirected(params: dict[str, str], **answer: str) -> Response:
    return redirect(_with_query(params["redirect_uri"], answer | {"state": params["state"]}))


def _back_with_code(ehr: Ehr, params: dict[str, str], grant: Grant) -> Response:
    code = Code(grant, params["redirect_uri"], params["code_challenge"], params.get("nonce"))
    return _redirected(params, code=ehr.codes.put(code, CODE_SECONDS), iss=ehr.issuer)


def _back_with_error(params: dict[str, str], problem: OAuthError) -> Response:
    g.why = str(problem)
    answer = {"error": problem.code, "error_description": problem.why, "iss": current_ehr().issuer}
    if params.get("state"):
        answer["state"] = params["state"]
    return redirect(_with_query(params["redirect_uri"], answer))


def _with_query(uri: str, answer: dict[str, str]) -> str:
    """A registered redirect URI may have a query of its own, which stays."""
    parts = urlsplit(uri)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode(answer))))))
