"""The token endpoint: exchanging the code, refreshing, revoking; its answers are never shown or logged."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc7523 import private_key_jwt_sign

from launch.issuers import IssuerRegistration
from launch.outbound import Outbound, Reply
from launch.problems import EHR_SILENT, TOKEN_REFUSED, TOKEN_UNREADABLE, LaunchProblem
from launch.scopes import split

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 240  # SMART allows at most 300
USUAL_SECONDS = 300  # where the EHR does not say how long its token lives
LONGEST_SECONDS = 24 * 3600
# Named in the log; anything else an EHR writes there might be about the patient or hold a secret.
KNOWN_ERRORS = {
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
}


class GrantEnded(Exception):
    """The EHR says the refresh token is no longer good: only a new launch helps."""


@dataclass(frozen=True)
class TokenReply:
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    scopes: tuple[str, ...]
    expires_in: int  # seconds
    members: dict[str, Any] = field(repr=False)  # the whole answer: launch context is in it


@dataclass(frozen=True)
class TokenEndpoint:
    """One issuer's token endpoint, as its own client there."""

    outbound: Outbound
    registration: IssuerRegistration
    url: str
    now: float

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> TokenReply:
        form = {"grant_type": "authorization_code", "code": code}
        reply = self._post(form | {"redirect_uri": redirect_uri, "code_verifier": verifier})
        return _parsed(_accepted(reply))

    def refresh(self, refresh_token: str, scopes: tuple[str, ...]) -> TokenReply:
        """A new token. `scope` is not sent; where the EHR sends none back, the grant is unchanged."""
        reply = self._post({"grant_type": "refresh_token", "refresh_token": refresh_token})
        if _error_code(reply) == "invalid_grant":
            raise GrantEnded
        return _parsed({"scope": " ".join(scopes)} | _accepted(reply))

    def credentials(self, scopes: tuple[str, ...]) -> TokenReply:
        """A token for the app itself, without a person. `scope` is always stated: some EHRs guess otherwise."""
        return _parsed(_accepted(self._post({"grant_type": "client_credentials", "scope": " ".join(scopes)})))

    def revoke(self, revocation_url: str, token: str) -> None:
        """Best effort: the session ends here whatever the EHR answers."""
        with suppress(LaunchProblem):
            self._post({"token": token}, revocation_url)

    def _post(self, form: dict[str, str], url: str | None = None) -> Reply:
        registration, auth = self.registration, None
        if registration.auth_method == "none":
            form = form | {"client_id": registration.client_id}
        elif registration.auth_method == "client_secret_basic":
            # The raw join, as EHRs and Inferno compare it, not the form-encoded one of RFC 6749 2.3.1.
            auth = (registration.client_id.encode(), (registration.client_secret or "").encode())
        else:
            form = form | {
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": client_assertion(registration, self.url, self.now),
            }
        return self.outbound.post(registration, url or self.url, form, auth=auth)


def client_assertion(registration: IssuerRegistration, token_url: str, now: float) -> str:
    """A signed statement of who we are, new for every request: an EHR refuses a `jti` it has seen."""
    signing = registration.keys[0]
    # Authlib's own defaults are an hour, RS256 and no kid; a claims dictionary of ours would fix the jti for good.
    assertion: str = private_key_jwt_sign(
        signing.key,
        client_id=registration.client_id,
        token_endpoint=token_url,
        alg=signing.alg,
        header={"kid": signing.kid, "typ": "JWT"},
        issued_at=int(now),
        expires_in=ASSERTION_SECONDS,
    )
    return assertion


def _accepted(reply: Reply) -> dict[str, Any]:
    if reply.status >= 500:
        raise LaunchProblem(EHR_SILENT, f"the token endpoint answered {reply.status}")
    if reply.status != 200:
        raise LaunchProblem(
            TOKEN_REFUSED, f"{reply.status} {_error_code(reply) or 'without a known error code'}"
        )
    if not isinstance(reply.json, dict):
        raise LaunchProblem(TOKEN_UNREADABLE, "the token response is not a JSON object")
    return reply.json


def _error_code(reply: Reply) -> str | None:
    code = reply.json.get("error") if reply.status >= 400 and isinstance(reply.json, dict) else None
    return code if isinstance(code, str) and code in KNOWN_ERRORS else None


def _parsed(members: dict[str, Any]) -> TokenReply:
    token, kind, scope = (members.get(name) for name in ("access_token", "token_type", "scope"))
    # Printable ASCII, as RFC 6750 has it: anything else could break out of the Authorization header.
    if not isinstance(token, str) or not token or not all("!" <= letter <= "~" for letter in token):
        raise LaunchProblem(TOKEN_UNREADABLE, "access_token is missing or malformed")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise LaunchProblem(TOKEN_UNREADABLE, "token_type is not bearer")
    if not isinstance(scope, str):
        raise LaunchProblem(TOKEN_UNREADABLE, "scope is missing")
    refresh, id_token = (_text(members.get(name)) for name in ("refresh_token", "id_token"))
    return TokenReply(token, refresh, id_token, split(scope), _lifetime(members.get("expires_in")), members)


def _lifetime(value: Any) -> int:
    try:
        seconds = int(value)  # some EHRs send it as text
    except (TypeError, ValueError, OverflowError):
        return USUAL_SECONDS
    return min(seconds, LONGEST_SECONDS) if seconds > 0 else USUAL_SECONDS


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
