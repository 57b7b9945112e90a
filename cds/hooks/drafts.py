"""The orders being written, taken as EHRs send them."""

from dataclasses import dataclass, field
from typing import Any

from cds.hooks.requests import BadRequest, HookRequest, Json
from chart.elements import as_object, as_text, local_reference
from chart.reader import ChartNotReadable, entries_of

_ORDER = "MedicationRequest"


@dataclass(frozen=True)
class Drafts:
    """`as_sent` by id is untouched, for actions on them; `to_read` has an id for each and findable Medications."""

    to_read: tuple[Json, ...] = ()
    as_sent: dict[str, Json] = field(default_factory=dict)  # "MedicationRequest/1" -> JSON; those with an id
    selections: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(f"{_ORDER}/{r['id']}" for r in self.to_read if r["resourceType"] == _ORDER)

    @property
    def has_any_to_judge(self) -> bool:
        """Most orders are for tests and visits: then no chart need be read."""
        return bool(self.ids & self.selections if self.selections else self.ids)


def drafts_of(request: HookRequest) -> Drafts:
    """Bundles with or without a type, lists and single resources; BadRequest for what is no FHIR at all."""
    if request.draft_orders is None:
        return Drafts()
    try:
        pairs = entries_of(_as_bundle(request.draft_orders))
    except ChartNotReadable:
        raise BadRequest("context.draftOrders is not a FHIR Bundle.") from None
    resources = [(url, r) for url, r in pairs if isinstance(r, dict) and _is_written(r)]
    as_sent = {
        f"{_ORDER}/{r['id']}": r for _, r in resources if r["resourceType"] == _ORDER and as_text(r.get("id"))
    }
    places = {url: n for n, (url, r) in enumerate(resources) if url and r["resourceType"] == "Medication"}
    to_read = tuple(_readable(r, n, places, resources) for n, (_, r) in enumerate(resources))
    return Drafts(to_read, as_sent, _selected(request, as_sent))


def _as_bundle(drafts: Any) -> Any:
    return {"resourceType": "Bundle", "entry": drafts} if isinstance(drafts, list) else drafts


def _is_written(resource: Json) -> bool:
    """In order-select an order may not name its medicine yet: then there is nothing to judge."""
    kind = as_text(resource.get("resourceType"))
    return bool(kind) and (kind != _ORDER or any("medication" in name for name in resource))


def _readable(resource: Json, place: int, places: dict[str, int], resources: list[Any]) -> Json:
    """With an id of its own: without one, two records would look alike."""
    known = {**resource, "id": _id(resource, place)}
    reference = as_text(as_object(resource.get("medicationReference")).get("reference"))
    if reference in places:
        at = places[reference]
        known["medicationReference"] = {
            **resource["medicationReference"],
            "reference": f"Medication/{_id(resources[at][1], at)}",
        }
    return known


def _id(resource: Json, place: int) -> str:
    return as_text(resource.get("id")) or f"draft-{place + 1}"


def _selected(request: HookRequest, as_sent: dict[str, Json]) -> frozenset[str]:
    """order-select judges what was selected. A selection that matches no draft must not silence us: then all are."""
    chosen = frozenset(local_reference(s) for s in request.selections)
    orders = {s for s in chosen if s.startswith(f"{_ORDER}/")}
    return chosen if orders <= as_sent.keys() else frozenset()
