"""The first half of a launch: the authorize request, and the pending launch kept until its answer comes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from launch.discovery import Discovery
from launch.issuers import IssuerRegistration
from launch.scopes import create_scopes_for, scopes_for

PENDING_SECONDS = 600


@dataclass(frozen=True)
class Pending:
    """What must be remembered, on the server only, between the authorize request and its answer."""

    iss: str
    verifier: str
    nonce: str
    scopes: tuple[str, ...]

    def details(self) -> dict[str, object]:
        return asdict(self)


def new_pending(registration: IssuerRegistration, scopes: tuple[str, ...]) -> Pending:
    return Pending(registration.iss, secrets.token_urlsafe(48), secrets.token_urlsafe(32), scopes)


def new_state() -> str:
    return secrets.token_urlsafe(32)


def requested_scopes(
    registration: IssuerRegistration, discovery: Discovery, types: Iterable[str], from_ehr: bool
) -> tuple[str, ...]:
    """The least that the rules need: no wildcard, and no offline_access, for nothing runs unattended.

    Writing is asked for only where the EHR's registration switches it on.
    """
    context = "launch" if from_ehr else "launch/patient"
    online = ("online_access",) if "permission-online" in discovery.capabilities else ()
    wanted = (
        context,
        "openid",
        "fhirUser",
        *online,
        *scopes_for(types, discovery.capabilities),
        *create_scopes_for(registration.write, discovery.capabilities),
        *registration.scopes,
    )
    return tuple(dict.fromkeys(wanted))


def authorize_url(
    registration: IssuerRegistration,
    discovery: Discovery,
    pending: Pending,
    state: str,
    redirect_uri: str,
    launch: str | None,
) -> str:
    """Always by GET, which every EHR must take; `launch` is echoed as it came, `aud` as registered."""
    url: str = prepare_grant_uri(
        discovery.authorization_endpoint,
        registration.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=list(pending.scopes),
        state=state,
        aud=registration.iss,
        nonce=pending.nonce,
        code_challenge=create_s256_code_challenge(pending.verifier),
        code_challenge_method="S256",
        launch=launch,
    )
    return url
