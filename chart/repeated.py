"""Elements that come again month after month, and from patient to patient: each is known by its bytes and read once."""

import marshal
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from chart.elements import Doubts

_KEPT = 4096  # of each kind, the latest used; never written anywhere
_PLAIN = 2  # marshal's version without references between parts: the same element always has the same bytes

Read = TypeVar("Read")


class Repeated(Generic[Read]):
    """A reading of one element, remembered. Only for what the medicine and its directions say (docs/decisions.md)."""

    def __init__(self, read: Callable[[Any, Doubts], Read]) -> None:
        self._read = read
        self._remembered = lru_cache(maxsize=_KEPT)(self._from_bytes)

    def __call__(self, element: Any, doubts: Doubts) -> Read:
        try:
            written = marshal.dumps(element, _PLAIN)
        except ValueError:  # nested too deep, or numbers that are not JSON's own
            return self._read(element, doubts)
        found, notes = self._remembered(written)
        for note in notes:
            doubts.add(note)
        return found

    def forget(self) -> None:
        self._remembered.cache_clear()

    def _from_bytes(self, written: bytes) -> tuple[Read, tuple[str, ...]]:
        doubts = Doubts()
        # These bytes were made a moment ago in this process, from parsed JSON.
        found = self._read(marshal.loads(written), doubts)  # noqa: S302  # nosec B302
        return found, doubts.all()
