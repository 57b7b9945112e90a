"""What the answers of a FHIR server come to together: each record once, and how each type was read."""

from collections.abc import Iterable, Iterator

from chart.elements import Json, as_text
from chart.paging import Found


def distinct(resources: Iterable[Json]) -> Iterator[Json]:
    """Pages that overlap and searches that share a record bring it twice; what has no id is kept."""
    seen: set[tuple[str, str]] = set()
    for resource in resources:
        key = key_of(resource)
        if key[1] and key in seen:
            continue
        seen.add(key)
        yield resource


def key_of(resource: Json) -> tuple[str, str]:
    return as_text(resource.get("resourceType")), as_text(resource.get("id"))


def id_in(reference: str) -> str:
    return reference.split("/_history/")[0].rstrip("/").rsplit("/", 1)[-1]


def detail_of(read: list[Found]) -> str:
    """How it was read, for the page's list of sources."""
    searches = f"{len(read)} searches" if len(read) > 1 else "1 search"
    since = sorted({found.since for found in read if found.since})
    reach = f", since {since[0].isoformat()}" if since else ""
    warned = ", with a warning from the EHR" if any(found.has_warning for found in read) else ""
    return f"EHR, {searches}{reach}{warned}"
