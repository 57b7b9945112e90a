"""What came with a hook request: prefetch in every state that EHRs send it in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cds.hooks.requests import HookRequest, Json
from cds.hooks.services import Service
from cds.hooks.templates import PATIENT
from chart.elements import as_object, as_objects, as_text
from chart.paging import Found
from chart.records import Gap, SetAside
from chart.searches import Search

_NESTING = 3  # a Bundle of Bundles is met; deeper wrapping is not FHIR
_HARMLESS = frozenset({"information", "warning", "success"})


@dataclass
class Sent:
    """Resources sent, and for each search whether its answer is here: read, failed, or neither (not sent)."""

    patient: Json | None = None
    found: dict[Search, Found] = field(default_factory=dict)
    onward: dict[Search, str] = field(default_factory=dict)  # where a list goes on
    failed: set[Search] = field(default_factory=set)  # sent, but as an error or as something else
    extra: list[Json] = field(default_factory=list)  # under keys that are not ours, or beside an error

    def resources(self) -> Iterator[Json]:
        for found in self.found.values():
            yield from found.resources
        yield from self.extra


@dataclass
class _Opened:
    """One prefetch value, unwrapped."""

    resources: list[Json] = field(default_factory=list)
    unreadable: int = 0
    has_error: bool = False
    next: str = ""
    total: int = 0


def sent_with(request: HookRequest, service: Service) -> Sent:
    """Sorts prefetch by the searches of the service. Null means "no data"; an absent key means "not sent"."""
    sent = Sent()
    for key, search in service.searches.items():
        if key in request.prefetch:
            _take(sent, search, _opened(request.prefetch[key]))
    for key, value in request.prefetch.items():
        if key not in service.searches:
            sent.extra += _opened(value).resources
    sent.patient = _patient(sent, request)
    _share_medications(sent)
    return sent


def _take(sent: Sent, search: Search, opened: _Opened) -> None:
    if opened.has_error:
        sent.failed.add(search)
        sent.extra += opened.resources
        return
    found = Found(search, opened.resources, entries=len(opened.resources) + opened.unreadable, is_read=True)
    found.set_aside += [
        SetAside(search.resource_type, f"entry {n}", "it is not a FHIR resource")
        for n in range(opened.unreadable)
    ]
    if opened.next:
        sent.onward[search] = opened.next
        found.miss(Gap.CUT_OFF, "more were left out of the request")
    elif opened.total > found.entries:
        found.miss(Gap.CUT_OFF, "the EHR counted more than it sent")
    sent.found[search] = found


def _opened(value: object) -> _Opened:
    opened = _Opened()
    if value is not None:
        _open(value, opened, _NESTING)
    return opened


def _open(value: object, opened: _Opened, depth: int) -> None:
    if isinstance(value, list):
        for item in value:
            _open_entry(item, opened, depth - 1)
        return
    element = as_object(value)
    kind = as_text(element.get("resourceType"))
    if depth <= 0 or not element:
        opened.has_error = True
    elif kind == "Bundle" or (not kind and "entry" in element):
        _open_bundle(element, opened, depth)
    elif kind == "OperationOutcome":
        opened.has_error = opened.has_error or _is_error(element)
    elif kind:
        opened.resources.append(element)
    elif "resource" in element:  # CDS Hooks 1.0 drafts wrapped each answer with its status
        opened.has_error = opened.has_error or _failed(element)
        if element["resource"] is not None:
            _open(element["resource"], opened, depth - 1)
    else:
        opened.has_error = True


def _open_bundle(bundle: Json, opened: _Opened, depth: int) -> None:
    entries = bundle.get("entry")
    if entries is not None and not isinstance(entries, list):
        entries = [entries]
    for entry in entries or []:
        _open_entry(entry, opened, depth - 1)
    links = (link for link in as_objects(bundle.get("link")) if link.get("relation") == "next")
    opened.next = opened.next or next((as_text(link.get("url")) or "?" for link in links), "")
    total = bundle.get("total")
    opened.total = max(opened.total, total if isinstance(total, int) and not isinstance(total, bool) else 0)


def _open_entry(entry: object, opened: _Opened, depth: int) -> None:
    """An entry, a bare resource in its place, or something that is neither and counts as unreadable."""
    element = as_object(entry)
    resource: Any = element.get("resource", element)
    kind = as_text(as_object(resource).get("resourceType"))
    if kind in ("Bundle", "OperationOutcome"):
        _open(resource, opened, depth)
    elif kind:
        opened.resources.append(resource)
    elif _failed(element):
        opened.has_error = True
    elif not ("response" in element or "request" in element):
        opened.unreadable += 1


def _failed(element: Json) -> bool:
    """The status line of a batch entry, or of a wrapped answer."""
    status = as_text(as_object(element.get("response")).get("status"))
    return status[:1] in ("4", "5")


def _is_error(outcome: Json) -> bool:
    """An outcome without a severity, in place of data, is taken for an error."""
    severities = {as_text(issue.get("severity")) for issue in as_objects(outcome.get("issue"))}
    return not severities or not severities <= _HARMLESS


def _patient(sent: Sent, request: HookRequest) -> Json | None:
    """The patient of the context, under whichever key; one without an id only under its own key."""
    for resource in sent.resources():
        if resource.get("resourceType") == "Patient" and resource.get("id") == request.patient_id:
            return resource
    for resource in _opened(request.prefetch.get(PATIENT)).resources:
        if resource.get("resourceType") == "Patient" and not resource.get("id"):
            return {**resource, "id": request.patient_id}
    return None


def _share_medications(sent: Sent) -> None:
    """A Medication may come under another key than the order that refers to it."""
    medications = [r for r in sent.resources() if r.get("resourceType") == "Medication"]
    if medications:
        for search, found in sent.found.items():
            if search.resource_type.startswith("Medication"):
                found.resources += medications
