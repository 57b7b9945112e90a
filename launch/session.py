"""An authorised launch: whose chart, for whom, with which token, for how long."""

from __future__ import annotations

import logging
import secrets
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from audit.request import about
from launch.browser import current_browser
from launch.context import Context
from launch.discovery import Discovery
from launch.framing import show_within
from launch.identity import User
from launch.issuers import IssuerRegistration
from launch.parts import Parts, parts
from launch.problems import LaunchProblem, NoSession
from launch.renewal import ended, renewed, token_details
from launch.scopes import Sharing, can_create, sharing
from launch.store import Browser, StoredSession
from launch.token import TokenReply
from network.addresses import Reach

log = logging.getLogger(__name__)

NOT_THIS_BROWSER = "This browser is not signed in to the chart you asked for."
IDLE = "The session ended because it was not used for a while."
TOO_OLD = "The session ended because it had been open for many hours."


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
    frame_ancestors: tuple[str, ...] = ()  # origins of this EHR that may show our pages in a frame
    reach: Reach = field(
        default_factory=Reach
    )  # where its FHIR server may be, and whose certificate it may show
    role: str | None = None  # as the EHR told it or the person chose it; "" when the EHR was asked in vain
    is_role_told: bool = False  # by the EHR: then there is nothing to choose

    def sharing(self, resource_type: str) -> Sharing:
        return sharing(self.scopes, resource_type)

    def can_create(self, resource_type: str) -> bool:
        return can_create(self.scopes, resource_type)


def open_session(
    browser: Browser, registration: IssuerRegistration, context: Context, user: User | None, token: TokenReply
) -> str:
    """Store a new launch and return its handle, by which the pages of this launch are addressed."""
    here, handle = parts(), secrets.token_urlsafe(24)
    details = asdict(context) | {"user": asdict(user) if user else None} | token_details(token, here.clock())
    here.store.add_session(handle, browser, registration.iss, here.clock(), details)
    return handle


def session_for(handle: str) -> LaunchSession:
    """The launch behind a handle, for the browser that opened it; refreshes a token about to expire."""
    here = parts()
    stored = _check_owned(here, handle)
    if here.clock() >= stored.details["renew_at"]:
        stored = renewed(here, handle, stored)
    return _launch_session(here, handle, stored)


def renewed_session(session: LaunchSession) -> LaunchSession:
    """The same launch with a newer token, after the FHIR server answered 401 to this one."""
    here = parts()
    stored = _check_owned(here, session.handle)
    if stored.details["access_token"] == session.access_token:
        stored = renewed(here, session.handle, stored, refused=True)
    return _launch_session(here, session.handle, stored)


def remember_role(session: LaunchSession, role: str, *, is_told: bool) -> None:
    """For the rest of this launch."""
    parts().store.add_details(session.handle, role=role, is_role_told=is_told)


def end_sessions(browser: Browser) -> None:
    """Sign out: every launch of this browser ends, and its tokens are revoked where the EHR can."""
    here = parts()
    ending = here.store.sessions_of(browser.family)
    here.store.remove_family(browser.family)
    if ending:
        _tell(here, ending[0], True)
        about(details={"charts": str(len(ending))}, **({} if len(ending) == 1 else {"patient": ""}))
    for stored in ending:
        _revoke(here, stored)


def revoke_unused(registration: IssuerRegistration, discovery: Discovery, token: TokenReply) -> None:
    """For a sign-in that opens nothing."""
    if discovery.revocation_endpoint:
        given = token.refresh_token or token.access_token
        parts().token_endpoint(registration).revoke(discovery.revocation_endpoint, given)


def _check_owned(here: Parts, handle: str) -> StoredSession:
    browser, stored, now = current_browser(), here.store.session(handle), here.clock()
    if stored:
        _tell(here, stored, stored.belongs_to(browser) if browser else False)
    # One answer for "no such launch" and "not yours": a guessed handle learns nothing.
    if not browser or not stored or not stored.belongs_to(browser):
        raise NoSession(NOT_THIS_BROWSER)
    if now - stored.seen_at >= here.config.session_idle_minutes * 60:
        raise ended(here, handle, IDLE)
    if now - stored.opened_at >= here.config.session_hours * 3600:
        raise ended(here, handle, TOO_OLD)
    if now - stored.seen_at >= 15:  # not on every request: a page makes several
        here.store.touch(handle, now)
    return stored


def _tell(here: Parts, stored: StoredSession, is_theirs: bool) -> None:
    """Who asks for whose chart, for the audit record: also of a request that is then refused."""
    details, user = stored.details, stored.details["user"] if is_theirs else None
    about(
        issuer=stored.issuer.rstrip("/"),
        patient=details["patient_id"],
        encounter=details["encounter_id"] or "",
        user=user["fhir_user"] if user else "",
        role=user["kind"] if user else "",
    )
    for known in here.config.issuers:
        if known.iss == stored.issuer:
            about(client=known.client_id)


def _launch_session(here: Parts, handle: str, stored: StoredSession) -> LaunchSession:
    details, registration = stored.details, here.registration(stored.issuer)
    show_within(registration)
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
        frame_ancestors=registration.frame_ancestors,
        reach=registration.reach(here.config.allow_insecure_loopback),
        role=details.get("role"),
        is_role_told=details.get("is_role_told", False),
    )


def _revoke(here: Parts, stored: StoredSession) -> None:
    try:
        registration = here.registration(stored.issuer)
        url = here.discoveries.of(registration).revocation_endpoint
        if url:
            token = stored.details["refresh_token"] or stored.details["access_token"]
            here.token_endpoint(registration).revoke(url, token)
    except LaunchProblem as problem:
        log.warning("token not revoked: %s", problem.problem.code)
