"""The token and revocation endpoints: codes and refresh tokens become access tokens, once each."""

import base64
import hashlib
import re
import time
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from sandbox.backend import from_client_credentials
from sandbox.clients import EhrClient
from sandbox.doors import current_door
from sandbox.errors import OAuthError
from sandbox.faults import HEADER, BadFault
from sandbox.identity import id_token
from sandbox.scopes import granted
from sandbox.spoiling import faults_of_request, token_seconds
from sandbox.state import REFRESH_SECONDS, Access, Ehr, Grant, current_ehr

blueprint = Blueprint("tokens", __name__)

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@blueprint.post("/token")
def token() -> Response:
    ehr, form = current_ehr(), _form()
    client = ehr.clients.authenticated(form, request.headers.get("Authorization", ""), ehr.clock())
    match form.get("grant_type"):
        case "authorization_code":
            answer = _from_code(ehr, client, form)
        case "refresh_token":
            answer = _from_refresh(ehr, client, form)
        case "client_credentials":
            answer = from_client_credentials(ehr, client, form)
        case _:
            why = "use authorization_code, refresh_token or client_credentials"
            raise OAuthError("unsupported_grant_type", why)
    return _unstored(jsonify(answer))


@blueprint.post("/revoke")
def revoke() -> Response:
    """RFC 7009: an unknown token, or one of another app, is answered as if it had been revoked."""
    ehr, form = current_ehr(), _form()
    client = ehr.clients.authenticated(form, request.headers.get("Authorization", ""), ehr.clock())
    given = form.get("token")
    if not given:
        raise OAuthError("invalid_request", "token is missing")
    access = ehr.access.get(given)
    grant = access.grant if access else ehr.refresh.get(given)
    if grant and grant.client_id == client.client_id:
        grant.is_revoked = True
    return _unstored(Response(status=200))


@blueprint.errorhandler(OAuthError)
def refuse(problem: OAuthError) -> Response:
    g.why = str(problem)
    answer = jsonify(error=problem.code, error_description=problem.why)
    answer.status_code = problem.status
    if problem.status == 401 and request.headers.get("Authorization"):
        answer.headers["WWW-Authenticate"] = 'Basic realm="practice EHR"'
    return _unstored(answer)


def _form() -> dict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "the body must be application/x-www-form-urlencoded")
    if repeated := [name for name in request.form if len(request.form.getlist(name)) > 1]:
        raise OAuthError("invalid_request", f"{', '.join(sorted(repeated))} sent more than once")
    return request.form.to_dict()


def _from_code(ehr: Ehr, client: EhrClient, form: dict[str, str]) -> dict[str, Any]:
    code, is_first = ehr.codes.use(form.get("code", ""))
    if code:
        g.conversation = code.grant.number
        _wait(code.grant)
    if code and not is_first:
        # RFC 6749 4.1.2: a code seen twice may be stolen; what it led to ends.
        code.grant.is_revoked = True
    if code is None or not is_first or code.grant.door != current_door():
        raise OAuthError("invalid_grant", "this code is unknown, was used before, or is older than a minute")
    if code.grant.client_id != client.client_id:
        raise OAuthError("invalid_grant", "this code was given to another app")
    if form.get("redirect_uri") != code.redirect_uri:
        raise OAuthError("invalid_grant", "redirect_uri is not the one of the authorize request")
    if not _is_verified(form.get("code_verifier", ""), code.challenge):
        raise OAuthError("invalid_grant", "code_verifier does not match the code_challenge")
    answer = _tokens(ehr, code.grant, code.grant.scopes)
    if "openid" in code.grant.scopes and (signed := id_token(ehr, code)) is not None:
        answer["id_token"] = signed
    return answer


def _from_refresh(ehr: Ehr, client: EhrClient, form: dict[str, str]) -> dict[str, Any]:
    given = form.get("refresh_token", "")
    known = ehr.refresh.get(given)
    if known is None or known.client_id != client.client_id or known.door != current_door():
        raise OAuthError("invalid_grant", "this refresh token is unknown or has expired")
    g.conversation = known.number
    _check_refresh(known)
    scopes = _narrowed(known, form.get("scope"))
    grant, is_first = ehr.refresh.use(given)
    if grant is None or not is_first:
        known.is_revoked = True
        raise OAuthError("invalid_grant", "this refresh token was used before; all its tokens are revoked")
    if grant.is_revoked:
        raise OAuthError("invalid_grant", "the authorization behind this refresh token was revoked")
    return _tokens(ehr, grant, scopes)


def _wait(grant: Grant) -> None:
    """The header of a token request takes the place of what its launch asked for, from here on."""
    try:
        grant.faults = faults_of_request().over(grant.faults)
    except BadFault as problem:
        raise OAuthError("invalid_request", f"{HEADER}: {problem}") from None
    time.sleep(grant.faults.delay / 1000)


def _check_refresh(grant: Grant) -> None:
    _wait(grant)
    if grant.faults.refresh == "refused":
        grant.is_revoked = True
        raise OAuthError("invalid_grant", "the refresh is refused (a fault that was asked for)")
    if grant.faults.refresh == "failing":
        raise OAuthError("server_error", "the EHR failed (a fault that was asked for)", 500)


def _narrowed(grant: Grant, asked: str | None) -> tuple[str, ...]:
    if asked is None:
        return grant.scopes
    wanted = tuple(asked.split())
    try:
        is_within = wanted and granted(wanted, grant.scopes) == wanted
    except ValueError:
        is_within = False
    if not is_within:
        raise OAuthError("invalid_scope", "scope of a refresh must be among the scopes granted before")
    return wanted


def _tokens(ehr: Ehr, grant: Grant, scopes: tuple[str, ...]) -> dict[str, Any]:
    seconds = token_seconds(ehr, grant.faults)
    answer: dict[str, Any] = {
        "access_token": ehr.access.put(Access(grant, scopes), seconds),
        "token_type": "Bearer",
        "expires_in": seconds,
        "scope": " ".join(scopes),
        **_context(grant),
    }
    lives = [seconds for scope, seconds in REFRESH_SECONDS.items() if scope in grant.scopes]
    if lives:
        answer["refresh_token"] = ehr.refresh.put(grant, max(lives))
    return answer


def _context(grant: Grant) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if grant.patient and grant.faults.context != "no-patient":
        context |= {"patient": grant.patient, "need_patient_banner": True}
    if grant.encounter and grant.faults.context != "no-encounter":
        context["encounter"] = grant.encounter
    if grant.appointment:
        context["fhirContext"] = [{"reference": f"Appointment/{grant.appointment}"}]
    if grant.app_context is not None:
        context["appContext"] = grant.app_context
    return context


def _is_verified(verifier: str, challenge: str) -> bool:
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge


def _unstored(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Pragma"] = "no-cache"
    return answer
