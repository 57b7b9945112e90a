"""The keys we sign client assertions with, and the public half we publish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

# The two algorithms that SMART asks every client and server to know.
KINDS: tuple[tuple[type[RSAKey] | type[ECKey], str], ...] = ((RSAKey, "RS384"), (ECKey, "ES384"))


class BadKey(ValueError):
    """A key file that cannot sign client assertions; the message is a sentence."""


@dataclass(frozen=True)
class SigningKey:
    kid: str
    alg: str
    key: RSAKey | ECKey = field(repr=False, compare=False)

    def public(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), "kid": self.kid, "alg": self.alg, "use": "sig"}


def load_key(path: Path) -> SigningKey:
    """A PEM private key: RSA signs RS384, EC on P-384 signs ES384, the two that SMART asks of a client."""
    try:
        text = path.read_text()
    except OSError as error:
        raise BadKey(f"The private key file {path.name} cannot be read ({error.strerror}).") from None
    for kind, alg in KINDS:
        try:
            key = kind.import_key(text)
        except (JoseError, ValueError, TypeError):
            continue
        if key.is_private and (isinstance(key, RSAKey) or key.curve_name == "P-384"):
            return SigningKey(key.thumbprint(), alg, key)
    raise BadKey(f"The file {path.name} is not a PEM private key of kind RSA, or EC on the curve P-384.")


def published(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, Any]]]:
    by_kid = {key.kid: key.public() for key in keys}
    return {"keys": list(by_kid.values())}
