"""Audit records as FHIR: a Bundle or one AuditEvent a line, each with its number and its link in the chain."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, or_, select

from audit.codes import Json
from audit.event import instant
from storage.tables.audit import events

_AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which records; None and "" are all of them."""

    since: float | None = None
    until: float | None = None  # up to, without it
    patient: str = ""  # an id, of whichever EHR, or the whole URL of a Patient

    def in_words(self) -> dict[str, str]:
        """For the record of the export itself."""
        return {
            "since": instant(self.since) if self.since is not None else "",
            "until": instant(self.until) if self.until is not None else "",
            "patient": self.patient,
        }


def bodies(db: Connection, wanted: Wanted, through: int) -> Iterator[Json]:
    """AuditEvents in order, up to record `through`, a few at a time."""
    after = 0
    while True:
        query = _query(wanted).where(events.c.seq > after, events.c.seq <= through)
        rows = db.execute(query.order_by(events.c.seq).limit(_AT_ONCE)).all()
        yield from map(_numbered, rows)
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].seq


def as_ndjson(found: Iterable[Json]) -> Iterator[str]:
    for body in found:
        yield json.dumps(body, separators=(",", ":")) + "\n"


def as_bundle(found: Iterable[Json]) -> Iterator[str]:
    """Written as it comes: there may be more than memory holds."""
    yield '{"resourceType":"Bundle","type":"collection"'
    place = -1
    for place, body in enumerate(found):
        entry = json.dumps({"fullUrl": f"urn:uuid:{body['id']}", "resource": body}, separators=(",", ":"))
        yield (',"entry":[\n' if place == 0 else ",\n") + entry
    yield "}\n" if place < 0 else "\n]}\n"


def _query(wanted: Wanted) -> Select[tuple[int, str, str]]:
    query = select(events.c.seq, events.c.body, events.c.link)
    if wanted.since is not None:
        query = query.where(events.c.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.at < wanted.until)
    if wanted.patient:
        ending = events.c.patient.endswith(f"/Patient/{wanted.patient}", autoescape=True)
        query = query.where(or_(events.c.patient == wanted.patient, ending))
    return query


def _numbered(row: Row[tuple[int, str, str]]) -> Json:
    body: Json = json.loads(row.body)
    tags = [
        {"system": "urn:previsit:audit-seq", "code": str(row.seq)},
        {"system": "urn:previsit:audit-link", "code": row.link},
    ]
    return body | {"meta": body.get("meta", {}) | {"tag": tags}}
