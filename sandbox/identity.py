"""The id_token: who signed in, as OpenID Connect wants it said, or wrong in the way a launch asked for."""

import base64
from collections.abc import Callable
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from sandbox.state import ID_TOKEN_ALGORITHM, USER_ID, Code, Ehr, new_key

ID_TOKEN_SECONDS = 300
AN_HOUR = 3600
Claims = dict[str, Any]


def id_token(ehr: Ehr, code: Code) -> str | None:
    """None where none is to be sent."""
    fault, claims = code.grant.faults.id_token, _claims(ehr, code)
    if fault in _WRONG_CLAIMS:
        return ehr.sign(_WRONG_CLAIMS[fault](claims))
    return _WRONG_TOKENS[fault](ehr, claims) if fault else ehr.sign(claims)


def _claims(ehr: Ehr, code: Code) -> Claims:
    now = int(ehr.clock())
    claims = {
        "iss": ehr.issuer,
        "aud": code.grant.client_id,
        "sub": USER_ID,
        "iat": now,
        "exp": now + ID_TOKEN_SECONDS,
    }
    if code.nonce is not None:
        claims["nonce"] = code.nonce
    for scope in {"fhirUser", "profile"} & set(code.grant.scopes):
        claims[scope] = ehr.user_url
    return claims


def _earlier(claims: Claims, seconds: int) -> Claims:
    return claims | {name: claims[name] - seconds for name in ("iat", "exp")}


def _without(claims: Claims, *names: str) -> Claims:
    return {name: value for name, value in claims.items() if name not in names}


_WRONG_CLAIMS: dict[str, Callable[[Claims], Claims]] = {
    "wrong-issuer": lambda claims: claims | {"iss": "https://another-ehr.example/fhir"},
    "wrong-audience": lambda claims: claims | {"aud": "another-app"},
    "expired": lambda claims: _earlier(claims, AN_HOUR),
    "future": lambda claims: _earlier(claims, -AN_HOUR),
    "wrong-nonce": lambda claims: claims | {"nonce": "of-another-launch"},
    "no-nonce": lambda claims: _without(claims, "nonce"),
    "patient-user": lambda claims: claims | {"fhirUser": "Patient/somebody"},
    "no-user": lambda claims: _without(claims, "fhirUser", "profile"),
}


def _spoilt(ehr: Ehr, claims: Claims) -> str:
    """Signed well, then one claim changed: the signature no longer fits."""
    header, _, signature = ehr.sign(claims).split(".")
    return ".".join((header, _part(claims | {"sub": "somebody-else"}), signature))


def _by_unknown_key(_: Ehr, claims: Claims) -> str:
    key = new_key()
    told = {"alg": ID_TOKEN_ALGORITHM, "kid": key.kid, "typ": "JWT"}
    return jwt.encode(told, claims, key)


def _with_own_key(_: Ehr, claims: Claims) -> str:
    key = ECKey.generate_key("P-256")  # small enough for a header that readers take in
    told = {"alg": "ES256", "typ": "JWT", "jwk": key.as_dict(private=False)}
    return jwt.encode(told, claims, key)


def _by_public_key(ehr: Ehr, claims: Claims) -> str:
    secret = OctKey.import_key(orjson.dumps(ehr.key.as_dict(private=False)).hex())
    return jwt.encode({"alg": "HS256", "kid": ehr.key.kid, "typ": "JWT"}, claims, secret)


_WRONG_TOKENS: dict[str, Callable[[Ehr, Claims], str | None]] = {
    "missing": lambda *_: None,
    "not-a-jwt": lambda *_: "not-a-jwt",
    "unsigned": lambda _, claims: f"{_part({'alg': 'none', 'typ': 'JWT'})}.{_part(claims)}.",
    "wrong-signature": _spoilt,
    "unknown-key": _by_unknown_key,
    "hs256": _by_public_key,
    "embedded-key": _with_own_key,
}


def _part(content: Claims) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()
