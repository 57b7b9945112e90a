"""Who launched the app: the id_token, verified claim by claim, and its fhirUser."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from launch.discovery import Discovery
from launch.issuer_keys import IssuerKeys
from launch.issuers import IssuerRegistration
from launch.problems import IDENTITY_REFUSED, LaunchProblem

# Which key may verify which algorithm: decided here, never by the token's header.
ALGORITHMS = {"RS256": "RSA", "RS384": "RSA", "ES256": "EC", "ES384": "EC"}
# A key or a rule of processing that the token brings itself. `jku` and `x5u` are passed over: never fetched.
REFUSED_HEADERS = frozenset({"crit", "jwk", "b64", "zip"})
LEEWAY = 60  # seconds between the EHR's clock and ours
FHIR_USER = re.compile(
    r"(?:(?P<base>https?://\S+)/)?"
    r"(?P<kind>Practitioner|PractitionerRole|Patient|RelatedPerson|Person)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)


@dataclass(frozen=True)
class User:
    """Who signed in, as the EHR states it. A fhirUser on another server is named, never fetched."""

    fhir_user: str
    kind: str
    name: str | None
    subject: str

    @property
    def is_patient_side(self) -> bool:
        return self.kind in {"Patient", "RelatedPerson"}

    @property
    def is_clinician(self) -> bool:
        # Person says nothing about a role, so it opens nothing.
        return self.kind in {"Practitioner", "PractitionerRole"}


@dataclass(frozen=True)
class Expected:
    issuer: str
    client_id: str
    nonce: str
    nonce_required: bool
    now: float


def _audience(claims: dict[str, Any]) -> list[Any]:
    audience = claims.get("aud")
    return audience if isinstance(audience, list) else [audience]


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# OIDC Core 3.1.3.7. at_hash and acr are not checked: the token came straight from the token endpoint.
CLAIMS: dict[str, Callable[[dict[str, Any], Expected], bool]] = {
    "iss": lambda claims, expected: claims.get("iss") == expected.issuer,
    "sub": lambda claims, _: isinstance(claims.get("sub"), str) and claims["sub"] != "",
    "aud": lambda claims, expected: expected.client_id in _audience(claims),
    "azp": lambda claims, expected: (
        claims["azp"] == expected.client_id if "azp" in claims else len(_audience(claims)) == 1
    ),
    "exp": lambda claims, expected: _is_time(claims.get("exp")) and claims["exp"] > expected.now - LEEWAY,
    "iat": lambda claims, expected: _is_time(claims.get("iat")) and claims["iat"] <= expected.now + LEEWAY,
    "nbf": lambda claims, expected: (
        "nbf" not in claims or (_is_time(claims["nbf"]) and claims["nbf"] <= expected.now + LEEWAY)
    ),
    "nonce": lambda claims, expected: (
        claims.get("nonce") == expected.nonce or ("nonce" not in claims and not expected.nonce_required)
    ),
}


@dataclass
class Identities:
    """Verifies id_tokens with each issuer's published keys."""

    keys: IssuerKeys
    clock: Callable[[], float]

    def user(
        self, registration: IssuerRegistration, discovery: Discovery, id_token: str | None, nonce: str
    ) -> User | None:
        """The user; None where the EHR sends no id_token or no fhirUser. A bad id_token is refused."""
        if id_token is None:
            return None
        issuer = registration.id_token_issuer or discovery.issuer or registration.iss
        claims = self._verified(registration, discovery, issuer, id_token)
        expected = Expected(issuer, registration.client_id, nonce, registration.nonce_required, self.clock())
        wrong = [name for name, holds in CLAIMS.items() if not holds(claims, expected)]
        if wrong:
            raise LaunchProblem(IDENTITY_REFUSED, f"claims refused: {', '.join(wrong)}")
        return read_user(claims, registration)

    def _verified(
        self, registration: IssuerRegistration, discovery: Discovery, issuer: str, id_token: str
    ) -> dict[str, Any]:
        header = _header(id_token)
        alg, kid = header.get("alg"), header.get("kid")
        if REFUSED_HEADERS & set(header):
            raise LaunchProblem(IDENTITY_REFUSED, "header member not allowed")
        if not isinstance(alg, str) or alg not in ALGORITHMS:
            raise LaunchProblem(IDENTITY_REFUSED, "algorithm not allowed")
        key = self.keys.find(registration, discovery, issuer, ALGORITHMS[alg], kid)
        if key is None:
            raise LaunchProblem(IDENTITY_REFUSED, "no published key has this kid")
        try:
            kind = RSAKey if ALGORITHMS[alg] == "RSA" else ECKey
            # Members that mean nothing to us are passed over (RFC 7515, 4); joserfc would refuse the token.
            lenient = JWSRegistry(algorithms=[alg], strict_check_header=False)
            return jwt.decode(id_token, kind.import_key(key), algorithms=[alg], registry=lenient).claims
        except (JoseError, ValueError, TypeError) as error:
            raise LaunchProblem(IDENTITY_REFUSED, type(error).__name__) from None


def read_user(claims: dict[str, Any], registration: IssuerRegistration) -> User | None:
    """The fhirUser claim, or `profile`, its older name; relative to the FHIR base or absolute."""
    stated = claims.get("fhirUser") or claims.get("profile")
    found = FHIR_USER.fullmatch(stated) if isinstance(stated, str) else None
    if not found:
        return None
    name = claims.get("name")
    here = found["base"] in (None, registration.fhir_base)
    fhir_user = f"{found['kind']}/{found['id']}" if here else found[0]
    return User(fhir_user, found["kind"], name if isinstance(name, str) and name else None, claims["sub"])


def _header(token: str) -> dict[str, Any]:
    try:
        first = token.split(".")[0]
        header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise LaunchProblem(IDENTITY_REFUSED, "not a JWT")
    return header
