"""The first half of a launch: the authorize request, and the pending launch kept until its answer comes."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from launch.discovery import Discovery
from launch.issuers import IssuerRegistration
from launch.scopes import scopes_for

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
    """The least that the rules need: no wildcard, and no offline_access, for nothing runs unattended."""
    context = "launch" if from_ehr else "launch/patient"
    online = ("online_access",) if "permission-online" in discovery.capabilities else ()
    wanted = (
        context,
        "openid",
        "fhirUser",
        *online,
        *scopes_for(types, discovery.capabilities),
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
    parameters = {
        "response_type": "code",
        "client_id": registration.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(pending.scopes),
        "state": state,
        "aud": registration.iss,
        "nonce": pending.nonce,
        "code_challenge": challenge(pending.verifier),
        "code_challenge_method": "S256",
    }
    if launch is not None:
        parameters["launch"] = launch
    separator = "&" if "?" in discovery.authorization_endpoint else "?"
    return discovery.authorization_endpoint + separator + urlencode(parameters)


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
