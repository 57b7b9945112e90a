"""Secrets taken out of what the log keeps; whatever is not known to be harmless is not kept at all."""

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

MASK = "***"
SECRETS = frozenset(
    {
        "_cursor",
        "access_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "id_token_hint",
        "jti",
        "launch",
        "nonce",
        "password",
        "pending",
        "refresh_token",
        "state",
        "token",
    }
)
SHOWN_OF_REQUESTS = ("Accept", "Content-Type", "If-None-Exist", "Prefer", "X-Practice-Faults")
SHOWN_OF_ANSWERS = ("Content-Type", "ETag", "Retry-After", "WWW-Authenticate")
LONGEST_SHOWN = 4000  # characters of one body
_CURSOR = re.compile(r"(_cursor=)[^&\"\s]+")
# The parts of a JWT that may be read: never its signature.
_READABLE = ("header", "claims")


def pairs(given: Iterable[tuple[str, str]], *, is_fhir: bool) -> str:
    """Form fields or a query, as they would be written."""
    # On the FHIR endpoint `code` is a clinical code to search for, not a secret.
    secret = SECRETS - {"code"} if is_fhir else SECRETS
    shown = [(name, MASK if name.lower() in secret else value) for name, value in given]
    return urlencode(shown, safe="*/:|,")


def address(url: str) -> str:
    """A URL with the secrets of its query masked."""
    parts = urlsplit(url)
    query = pairs(parse_qsl(parts.query, keep_blank_values=True), is_fhir=False)
    return urlunsplit(parts._replace(query=query, fragment=""))


def authorization(header: str) -> str:
    """How the caller showed who it is: the scheme, and of HTTP Basic the name, which is no secret."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "basic":
        return f"Basic {_basic_name(rest)}:{MASK}"
    return f"{scheme} {MASK}" if scheme.lower() == "bearer" else MASK if header else ""


def headers(given: Mapping[str, str], shown: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, given[name]) for name in shown if name in given)


def document(text: bytes, *, is_fhir: bool) -> str:
    """A JSON body indented, its secrets masked and its JWTs opened; anything else only by its length."""
    try:
        content = orjson.loads(text)
    except ValueError:
        return f"({len(text)} bytes that are not JSON)" if text else ""
    # FHIR has elements named code and state, and no place for a secret but in links to pages.
    safe = content if is_fhir else _masked(content)
    shown = written(safe)
    shown = _CURSOR.sub(rf"\1{MASK}", shown)
    return shown if len(shown) <= LONGEST_SHOWN else f"{shown[:LONGEST_SHOWN]}\n... ({len(shown)} characters)"


def written(content: Any) -> str:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()


def opened(token: str) -> dict[str, Any] | str:
    """The header and claims of a JWT, to learn from; its own secrets masked, and never the signature."""
    try:
        found = [orjson.loads(_decoded(part)) for part in token.split(".")[:2]]
    except ValueError:
        return MASK
    if len(found) != len(_READABLE) or not all(isinstance(part, dict) for part in found):
        return MASK
    return {name: _masked(part) for name, part in zip(_READABLE, found, strict=True)} | {"signature": MASK}


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _hidden(key, part) if key.lower() in SECRETS else _masked(part)
            for key, part in value.items()
        }
    return [_masked(part) for part in value] if isinstance(value, list) else value


def _hidden(name: str, value: Any) -> Any:
    return opened(value) if name == "id_token" and isinstance(value, str) else MASK


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _basic_name(encoded: str) -> str:
    try:
        name, colon, _ = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return MASK
    return name if colon else MASK
