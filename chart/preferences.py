"""Which form of each search an EHR takes: by its vendor's documents, its own statement, and its answers so far."""

import csv
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path

from chart.elements import Json, as_object, as_objects, as_text
from chart.fhir_server import FhirServer
from chart.searches import Attempt, Search, attempt_key
from chart.transport import Call, NotRead, SignInEnded

_log = logging.getLogger(__name__)

_REMEMBERED_S = 3600.0  # for how long an answer of the EHR tells how to begin
_STATEMENT_S = 86_400.0
_STATEMENT_AGAIN_S = 900.0  # after one that could not be read
_STATEMENT_WAIT_S = 20.0


@dataclass(frozen=True, slots=True)
class Statement:
    """What an EHR says of itself in its CapabilityStatement; often less than it can."""

    fhir_version: str = ""
    vendor: str = ""  # as the table of vendors names it; "" for others
    software: str = ""
    parameters: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by type; its types are the keys


@dataclass(slots=True)
class Preferences:
    """What is known of one EHR. Only the order of attempts changes: every one of them is still there."""

    statement: Statement = Statement()
    _taken: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)
    _next_look: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ordered(self, search: Search) -> tuple[Attempt, ...]:
        first = self._begins_with(search)
        stated = self.statement.parameters.get(search.resource_type, frozenset())
        return tuple(
            sorted(
                search.attempts,
                key=lambda attempt: (attempt_key(attempt) != first, _unstated(attempt, stated)),
            )
        )

    def taken(self, search: Search, attempt: Attempt) -> None:
        """`attempt` was accepted after another was refused: begin with it next time."""
        if not _is_narrower(attempt):
            known = (attempt_key(attempt), time.monotonic() + _REMEMBERED_S)
            self._taken[search.resource_type, search.name] = known

    def is_look_due(self) -> bool:
        """Whether the caller is the one to read the statement now."""
        with self._lock:
            if time.monotonic() < self._next_look:
                return False
            self._next_look = time.monotonic() + _STATEMENT_AGAIN_S
            return True

    def told(self, statement: Statement) -> None:
        self.statement, self._next_look = statement, time.monotonic() + _STATEMENT_S

    def _begins_with(self, search: Search) -> str | None:
        key, until = self._taken.get((search.resource_type, search.name), ("", 0.0))
        if time.monotonic() < until:
            return key
        return _by_vendor().get((self.statement.vendor, search.resource_type, search.name))


@lru_cache(maxsize=64)
def preferences_of(_base: str) -> Preferences:
    return Preferences()


def learn(server: FhirServer) -> None:
    """Read the EHR's statement, once a day, beside the work at hand; nothing waits for it."""
    known = preferences_of(server.base)
    if known.is_look_due():
        Call(server, _STATEMENT_WAIT_S).submit(_learn, server, known)


def read_statement(server: FhirServer) -> Statement:
    """Raises NotRead, or SignInEnded where the EHR shows it to those signed in alone."""
    call = Call(server, _STATEMENT_WAIT_S, proof="metadata")
    return statement_of(call.get(f"{server.base}/metadata", call.search_ends()))


def statement_of(document: Json) -> Statement:
    software = as_text(as_object(document.get("software")).get("name"))
    named = f"{software} {as_text(document.get('publisher'))}"
    rest = next(iter(as_objects(document.get("rest"))), {})
    resources = {as_text(r.get("type")): _parameters(r) for r in as_objects(rest.get("resource"))}
    return Statement(as_text(document.get("fhirVersion")), vendor_of(named), software, resources)


def vendor_of(text: str) -> str:
    """The vendor whose name stands in `text`; "" for one that the table does not have."""
    lowered = f" {text.lower()} "
    for row in vendor_rows():
        if any(word in lowered for word in row["known_by"].split("|")):
            return row["vendor"]
    return ""


@cache
def vendor_rows() -> tuple[dict[str, str], ...]:
    path = Path(__file__).parent / "tables" / "vendor_searches.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _by_vendor() -> dict[tuple[str, str, str], str]:
    return {(r["vendor"], r["resource_type"], r["search"]): r["begin_with"] for r in vendor_rows()}


def _learn(server: FhirServer, known: Preferences) -> None:
    try:
        known.told(read_statement(server))
    except (NotRead, SignInEnded) as problem:
        _log.info("FHIR: no CapabilityStatement: %s", type(problem).__name__)


def _parameters(resource: Json) -> frozenset[str]:
    names = {as_text(p.get("name")) for p in as_objects(resource.get("searchParam"))}
    included = resource.get("searchInclude")
    return frozenset(names | ({"_include"} if isinstance(included, list) and included else set()))


def _unstated(attempt: Attempt, stated: frozenset[str]) -> int:
    """How many parameters the EHR does not name. EHRs name too few: this moves an attempt, and drops none."""
    if not stated or _is_narrower(attempt):
        return len(attempt) + 9 if stated else 0  # after all that would bring everything
    asked = {name for query in attempt for name, _ in query.filters}
    asked |= {"date"} if any(query.years for query in attempt) else set()
    return len(asked - stated)


def _is_narrower(attempt: Attempt) -> bool:
    return any(query.limited_to for query in attempt)
