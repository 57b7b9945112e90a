"""Registered apps, and how they prove at the token endpoint who they are."""

import base64
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from sandbox.errors import OAuthError
from sandbox.vault import SeenOnce

NONE, BASIC, ASSERTION = "none", "client_secret_basic", "private_key_jwt"
AUTH_METHODS = (NONE, BASIC, ASSERTION)
ASSERTION_ALGORITHMS = ("RS384", "ES384")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION = 300  # SMART: "no more than five minutes in the future"

DEFAULT_SCOPES = (
    "launch",
    "launch/patient",
    "openid",
    "fhirUser",
    "profile",
    "online_access",
    "offline_access",
    "patient/*.rs",
    "patient/DocumentReference.c",
    "patient/Observation.c",
    "patient/QuestionnaireResponse.c",
    "patient/ServiceRequest.c",
    "patient/Task.c",
    "user/*.rs",
)


@dataclass(frozen=True, slots=True)
class EhrClient:
    """An app as registered with the EHR; redirect URIs are compared byte for byte."""

    client_id: str
    redirect_uris: tuple[str, ...]
    auth_method: str = NONE  # one of AUTH_METHODS
    secret: str | None = None
    jwks: KeySetSerialization | None = None  # public keys, for private_key_jwt
    scopes: tuple[str, ...] = DEFAULT_SCOPES

    def __post_init__(self) -> None:
        if self.auth_method not in AUTH_METHODS:
            raise ValueError(f"auth_method {self.auth_method}: use one of {', '.join(AUTH_METHODS)}")
        if self.auth_method == BASIC and not self.secret:
            raise ValueError(f"client {self.client_id} authenticates by {BASIC} and needs a secret")
        if self.auth_method == ASSERTION and not self.jwks:
            raise ValueError(f"client {self.client_id} authenticates by {ASSERTION} and needs its jwks")


class ClientRegister:
    """Knows the apps; a client must use the one method it is registered with."""

    def __init__(self, clients: tuple[EhrClient, ...], token_url: Callable[[], str], seen: SeenOnce) -> None:
        self._clients = {client.client_id: client for client in clients}
        self._token_url = token_url
        self._seen = seen

    def get(self, client_id: str | None) -> EhrClient | None:
        return self._clients.get(client_id or "")

    def known(self, client_id: str | None) -> EhrClient:
        if client := self.get(client_id):
            return client
        raise _refused("unknown client_id" if client_id else "client_id is missing")

    def authenticated(self, form: Mapping[str, str], authorization: str, now: float) -> EhrClient:
        client, method = self._claimed(form, authorization, now)
        if method != client.auth_method:
            raise _refused(f"this client is registered for {client.auth_method}, and used {method}")
        if form.get("client_id", client.client_id) != client.client_id:
            raise _refused("client_id in the body is not the client that authenticated")
        return client

    def _claimed(self, form: Mapping[str, str], authorization: str, now: float) -> tuple[EhrClient, str]:
        if authorization:
            return self._by_secret(authorization), BASIC
        if "client_assertion" in form or "client_assertion_type" in form:
            return self._by_assertion(form, now), ASSERTION
        if "client_secret" in form:
            raise _refused("client_secret in the body (client_secret_post) is not supported")
        return self.known(form.get("client_id")), NONE

    def _by_secret(self, authorization: str) -> EhrClient:
        client_id, secret = _basic_credentials(authorization)
        client = self.known(client_id)
        # RFC 6749 2.3.1 form-encodes both parts; most SMART clients send them raw. Either is accepted.
        if not any(_is_same(text, client.secret) for text in (secret, unquote_plus(secret))):
            raise _refused("the client secret is wrong")
        return client

    def _by_assertion(self, form: Mapping[str, str], now: float) -> EhrClient:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _refused(f"client_assertion_type must be {ASSERTION_TYPE}")
        assertion = form.get("client_assertion", "")
        client = self.known(_claimed_issuer(assertion))
        if not client.jwks:
            raise _refused(f"this client is registered for {client.auth_method}, and used {ASSERTION}")
        claims = _verified_claims(assertion, client.jwks)
        self._check_claims(claims, client, now)
        return client

    def _check_claims(self, claims: dict[str, Any], client: EhrClient, now: float) -> None:
        if claims.get("iss") != client.client_id or claims.get("sub") != client.client_id:
            raise _refused("iss and sub of the assertion must both be the client_id")
        token_url = self._token_url()
        if claims.get("aud") not in (token_url, [token_url]):
            raise _refused(f"aud of the assertion must be {token_url}")
        expires, jti = claims.get("exp"), claims.get("jti")
        if type(expires) is not int or not now < expires <= now + LONGEST_ASSERTION:
            raise _refused("exp of the assertion must be a time within the next five minutes")
        if not isinstance(jti, str) or not jti:
            raise _refused("jti of the assertion is missing")
        if not self._seen.is_first(f"{client.client_id} {jti}", float(expires)):
            raise _refused("this assertion was used before (jti)")


def _verified_claims(assertion: str, jwks: KeySetSerialization) -> dict[str, Any]:
    try:
        token = jwt.decode(assertion, KeySet.import_key_set(jwks), algorithms=list(ASSERTION_ALGORITHMS))
    except (JoseError, ValueError) as problem:
        raise _refused(f"the assertion cannot be verified: {type(problem).__name__}") from problem
    if token.header.get("typ") != "JWT" or not token.header.get("kid"):
        raise _refused("the assertion's header needs typ JWT and a kid")
    return dict(token.claims)


def _claimed_issuer(assertion: str) -> str | None:
    """Whom the assertion says it is from, not yet believed: only to find the keys."""
    try:
        body = assertion.split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        raise _refused("the client assertion is not a JWT") from None
    issuer = claims.get("iss") if isinstance(claims, dict) else None
    return issuer if isinstance(issuer, str) else None


def _basic_credentials(authorization: str) -> tuple[str, str]:
    scheme, _, encoded = authorization.partition(" ")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        if not colon:
            raise ValueError("no colon")
    except ValueError:  # binascii.Error and UnicodeDecodeError are ValueErrors too
        raise _refused("the Authorization header is not HTTP Basic") from None
    return unquote_plus(client_id), secret


def _is_same(given: str, secret: str | None) -> bool:
    return secret is not None and hmac.compare_digest(given.encode(), secret.encode())


def _refused(why: str) -> OAuthError:
    return OAuthError("invalid_client", why, 401)
