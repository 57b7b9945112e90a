"""SMART scopes, v1 and v2: reading them, writing them, and telling what a grant covers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import quote, unquote

RIGHTS = "cruds"
# A system scope is for backend services: it says nothing about what a person may see, nor theirs about it.
A_PERSONS, A_SERVICES = frozenset({"patient", "user"}), frozenset({"system"})
V1_RIGHTS = {"read": "rs", "write": "cud", "*": "cruds"}
_GRAMMAR = re.compile(
    r"(?P<level>patient|user|system)/(?P<type>\*|[A-Z][A-Za-z]*)"
    r"\.(?P<rights>read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(?P<query>[^\s?]+))?"
)
_PAIR = re.compile(r"[^=&]+=[^=&]+(?:&[^=&]+=[^=&]+)*")


class Sharing(Enum):
    """How much of a resource type a grant lets us search; PART must be shown as incomplete."""

    ALL = "all"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True)
class Scope:
    level: str  # patient, user or system
    type: str  # a FHIR type, or *
    rights: str  # a subset of "cruds", in that order
    query: tuple[tuple[str, str], ...] = ()

    def v1(self) -> str:
        words = {rights: word for word, rights in V1_RIGHTS.items()}
        if self.query or self.rights not in words:
            raise ValueError("v1 scopes know only read, write and *")
        return f"{self.level}/{self.type}.{words[self.rights]}"

    def v2(self) -> str:
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe=':/')}" for name, value in self.query)
        return f"{self.level}/{self.type}.{self.rights}" + (f"?{query}" if query else "")


def parse(text: str) -> Scope | None:
    """A resource scope, or None for anything else (`openid`, `launch/patient`, a malformed one)."""
    found = _GRAMMAR.fullmatch(text)
    if not found:
        return None
    rights, query = found["rights"], found["query"]
    if query and (rights in V1_RIGHTS or not _PAIR.fullmatch(query)):
        return None
    return Scope(found["level"], found["type"], V1_RIGHTS.get(rights, rights), _pairs(query))


def split(granted: str) -> tuple[str, ...]:
    """The scopes of a token response: separated by spaces, and by nothing else."""
    return tuple(word for word in granted.split(" ") if word)


def sharing(granted: Iterable[str], resource_type: str, levels: frozenset[str] = A_PERSONS) -> Sharing:
    """What searches of one type a grant allows: narrowed or read-only grants count as a part."""
    scopes = [scope for scope in map(parse, granted) if scope and _concerns(scope, resource_type, levels)]
    whole = {right for scope in scopes if not scope.query for right in scope.rights}
    if {"r", "s"} <= whole:
        return Sharing.ALL
    return Sharing.PART if any(set("rs") & set(scope.rights) for scope in scopes) else Sharing.NONE


def covers(granted: Iterable[str], resource_type: str) -> bool:
    return sharing(granted, resource_type) is Sharing.ALL


def scopes_for(types: Iterable[str], capabilities: Iterable[str], level: str = "patient") -> tuple[str, ...]:
    """Read scopes for these FHIR types, in v2 syntax where the EHR says `permission-v2`, else in v1."""
    wanted = [Scope(level, resource_type, "rs") for resource_type in sorted(set(types))]
    if "permission-v2" in set(capabilities):
        return tuple(scope.v2() for scope in wanted)
    return tuple(scope.v1() for scope in wanted)


def create_scopes_for(types: Iterable[str], capabilities: Iterable[str]) -> tuple[str, ...]:
    """Scopes to create these FHIR types. Version 1 has no word for less than create, update and delete."""
    is_v2 = "permission-v2" in set(capabilities)
    wanted = [
        Scope("patient", resource_type, "c" if is_v2 else "cud") for resource_type in sorted(set(types))
    ]
    return tuple(scope.v2() if is_v2 else scope.v1() for scope in wanted)


def can_create(granted: Iterable[str], resource_type: str) -> bool:
    """A grant narrowed by a query does not count: whether a new record falls under it, only the EHR can tell."""
    scopes = (scope for scope in map(parse, granted) if scope and _concerns(scope, resource_type))
    return any("c" in scope.rights and not scope.query for scope in scopes)


def _concerns(scope: Scope, resource_type: str, levels: frozenset[str] = A_PERSONS) -> bool:
    return scope.level in levels and scope.type in {"*", resource_type}


def _pairs(query: str | None) -> tuple[tuple[str, str], ...]:
    # Not parse_qsl: a plus sign in a scope is a plus sign.
    pairs = (pair.split("=") for pair in query.split("&")) if query else ()
    return tuple((unquote(name), unquote(value)) for name, value in pairs)
