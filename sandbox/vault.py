"""Secrets with a life span: launches, codes and tokens, kept in memory and forgotten when they expire."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Kept(Generic[T]):
    value: T
    expires: float
    is_used: bool = False


class Vault(Generic[T]):
    """Hands out an opaque secret for a value; the secret says nothing about what it stands for."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: dict[str, Kept[T]] = {}
        self._lock = threading.Lock()

    def put(self, value: T, seconds: float) -> str:
        secret, now = secrets.token_urlsafe(24), self._clock()
        with self._lock:
            self._kept = {key: kept for key, kept in self._kept.items() if kept.expires > now}
            self._kept[secret] = Kept(value, now + seconds)
        return secret

    def get(self, secret: str) -> T | None:
        kept = self._alive(secret)
        return kept.value if kept else None

    def use(self, secret: str) -> tuple[T | None, bool]:
        """The value, and whether this is its first use; of two threads only one is the first."""
        with self._lock:
            kept = self._alive(secret)
            if kept is None:
                return None, False
            is_first, kept.is_used = not kept.is_used, True
            return kept.value, is_first

    def drop(self, secret: str) -> None:
        with self._lock:
            self._kept.pop(secret, None)

    def _alive(self, secret: str) -> Kept[T] | None:
        kept = self._kept.get(secret)
        return kept if kept and kept.expires > self._clock() else None


class SeenOnce:
    """Remembers names until they expire, to refuse a second use (the jti of a client assertion)."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def is_first(self, name: str, until: float) -> bool:
        with self._lock:
            self._seen = {key: end for key, end in self._seen.items() if end > self._clock()}
            if name in self._seen:
                return False
            self._seen[name] = until
            return True
