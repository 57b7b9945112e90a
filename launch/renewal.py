"""Keeping a launch's access token fresh: one refresh at a time, whichever thread or process asks."""

from __future__ import annotations

import logging
import time
from typing import Any

from launch.parts import Parts
from launch.problems import EHR_SILENT, LaunchProblem, NoSession
from launch.store import StoredSession
from launch.token import GrantEnded, TokenReply

log = logging.getLogger(__name__)

RENEW_BEFORE = 60  # seconds; half the life of tokens that live less than two minutes
RENEWAL_PATIENCE = 20.0  # seconds until a renewal that never ended is taken over
EHR_ENDED = "The EHR ended the session."


def renewed(here: Parts, handle: str, stored: StoredSession, refused: bool = False) -> StoredSession:
    """One refresh, however many requests want it: the others wait, or go on with a token still good."""
    usable = not refused and here.clock() < stored.details["expires_at"]
    if not stored.details["refresh_token"]:
        if usable:
            return stored
        raise ended(here, handle, EHR_ENDED)
    if here.store.claim_renewal(handle, here.clock(), RENEWAL_PATIENCE):
        return _refresh(here, handle, stored, usable)
    return stored if usable else _wait_for_renewal(here, handle, stored)


def _refresh(here: Parts, handle: str, stored: StoredSession, usable: bool) -> StoredSession:
    registration, details = here.registration(stored.issuer), None
    scopes, refresh_token = tuple(stored.details["scopes"]), stored.details["refresh_token"]
    try:
        current = _still_there(here, handle)
        if current.details["access_token"] != stored.details["access_token"]:
            return current  # someone else renewed it between our look and our claim
        token = here.token_endpoint(registration).refresh(refresh_token, scopes)
        _check_same_patient(stored, token)
        details = stored.details | token_details(token, here.clock(), refresh_token)
    except (GrantEnded, NoSession) as end:
        raise ended(here, handle, EHR_ENDED, str(getattr(end, "detail", "invalid_grant"))) from None
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
        if now.details != stored.details:
            return now
        if now.renewing_since is None:  # it ended, in vain
            break
    raise LaunchProblem(EHR_SILENT, "another request's token refresh failed")


def token_details(token: TokenReply, now: float, kept_refresh: str | None = None) -> dict[str, Any]:
    return {
        "access_token": token.access_token,
        # Oracle and others return no new refresh token: the old one stays good.
        "refresh_token": token.refresh_token or kept_refresh,
        "scopes": list(token.scopes),
        "expires_at": now + token.expires_in,
        "renew_at": now + max(token.expires_in - RENEW_BEFORE, token.expires_in / 2),
    }


def ended(here: Parts, handle: str, reason: str, detail: str = "") -> NoSession:
    here.store.remove_session(handle)
    return NoSession(reason, detail)
