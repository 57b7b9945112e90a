"""Writes the audit trail: each record linked to the one before it, of all threads and processes in one order."""

import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from audit.chain import Keys
from audit.event import Event, as_fhir
from storage.tables.audit import events, head
from storage.transactions import reading, writing

log = logging.getLogger(__name__)

HEAD_EVERY = 100  # records between two heads in the log; with HEAD_SECONDS, whichever comes first
HEAD_SECONDS = 600.0


class AuditDown(Exception):
    """The audit trail cannot be written: what was to be shown or done must not be."""


@dataclass
class Trail:
    engine: Engine
    keys: Keys
    site: str  # the public address of this app
    clock: Callable[[], float] = time.time
    _told: tuple[int, float] = field(default=(0, 0.0), repr=False)  # seq and time of the last head in the log

    def append(self, happened: Sequence[Event]) -> None:
        """Returns once they are kept, all of them. Raises AuditDown where they are not."""
        try:
            with writing(self.engine) as db:
                seq, link = self.append_within(db, happened)
        except SQLAlchemyError as problem:
            raise AuditDown(type(problem).__name__) from None
        self._tell_head(seq, link)

    def append_within(self, db: Connection, happened: Sequence[Event]) -> tuple[int, str]:
        """In a transaction of the caller's: what was done and its record are kept together, or neither is.

        The head's row is what writers take turns by, from here until the transaction ends.
        """
        seq, link = _take_head(db, len(happened))
        rows = []
        for event in happened:
            seq += 1
            rows.append(self._row(event, seq, link))
            link = rows[-1]["link"]
        db.execute(insert(events), rows)
        db.execute(update(head).values(link=link))
        return seq, link

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """For reading the trail as it stood at one moment, while others go on writing."""
        with reading(self.engine) as db:
            if db.dialect.name == "postgresql":
                db.execution_options(isolation_level="REPEATABLE READ")
            yield db

    def _row(self, event: Event, seq: int, before: str) -> dict[str, Any]:
        at = round(self.clock(), 3)
        body = json.dumps(as_fhir(event, str(uuid4()), at, self.site), separators=(",", ":"))
        row: dict[str, Any] = {
            "seq": seq,
            "at": at,
            "act": event.act.name,
            "patient": event.patient_url,
            "body": body,
        }
        row["key_id"] = self.keys.newest
        return row | {"link": link_of(self.keys, before, row)}

    def _tell_head(self, seq: int, link: str) -> None:
        """Into the log, which is kept elsewhere: records cut off the end are then missed (see audit.verify)."""
        told, at = self._told
        now = self.clock()
        if seq // HEAD_EVERY > told // HEAD_EVERY or now - at >= HEAD_SECONDS:
            self._told = (seq, now)
            log.info("%s", head_line(seq, link))


def head_line(seq: int, link: str) -> str:
    return f"audit head seq={seq} link={link}"


def link_of(keys: Keys, before: str, row: Mapping[str, Any]) -> str | None:
    """The link a record must have; None where its key is not known. In milliseconds: floats may lose digits."""
    at = round(row["at"] * 1000)
    return keys.link(row["key_id"], (before, row["seq"], at, row["act"], row["patient"], row["body"]))


def read_head(db: Connection) -> tuple[int, str] | None:
    row = db.execute(select(head.c.seq, head.c.link)).one_or_none()
    return (row.seq, row.link) if row else None


def _take_head(db: Connection, count: int) -> tuple[int, str]:
    """Where the chain ends, with the next `count` numbers taken; others wait until this transaction ends."""
    moved = update(head).values(seq=head.c.seq + count).returning(head.c.seq, head.c.link)
    row = db.execute(moved).one_or_none()
    if row is None:
        raise AuditDown("the head of the chain is missing")
    return row.seq - count, row.link
