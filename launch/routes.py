"""The doors of a launch: from the EHR, standalone, back from sign-in, out again, and our public keys."""

from __future__ import annotations

import logging
import secrets

from flask import Blueprint, current_app, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from audit.acts import LAUNCH_BEGUN, SIGNED_IN, SIGNED_OUT
from audit.request import about, audited, not_audited
from launch.authorize import (
    PENDING_SECONDS,
    Pending,
    authorize_url,
    new_pending,
    new_state,
    requested_scopes,
)
from launch.browser import (
    browser_for_launch,
    check_form,
    clear_cookie,
    cookie_name,
    current_browser,
    set_cookie,
)
from launch.context import read_context
from launch.framing import show_within
from launch.issuers import IssuerRegistration, check_known
from launch.keys import published
from launch.leaving import leave_frame, must_leave_frame, to_sign_in
from launch.parts import parts
from launch.problems import (
    ACCESS_DENIED,
    AUTHORIZATION_FAILED,
    BAD_CALLBACK,
    BAD_LAUNCH,
    COOKIE_MISSING,
    EHR_SILENT,
    MIXED_UP,
    NOT_FOR_PATIENTS,
    STATE_UNKNOWN,
    LaunchProblem,
    Problem,
)
from launch.session import end_sessions, open_session, revoke_unused
from launch.store import Browser

log = logging.getLogger(__name__)
launch_blueprint = Blueprint("launch", __name__)

LONGEST_PARAMETER = 4096
# RFC 6749 4.1.2.1 and OpenID Connect: what of an error callback may reach the log.
KNOWN_ERRORS = {
    "invalid_request",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "consent_required",
}


@launch_blueprint.get("/launch")
@audited(LAUNCH_BEGUN)
def launch_from_ehr() -> Response:
    iss, launch = _one("iss", BAD_LAUNCH), _one("launch", BAD_LAUNCH)
    return _begin(iss, launch)


@launch_blueprint.get("/standalone")
@audited(LAUNCH_BEGUN)
def launch_standalone() -> Response:
    return _begin(_one("iss", BAD_LAUNCH), None)


@launch_blueprint.get("/callback")
@audited(SIGNED_IN)
def callback() -> Response:
    pending, browser = _take_pending(_one("state", BAD_CALLBACK))
    registration = parts().registration(pending.iss)
    about(issuer=registration.fhir_base, client=registration.client_id)
    show_within(registration)
    _check_answerer(registration)
    _check_no_error()
    handle, renewed = _complete(registration, pending, _one("code", BAD_CALLBACK), browser)
    response = redirect(current_app.config["LANDING"].format(handle=handle), 303)
    set_cookie(response, renewed)
    return response


@launch_blueprint.post("/logout")
@audited(SIGNED_OUT)
def logout() -> Response:
    check_form(request.form.get("handle", ""))
    browser = current_browser()
    if browser:
        end_sessions(browser)
    response = make_response(
        _page(
            "You are signed out", "All charts this browser had open are closed.", "You may close this window."
        )
    )
    clear_cookie(response)
    return response


@launch_blueprint.get("/.well-known/jwks.json")
@not_audited("public keys")
def jwks() -> Response:
    response = jsonify(published(key for issuer in parts().config.issuers for key in issuer.keys))
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@launch_blueprint.after_request
def keep_private(response: Response) -> Response:
    return protect(response)


def protect(response: Response) -> Response:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    return response


def show_problem(stopped: LaunchProblem) -> Response:
    """The one page for a launch that stops; the log gets the reference and the cause, never a value."""
    problem, reference = stopped.problem, secrets.token_hex(4)
    about(why=stopped.in_words)
    log.warning("launch stopped: %s reference=%s %s", problem.code, reference, stopped.detail)
    page = _page(problem.title, problem.happened, problem.to_do, reference)
    return protect(make_response(page, problem.status))


def _begin(iss: str, launch: str | None) -> Response:
    here = parts()
    registration = check_known(iss, here.config.issuers)
    about(issuer=registration.fhir_base, client=registration.client_id)
    show_within(registration)
    if must_leave_frame(registration):
        return leave_frame()
    discovery = here.discoveries.of(registration)
    scopes = requested_scopes(registration, discovery, current_app.config["FHIR_TYPES"], launch is not None)
    pending, state, now = new_pending(registration, scopes), new_state(), here.clock()
    browser = browser_for_launch()
    here.store.purge(now, here.config.session_idle_minutes * 60, here.config.session_hours * 3600)
    here.store.add_pending(state, browser.family, now + PENDING_SECONDS, pending.details())
    url = authorize_url(registration, discovery, pending, state, here.redirect_uri, launch)
    response = to_sign_in(registration, discovery, url)
    set_cookie(response, browser)
    return response


def _take_pending(state: str) -> tuple[Pending, Browser]:
    """The launch that this callback answers, once, and only in the browser that began it."""
    here = parts()
    family, browser = here.store.pending_family(state, here.clock()), current_browser()
    if family is None:
        raise LaunchProblem(STATE_UNKNOWN)
    if browser is None or browser.family != family:
        found = "another browser's" if cookie_name() in request.cookies else "no"
        raise LaunchProblem(COOKIE_MISSING, f"{found} cookie")
    details = here.store.take_pending(state, here.clock())
    if details is None:
        raise LaunchProblem(STATE_UNKNOWN)
    return Pending(**details | {"scopes": tuple(details["scopes"])}), browser


def _check_answerer(registration: IssuerRegistration) -> None:
    """RFC 9207: `iss` here is the authorization server, not the FHIR base of the launch."""
    stated = request.args.getlist("iss")
    expected = parts().discoveries.of(registration).issuer
    if stated and expected and stated != [expected]:
        raise LaunchProblem(MIXED_UP)


def _check_no_error() -> None:
    """error_description and error_uri are the EHR's words for developers: neither shown nor followed."""
    error = request.args.get("error")
    if error is None:
        return
    if error == "access_denied":
        raise LaunchProblem(ACCESS_DENIED)
    if error == "temporarily_unavailable":
        raise LaunchProblem(EHR_SILENT, error)
    raise LaunchProblem(AUTHORIZATION_FAILED, error if error in KNOWN_ERRORS else "an unlisted error")


def _complete(
    registration: IssuerRegistration, pending: Pending, code: str, browser: Browser
) -> tuple[str, Browser]:
    here = parts()
    discovery = here.discoveries.of(registration)
    try:
        token = here.token_endpoint(registration).exchange(code, pending.verifier, here.redirect_uri)
    except LaunchProblem:
        here.discoveries.forget(registration)
        raise
    context = read_context(registration, token.members)
    about(patient=context.patient_id, encounter=context.encounter_id or "")
    about(details={"scopes": " ".join(token.scopes)})
    user = here.identities.user(registration, discovery, token.id_token, pending.nonce)
    if user:
        about(user=user.fhir_user, role=user.kind)
    if user and user.is_patient_side:
        revoke_unused(registration, discovery, token)
        raise LaunchProblem(NOT_FOR_PATIENTS)
    renewed = here.store.new_browser(here.clock(), browser.family)
    return open_session(renewed, registration, context, user, token), renewed


def _one(name: str, problem: Problem) -> str:
    values = request.args.getlist(name)
    if len(values) != 1 or not values[0] or len(values[0]) > LONGEST_PARAMETER:
        raise LaunchProblem(problem, f"{name} is missing, repeated or too long")
    return values[0]


def _page(title: str, happened: str, to_do: str, reference: str | None = None) -> str:
    return render_template("problem.html", title=title, happened=happened, to_do=to_do, reference=reference)
