"""What one page of search results holds: records, complaints, things that are no records, and the way on."""

import re
from dataclasses import dataclass

from chart.elements import Json, as_object, as_objects, as_text
from chart.records import SetAside

_OWNERS = ("subject", "patient", "for", "beneficiary")
_PATIENT = re.compile(r"(?:^|/)Patient/([^/?#]+)")
_NO_RESOURCE = "it is not a FHIR resource"
_NOT_ASKED = "a record of a kind that was not asked for"
_FOREIGN = "it belongs to another patient"
_EARLIER = "it is filed under an earlier record of this patient"


@dataclass(frozen=True, slots=True)
class Page:
    resources: tuple[Json, ...]
    set_aside: tuple[SetAside, ...]
    size: int  # entries of every kind
    total: int | None  # what the server says the search has found
    next: str | None  # as the server wrote it; "" when it cannot be read
    has_error: bool = False
    has_warning: bool = False


def read_page(bundle: Json, resource_type: str, first: int = 0) -> Page:
    """One page of a search for `resource_type`; entries are counted on from `first`."""
    entries = bundle.get("entry")
    if entries is None:
        entries = []
    elif not isinstance(entries, list):
        entries = [entries]
    kept: list[Json] = []
    aside: list[SetAside] = []
    severities: set[str] = set()
    for position, entry in enumerate(entries, first):
        resource = as_object(entry).get("resource")
        kind = as_text(as_object(resource).get("resourceType"))
        if not isinstance(resource, dict) or not kind:
            # It was the answer to this search, so this is the type that may be missing a record.
            aside.append(SetAside(resource_type, f"entry {position}", _NO_RESOURCE))
        elif kind == "OperationOutcome":
            severities |= {as_text(i.get("severity")) for i in as_objects(resource.get("issue"))}
        elif kind in (resource_type, "Medication") or _is_included(entry):
            kept.append(resource)
        else:
            aside.append(SetAside(kind, f"entry {position}", _NOT_ASKED, hides_a_record=False))
    return Page(
        tuple(kept),
        tuple(aside),
        len(entries),
        _total(bundle),
        _next(bundle),
        has_error=bool(severities & {"error", "fatal"}),
        has_warning="warning" in severities,
    )


def own_records(
    resources: tuple[Json, ...], patient: Json, patient_id: str
) -> tuple[list[Json], list[SetAside]]:
    """Those that are this patient's or nobody's. A server that ignores `patient` sends everybody's."""
    earlier = _replaced_by(patient)
    own: list[Json] = []
    aside: list[SetAside] = []
    for position, resource in enumerate(resources):
        owners = _owners(resource)
        if not owners or patient_id in owners:
            own.append(resource)
            continue
        is_merged = bool(owners & earlier)
        # Not under its id: that is another person's, and this list is shown.
        aside.append(
            SetAside(
                as_text(resource.get("resourceType")),
                f"entry {position}",
                _EARLIER if is_merged else _FOREIGN,
                hides_a_record=is_merged,
            )
        )
    return own, aside


def medication_references(resources: tuple[Json, ...]) -> tuple[str, ...]:
    """Distinct references to Medication resources outside the record that names them."""
    found = (as_text(as_object(r.get("medicationReference")).get("reference")) for r in resources)
    return tuple(dict.fromkeys(ref for ref in found if ref and not ref.startswith(("#", "urn:"))))


def _owners(resource: Json) -> set[str]:
    """Ids of the patients it says it is about; empty when it does not say, as in records stripped to a status."""
    if resource.get("resourceType") == "Patient":
        return {as_text(resource.get("id"))}
    named = [r for element in _OWNERS for r in as_objects(resource.get(element))]
    if resource.get("resourceType") == "Appointment":
        named += [as_object(p.get("actor")) for p in as_objects(resource.get("participant"))]
    matches = (_PATIENT.search(as_text(reference.get("reference"))) for reference in named)
    return {match[1] for match in matches if match}


def _replaced_by(patient: Json) -> set[str]:
    links = (link for link in as_objects(patient.get("link")) if link.get("type") == "replaces")
    matches = (_PATIENT.search(as_text(as_object(link.get("other")).get("reference"))) for link in links)
    return {match[1] for match in matches if match}


def _is_included(entry: object) -> bool:
    return as_text(as_object(as_object(entry).get("search")).get("mode")) in ("include", "outcome")


def _total(bundle: Json) -> int | None:
    total = bundle.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) else None


def _next(bundle: Json) -> str | None:
    links = [link for link in as_objects(bundle.get("link")) if link.get("relation") == "next"]
    return as_text(links[0].get("url")) if links else None
