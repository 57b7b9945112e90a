"""Who calls: the JWT of a hook request, verified claim by claim, and used once."""

import json
import logging
from base64 import urlsafe_b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from cds.hooks.client_keys import ClientKeys, Jwk
from cds.hooks.clients import HookClient

log = logging.getLogger(__name__)

LEEWAY = 60  # seconds between the client's clock and ours
LONGEST_LIFE = 3600  # best practice is 5 minutes
_LONGEST_TOKEN = 16_384
_LONGEST_JTI = 1_024
# Which key may verify which algorithm: decided here, never by the token.
_KINDS: dict[str, tuple[type[RSAKey] | type[ECKey], str]] = {
    "ES384": (ECKey, "EC"),
    "RS384": (RSAKey, "RSA"),
    "ES256": (ECKey, "EC"),
    "RS256": (RSAKey, "RSA"),
}
_REFUSED_HEADERS = frozenset({"crit", "jwk", "x5u", "x5c", "b64", "zip"})


class NotTrusted(Exception):
    """The caller gets 401 and no reason; the reason is for the log and holds nothing of the token."""

    client = ""  # the registered client that the token says it is of, once that is known


@dataclass(frozen=True)
class Caller:
    """Who is asking. `issuer` keys what is remembered; the open sandbox is one caller of its own."""

    client: HookClient
    tenant: str = ""
    is_open: bool = False

    @property
    def issuer(self) -> str:
        return f"{self.client.iss}\n{self.tenant}"


@dataclass(frozen=True)
class _Expected:
    client: HookClient
    url: str
    now: float


@dataclass
class Trust:
    clients: tuple[HookClient, ...]
    keys: ClientKeys
    use_once: Callable[
        [str, str, float, float], bool
    ]  # issuer, jti, until, now -> whether it is the first use
    clock: Callable[[], float]
    open_client: HookClient | None = None  # set only in the open mode of a sandbox

    def caller(self, authorization: str, url: str) -> Caller:
        """For the `Authorization` header of a request to `url`. Raises NotTrusted."""
        if self.open_client is not None:
            return Caller(self.open_client, is_open=True)
        token = _bearer(authorization)
        header, unverified = _part(token, 0), _part(token, 1)
        client = self._client(unverified.get("iss"))
        try:
            return self._checked(client, token, header, url)
        except NotTrusted as refused:
            refused.client = client.iss
            raise

    def _checked(self, client: HookClient, token: str, header: dict[str, Any], url: str) -> Caller:
        claims = self._verified(client, token, header)
        expected = _Expected(client, url, self.clock())
        if wrong := [name for name, holds in CLAIMS.items() if not holds(claims, expected)]:
            raise NotTrusted(f"claims refused: {', '.join(wrong)}")
        if not self.use_once(client.iss, claims["jti"], claims["exp"] + LEEWAY, expected.now):
            raise NotTrusted("jti used before")
        return Caller(client, claims.get("tenant", ""))

    def _client(self, iss: Any) -> HookClient:
        for client in self.clients:
            if client.iss == iss:
                return client
        raise NotTrusted("unknown issuer")

    def _verified(self, client: HookClient, token: str, header: dict[str, Any]) -> dict[str, Any]:
        key = self._key(client, header)
        try:
            alg = header["alg"]
            # Header members that mean nothing to us are to be ignored (RFC 7515, 4); joserfc would refuse them.
            lenient = JWSRegistry(algorithms=[alg], strict_check_header=False)
            public = _KINDS[alg][0].import_key(key)
            claims: dict[str, Any] = jwt.decode(token, public, algorithms=[alg], registry=lenient).claims
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise NotTrusted(type(error).__name__) from None
        return claims

    def _key(self, client: HookClient, header: dict[str, Any]) -> Jwk:
        alg, kid, jku = header.get("alg"), header.get("kid"), header.get("jku")
        if not isinstance(alg, str) or alg not in client.algorithms:
            raise NotTrusted("algorithm not allowed")
        if not isinstance(header.get("typ"), str) or header["typ"].upper() != "JWT":
            raise NotTrusted("typ is not JWT")
        if _REFUSED_HEADERS & set(header):
            raise NotTrusted("header not allowed")
        if jku is not None and (not client.jku or jku != client.jku):
            raise NotTrusted("jku is not the registered one")
        if not isinstance(kid, str) or not kid:
            raise NotTrusted("kid is missing")
        key = self.keys.find(client, kid)
        if key is None or key.get("kty") != _KINDS[alg][1] or key.get("alg") not in (None, alg):
            raise NotTrusted("no key with this kid for this algorithm")
        return key


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _is_for_us(claims: dict[str, Any], expected: _Expected) -> bool:
    audience = claims.get("aud")
    stated = audience if isinstance(audience, list) else [audience]
    ours = {expected.url, *expected.client.audiences}
    return any(isinstance(one, str) and one in ours for one in stated)


def _is_allowed_tenant(claims: dict[str, Any], expected: _Expected) -> bool:
    tenant, known = claims.get("tenant", ""), expected.client.tenants
    return isinstance(tenant, str) and (not known or tenant in known)


# Every claim that is looked at; `sub` is not, since CDS Hooks has none.
CLAIMS: dict[str, Callable[[dict[str, Any], _Expected], bool]] = {
    "iss": lambda claims, expected: claims.get("iss") == expected.client.iss,
    "aud": _is_for_us,
    "exp": lambda claims, expected: _is_time(claims.get("exp")) and claims["exp"] > expected.now - LEEWAY,
    "iat": lambda claims, expected: _is_time(claims.get("iat")) and claims["iat"] <= expected.now + LEEWAY,
    "life": lambda claims, _: (
        _is_time(claims.get("exp"))
        and _is_time(claims.get("iat"))
        and 0 < claims["exp"] - claims["iat"] <= LONGEST_LIFE
    ),
    "nbf": lambda claims, expected: (
        "nbf" not in claims or (_is_time(claims["nbf"]) and claims["nbf"] <= expected.now + LEEWAY)
    ),
    "jti": lambda claims, _: isinstance(claims.get("jti"), str) and 0 < len(claims["jti"]) <= _LONGEST_JTI,
    "tenant": _is_allowed_tenant,
}


def _bearer(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or token.count(".") != 2 or len(token) > _LONGEST_TOKEN:
        raise NotTrusted("no bearer JWT")
    return token.strip()


def _part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    try:
        part = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        part = None
    if not isinstance(part, dict):
        raise NotTrusted("not a JWT")
    return part
