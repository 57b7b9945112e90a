"""FHIR resources as plain dicts, in memory, indexed by type, id and patient compartment."""

import re
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.references import (
    Resource,
    at_path,
    conditional,
    every_reference,
    local_target,
    patients_of,
    rewrite,
)

_TYPE_NAME = re.compile(r"[A-Z][A-Za-z]+")
_DEEPEST_BUNDLE = 3  # a batch-response holds searchsets; deeper nesting is no real export


@dataclass(frozen=True, slots=True)
class Added:
    stored: int
    skipped: int  # entries without a usable resource


class Store:
    """`require_observation_category`: refuse Observation searches without category or code, as Epic does."""

    def __init__(self, *, require_observation_category: bool = True) -> None:
        self.require_observation_category = require_observation_category
        self._by_type: dict[str, dict[str, Resource]] = {}
        self._by_patient: dict[tuple[str, str], dict[str, Resource]] = {}
        self._by_identifier: dict[tuple[str, str, str], str] = {}
        self._unresolved: list[dict[str, Any]] = []
        self._lock = threading.RLock()

    def add_bundle(self, bundle: Any) -> Added:
        """Take in any kind of Bundle, or one bare resource; references between its entries become Type/id."""
        entries = [(url, own_copy(found)) for url, found in _entries(bundle)]
        usable = [(url, resource) for url, resource in entries if resource]
        # Patients first: whose record an id belongs to must be known before the rest is placed.
        usable.sort(key=lambda pair: pair[1]["resourceType"] != "Patient")
        moved: dict[str, str] = {}
        with self._lock:
            for url, resource in usable:
                self._name(url, resource, moved)
            for _, resource in usable:
                rewrite(resource, moved)
                self.add(resource)
            self._resolve_conditionals([resource for _, resource in usable])
        return Added(len(usable), len(entries) - len(usable))

    def add(self, resource: Resource) -> None:
        """Put one resource under its type and id, in place of any older one."""
        kind, key = resource["resourceType"], resource["id"]
        with self._lock:
            for patient in patients_of(self.get(kind, key) or {}):
                self._by_patient[(patient, kind)].pop(key, None)
            self._by_type.setdefault(kind, {})[key] = resource
            for patient in patients_of(resource):
                self._by_patient.setdefault((patient, kind), {})[key] = resource
            for identifier in _identifiers(resource):
                self._by_identifier[(kind, *identifier)] = f"{kind}/{key}"

    def get(self, resource_type: str, resource_id: str) -> Resource | None:
        return self._by_type.get(resource_type, {}).get(resource_id)

    def all(self, resource_type: str, patient: str | None = None) -> list[Resource]:
        """Resources of one type, of one patient if given, in the order they came."""
        with self._lock:
            if patient is None:
                return list(self._by_type.get(resource_type, {}).values())
            return list(self._by_patient.get((patient, resource_type), {}).values())

    def everything(self, patient: str) -> list[Resource]:
        """The patient's whole record, and what it refers to that belongs to nobody."""
        with self._lock:
            kinds = [kind for owner, kind in self._by_patient if owner == patient]
        mine = [
            found
            for kind in sorted(kinds, key=lambda k: (k != "Patient", k))
            for found in self.all(kind, patient)
        ]
        targets = {target for found in mine for r in every_reference(found) if (target := local_target(r))}
        shared = (self.get(*target.split("/", 1)) for target in sorted(targets))
        return mine + [found for found in shared if found and not patients_of(found)]

    def stamp(self, moment: str) -> None:
        """meta.lastUpdated where there is none: a server that offers `_lastUpdated` must not find nothing by it."""
        with self._lock:
            for resource in (found for kind in self._by_type.values() for found in kind.values()):
                meta = resource.get("meta")
                if meta is None or isinstance(meta, dict):
                    resource["meta"] = {"lastUpdated": moment, **(meta or {})}

    def types(self) -> frozenset[str]:
        return frozenset(self._by_type)

    def _name(self, url: str | None, resource: Resource, moved: dict[str, str]) -> None:
        """Settle the id a resource has here, and note the names by which its bundle refers to it."""
        kind, old = resource["resourceType"], resource.get("id")
        resource["id"] = self._free_id(resource, _wanted_id(url, old), moved)
        here = f"{kind}/{resource['id']}"
        if url:
            moved[url] = here
        if isinstance(old, str):
            moved[f"{kind}/{old}"] = here

    def _free_id(self, resource: Resource, wanted: str, moved: dict[str, str]) -> str:
        """The wanted id, unless it belongs to somebody else's record: two people are never merged."""
        taken = self.get(resource["resourceType"], wanted)
        if taken is None or _has_same_owner(taken, resource, moved):
            return wanted
        return self._free_id(resource, f"{wanted}-2", moved)

    def _resolve_conditionals(self, added: list[Resource]) -> None:
        """Synthea refers to clinicians by identifier and keeps them in another file, which may come later."""
        references = (found for resource in added for found in every_reference(resource))
        self._unresolved += [found for found in references if conditional(found["reference"])]
        waiting = []
        for reference in self._unresolved:
            wanted = conditional(reference["reference"])
            target = self._by_identifier.get(wanted) if wanted else None
            if target:
                reference["reference"] = target
            else:
                waiting.append(reference)
        self._unresolved = waiting


def _entries(bundle: Any, depth: int = 0) -> Iterator[tuple[str | None, Any]]:
    """(fullUrl, resource) of each entry; a bundle inside a bundle is opened."""
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        yield None, bundle
        return
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        inner = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(inner, dict) and inner.get("resourceType") == "Bundle" and depth < _DEEPEST_BUNDLE:
            yield from _entries(inner, depth + 1)
        else:
            url = entry.get("fullUrl") if isinstance(entry, dict) else None
            yield (url if isinstance(url, str) else None), inner


def own_copy(resource: Any) -> Resource | None:
    """The resource as a dict of our own, or None when it is nothing a server could hold."""
    kind = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(kind, str) or not _TYPE_NAME.fullmatch(kind) or kind in ("OperationOutcome", "Bundle"):
        return None
    try:
        copied: Resource = orjson.loads(orjson.dumps(resource, default=float))
    except (TypeError, ValueError):  # orjson's errors for numbers too large or nesting too deep
        return None
    return copied


def _wanted_id(url: str | None, old: Any) -> str:
    if isinstance(old, str) and old and "/" not in old:
        return old
    if url and url.startswith(("urn:uuid:", "urn:oid:")):
        return url.rpartition(":")[2]
    return str(uuid.uuid4())


def _has_same_owner(taken: Resource, resource: Resource, moved: dict[str, str]) -> bool:
    if resource["resourceType"] == "Patient":
        return all(taken.get(key) == resource.get(key) for key in ("name", "birthDate"))
    settled = orjson.loads(orjson.dumps(resource))
    rewrite(settled, moved)
    return patients_of(taken) == patients_of(settled)


def _identifiers(resource: Resource) -> Iterator[tuple[str, str]]:
    for found in at_path(resource, "identifier"):
        if isinstance(found, dict) and isinstance(found.get("value"), str):
            yield str(found.get("system", "")), found["value"]
