"""The answer to a FHIR search: resources found and sorted, and the searchset page built from them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sandbox import matching, parameters
from sandbox.access import View
from sandbox.answers import outcome
from sandbox.parameters import Parameter
from sandbox.query import Query
from sandbox.references import Resource, at_path, local_target
from sandbox.store import Store

MaySee = Callable[[Resource], bool]


def find(store: Store, query: Query, view: View) -> list[Resource]:
    """All resources that fit and that the token may see, in the order asked for."""
    patient = query.named_patient()
    if patient is None and query.resource_type not in parameters.SHARED:
        patient = view.patient
    candidates = store.all(query.resource_type, patient)
    found = [item for item in candidates if view.shows(item) and _fits_all(item, query)]
    for parameter, is_descending in reversed(query.sort):
        found = _sorted(found, parameter, is_descending=is_descending)
    return found


def searchset(
    store: Store, query: Query, found: list[Resource], offset: int, may_see: MaySee, next_url: str | None
) -> dict[str, Any]:
    """One page; a referenced resource is included when `may_see` says the token allows it."""
    page = found[offset : offset + query.count]
    link = [{"relation": "self", "url": _self_url(query)}]
    if next_url:
        link.append({"relation": "next", "url": next_url})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": link}
    if query.has_total or query.count == 0:
        bundle["total"] = len(found)
    if entries := _entries(store, query, page, may_see):
        bundle["entry"] = entries  # an empty array is not allowed in FHIR JSON
    return bundle


def _entries(store: Store, query: Query, page: list[Resource], may_see: MaySee) -> list[dict[str, Any]]:
    entries = [_entry(query.base, resource, "match") for resource in page]
    included = [found for found in _referenced(store, query, page) if may_see(found)]
    entries += [_entry(query.base, resource, "include") for resource in included]
    for text in query.warnings:
        warning = outcome("warning", "not-supported", text)
        entries.append({"resource": warning, "search": {"mode": "outcome"}})
    return entries


def _fits_all(resource: Resource, query: Query) -> bool:
    return all(matching.fits(resource, one.parameter, one.modifier, one.value) for one in query.criteria)


def _sorted(found: list[Resource], parameter: Parameter, *, is_descending: bool) -> list[Resource]:
    """Resources without the element come last, whichever way the rest is sorted."""
    keyed = [(_sort_keys(item, parameter), item) for item in found]
    last = [item for keys, item in keyed if not keys]
    first = [(max(keys) if is_descending else min(keys), item) for keys, item in keyed if keys]
    first.sort(key=lambda pair: pair[0], reverse=is_descending)
    return [item for _, item in first] + last


def _sort_keys(resource: Resource, parameter: Parameter) -> list[Any]:
    found = [item for path in parameter.paths for item in at_path(resource, path)]
    if parameter.kind == "date":
        return [span for item in found if (span := matching.span(item))]
    return [word for item in found if (word := _word(item))]


def _word(item: Any) -> str:
    if isinstance(item, dict):
        codes = [coding.get("code") for coding in at_path(item, "coding") if isinstance(coding, dict)]
        item = next((text for text in (*codes, item.get("text"), item.get("code")) if text), "")
    return str(item)


def _entry(base: str, resource: Resource, mode: str) -> dict[str, Any]:
    url = f"{base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": mode}}


def _self_url(query: Query) -> str:
    asked = urlencode(query.applied, safe=":,|/")
    return f"{query.base}/{query.resource_type}" + (f"?{asked}" if asked else "")


def _referenced(store: Store, query: Query, page: list[Resource]) -> list[Resource]:
    found: dict[str, Resource] = {}
    for path in (path for parameter in query.includes for path in parameter.paths):
        for target in (local_target(item) for resource in page for item in at_path(resource, path)):
            if target and (resource := store.get(*target.split("/", 1))):
                found.setdefault(target, resource)
    return [resource for resource in found.values() if not any(resource is one for one in page)]
