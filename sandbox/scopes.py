"""SMART scopes of versions 1 and 2: what was asked, what a client may have, what a token permits."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

LEVELS = frozenset({"patient", "user", "system"})
# Version 1 words and the interactions they stand for in version 2 (SMART App Launch 2.2, "Scopes for
# requesting FHIR resources").
VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
# Version 2 letters must come in this order; `.sr` is not a scope.
_SYNTAX = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|c?r?u?d?s?)(?:\?(.+))?")


@dataclass(frozen=True, slots=True)
class ResourceScope:
    level: str
    resource_type: str  # or "*"
    letters: str  # in order, of "cruds"
    query: tuple[tuple[str, str], ...] = ()  # granular scopes: only resources this search would find

    def __str__(self) -> str:
        return f"{self.level}/{self.resource_type}.{self.letters}"

    def permits(self, resource_type: str, letter: str) -> bool:
        return self.resource_type in ("*", resource_type) and letter in self.letters


def read_scope(text: str) -> ResourceScope | None:
    """None for words that are not about resources (launch, openid); ValueError for a malformed one."""
    if text.partition("/")[0] not in LEVELS:
        return None
    found = _SYNTAX.fullmatch(text)
    if not found or not found[3]:
        raise ValueError(f"{text} is not a SMART scope")
    letters = VERSION_1.get(found[3], found[3])
    return ResourceScope(found[1], found[2], letters, tuple(parse_qsl(found[4] or "")))


def resource_scopes(texts: Iterable[str]) -> list[ResourceScope]:
    return [scope for text in texts if (scope := read_scope(text))]


def granted(requested: Iterable[str], allowed: Iterable[str]) -> tuple[str, ...]:
    """What a client gets of what it asks: a scope it may have in part is narrowed, not refused."""
    allowed = list(allowed)
    return tuple(dict.fromkeys(text for scope in requested for text in _share(scope, allowed)))


def _share(requested: str, allowed: list[str]) -> Iterator[str]:
    scope = read_scope(requested)
    if scope is None or requested in allowed:
        yield from (requested,) if requested in allowed else ()
        return
    shares = _overlaps(scope, resource_scopes(allowed))
    if shares.get(scope.resource_type) == scope.letters:
        yield requested
        return
    query = "?" + requested.partition("?")[2] if scope.query else ""
    yield from (f"{scope.level}/{kind}.{letters}{query}" for kind, letters in shares.items() if letters)


def _overlaps(scope: ResourceScope, allowed: list[ResourceScope]) -> dict[str, str]:
    shares: dict[str, set[str]] = {}
    for other in allowed:
        if other.level != scope.level or other.query:
            continue
        if kinds := {scope.resource_type, other.resource_type} - {"*"} or {"*"}:
            if len(kinds) > 1:
                continue
            shares.setdefault(kinds.pop(), set()).update(set(scope.letters) & set(other.letters))
    return {kind: "".join(c for c in "cruds" if c in letters) for kind, letters in shares.items()}
