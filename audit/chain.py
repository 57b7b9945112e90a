"""The keyed hashes that link the records: without a key nobody can write, change or leave out one unseen."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

START = "0" * 64  # the link before the first record


@dataclass(frozen=True)
class Keys:
    """The first makes links, all of them check. Made from the texts of the settings."""

    by_id: dict[str, bytes] = field(repr=False)
    newest: str

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Keys":
        made = {_id(key): key for key in map(_derived, texts)}
        return cls(made, next(iter(made)))

    def link(self, key_id: str, parts: Sequence[str | int | float]) -> str | None:
        """None for a key that is not among them. Set apart as JSON does, no part can run into the next."""
        key = self.by_id.get(key_id)
        if key is None:
            return None
        return hmac.new(key, json.dumps([*parts, key_id]).encode(), hashlib.sha256).hexdigest()


def _derived(text: str) -> bytes:
    """Not the setting itself: the same text may sign forms elsewhere."""
    return hmac.new(text.encode(), b"previsit audit chain", hashlib.sha256).digest()


def _id(key: bytes) -> str:
    return hmac.new(key, b"id", hashlib.sha256).hexdigest()[:16]
