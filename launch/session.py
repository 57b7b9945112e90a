"""An authorised launch: whose chart, for whom, with which token, for how long."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from launch.browser import current_browser
from launch.context import Context
from launch.identity import User
from launch.issuers import IssuerRegistration
from launch.parts import Parts, parts
from launch.problems import EHR_SILENT, LaunchProblem, NoSession
from launch.scopes import Sharing, sharing
from launch.store import Browser, StoredSession
from launch.token import GrantEnded, TokenReply

log = logging.getLogger(__name__)

RENEW_BEFORE = 60  # seconds; half the life of tokens that live less than two minutes
RENEWAL_PATIENCE = 20.0  # seconds until a renewal that never ended is taken over

NOT_THIS_BROWSER = "This browser is not signed in to the chart you asked for."
IDLE = "The session ended because it was not used for a while."
TOO_OLD = "The session ended because it had been open for many hours."
EHR_ENDED = "The EHR ended the session."


@dataclass(frozen=True)
class LaunchSession:
    """One launch into one chart. Everything shown or done is bound to its patient."""

    handle: str
    issuer: str
    fhir_base: str  # without a trailing slash; the access token goes nowhere else
    patient_id: str
    encounter_id: str | None
    access_token: str = field(repr=False)
    scopes: tuple[str, ...]  # as granted, which may be less or other than what was asked
    user: User | None  # None: the EHR did not say who; actions that need a person are not offered
    need_patient_banner: bool
    expires_at: datetime  # of the access token, UTC
    references: tuple[str, ...] = ()  # fhirContext, relative references

    def sharing(self, resource_type: str) -> Sharing:
        return sharing(self.scopes, resource_type)


def open_session(
    browser: Browser, registration: IssuerRegistration, context: Context, user: User | None, token: TokenReply
) -> str:
    """Store a new launch and return its handle, by which the pages of this launch are addressed."""
    here, handle = parts(), secrets.token_urlsafe(24)
    details = asdict(context) | {"user": asdict(user) if user else None} | _token_details(token, here.clock())
    here.store.add_session(handle, browser, registration.iss, here.clock(), details)
    return handle


def session_for(handle: str) -> LaunchSession:
    """The launch behind a handle, for the browser that opened it; refreshes a token about to expire."""
    here = parts()
    stored = _check_owned(here, handle)
    if here.clock() >= stored.details["renew_at"]:
        stored = _renewed(here, handle, stored)
    return _launch_session(here, handle, stored)


def renewed_session(session: LaunchSession) -> LaunchSession:
    """The same launch with a newer token, after the FHIR server answered 401 to this one."""
    here = parts()
    stored = _check_owned(here, session.handle)
    if stored.details["access_token"] == session.access_token:
        stored = _renewed(here, session.handle, stored, refused=True)
    return _launch_session(here, session.handle, stored)


def end_sessions(browser: Browser) -> None:
    """Sign out: every launch of this browser ends, and its tokens are revoked where the EHR can."""
    here = parts()
    ending = here.store.sessions_of(browser.family)
    here.store.remove_family(browser.family)
    for stored in ending:
        _revoke(here, stored)


def _check_owned(here: Parts, handle: str) -> StoredSession:
    browser, stored, now = current_browser(), here.store.session(handle), here.clock()
    # One answer for "no such launch" and "not yours": a guessed handle learns nothing.
    if not browser or not stored or not stored.belongs_to(browser) or not here.registration(stored.issuer):
        raise NoSession(NOT_THIS_BROWSER)
    if now - stored.seen_at >= here.config.session_idle_minutes * 60:
        raise _ended(here, handle, IDLE)
    if now - stored.opened_at >= here.config.session_hours * 3600:
        raise _ended(here, handle, TOO_OLD)
    if now - stored.seen_at >= 15:  # not on every request: a page makes several
        here.store.touch(handle, now)
    return stored


def _ended(here: Parts, handle: str, reason: str) -> NoSession:
    here.store.remove_session(handle)
    return NoSession(reason)


def _renewed(here: Parts, handle: str, stored: StoredSession, refused: bool = False) -> StoredSession:
    """One refresh, however many requests want it: the others wait, or go on with a token still good."""
    usable = not refused and here.clock() < stored.details["expires_at"]
    if not stored.details["refresh_token"]:
        if usable:
            return stored
        raise _ended(here, handle, EHR_ENDED)
    if here.store.claim_renewal(handle, here.clock(), RENEWAL_PATIENCE):
        return _refresh(here, handle, stored, usable)
    return stored if usable else _wait_for_renewal(here, handle, stored)


def _refresh(here: Parts, handle: str, stored: StoredSession, usable: bool) -> StoredSession:
    registration, details = here.registration(stored.issuer), None
    try:
        current = _still_there(here, handle)
        if current.details["access_token"] != stored.details["access_token"]:
            return current  # someone else renewed it between our look and our claim
        token = here.token_endpoint(registration).refresh(
            stored.details["refresh_token"], tuple(stored.details["scopes"])
        )
        _check_same_patient(stored, token)
        details = stored.details | _token_details(token, here.clock(), stored.details["refresh_token"])
    except (GrantEnded, NoSession):
        raise _ended(here, handle, EHR_ENDED) from None
    except LaunchProblem as problem:
        here.discoveries.forget(registration)
        log.warning("token refresh failed: %s %s", problem.problem.code, problem.detail)
        if not usable:
            raise
        return stored
    finally:
        here.store.end_renewal(handle, details)
    return _still_there(here, handle)


def _still_there(here: Parts, handle: str) -> StoredSession:
    stored = here.store.session(handle)
    if stored is None:  # signed out in another tab meanwhile
        raise NoSession(EHR_ENDED)
    return stored


def _check_same_patient(stored: StoredSession, token: TokenReply) -> None:
    patient = token.members.get("patient", stored.details["patient_id"])
    if patient not in (stored.details["patient_id"], f"Patient/{stored.details['patient_id']}"):
        raise NoSession(EHR_ENDED, "the refreshed token is for another patient")


def _wait_for_renewal(here: Parts, handle: str, stored: StoredSession) -> StoredSession:
    deadline = time.monotonic() + RENEWAL_PATIENCE
    while time.monotonic() < deadline:
        time.sleep(0.05)
        now = _still_there(here, handle)
        if now.details["access_token"] != stored.details["access_token"]:
            return now
    raise LaunchProblem(EHR_SILENT, "another request's token refresh did not end")


def _token_details(token: TokenReply, now: float, kept_refresh: str | None = None) -> dict[str, Any]:
    return {
        "access_token": token.access_token,
        # Oracle and others return no new refresh token: the old one stays good.
        "refresh_token": token.refresh_token or kept_refresh,
        "scopes": list(token.scopes),
        "expires_at": now + token.expires_in,
        "renew_at": now + max(token.expires_in - RENEW_BEFORE, token.expires_in / 2),
    }


def _launch_session(here: Parts, handle: str, stored: StoredSession) -> LaunchSession:
    details, registration = stored.details, here.registration(stored.issuer)
    return LaunchSession(
        handle=handle,
        issuer=stored.issuer,
        fhir_base=registration.fhir_base,
        patient_id=details["patient_id"],
        encounter_id=details["encounter_id"],
        access_token=details["access_token"],
        scopes=tuple(details["scopes"]),
        user=User(**details["user"]) if details["user"] else None,
        need_patient_banner=details["need_patient_banner"],
        expires_at=datetime.fromtimestamp(details["expires_at"], UTC),
        references=tuple(details["references"]),
    )


def _revoke(here: Parts, stored: StoredSession) -> None:
    registration = here.registration(stored.issuer)
    if registration is None:
        return
    try:
        url = here.discoveries.of(registration).revocation_endpoint
        if url:
            token = stored.details["refresh_token"] or stored.details["access_token"]
            here.token_endpoint(registration).revoke(url, token)
    except LaunchProblem as problem:
        log.warning("token not revoked: %s", problem.problem.code)
