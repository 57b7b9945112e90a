"""What stands in the database in a patient's place: a keyed hash, which tells nobody without the key who it is."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence


class StandIns:
    """Made with the first key; looked for under all, so that a new key loses nothing of what the old one covers."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]
        self.key_ids = tuple(map(_key_id, self._keys))

    @property
    def key_id(self) -> str:
        """Names the first key and tells nothing of it."""
        return self.key_ids[0]

    def newest(self, purpose: str, issuer: str, patient_id: str) -> str:
        return self.every(purpose, issuer, patient_id)[0]

    def every(self, purpose: str, issuer: str, patient_id: str) -> tuple[str, ...]:
        """Issuers number their patients alike, so that the issuer is part of it."""
        whose = f"{purpose}\0{issuer}\0{patient_id}".encode()
        return tuple(hmac.new(key, whose, hashlib.sha256).hexdigest() for key in self._keys)


def _key_id(key: bytes) -> str:
    return hmac.new(key, b"previsit key id", hashlib.sha256).hexdigest()[:16]
