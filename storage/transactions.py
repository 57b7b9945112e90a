"""Transactions: reading, writing, and writing while nobody else does."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """For queries alone; never waits for a writer."""
    with engine.connect() as db:
        yield db.execution_options(reading=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Everything or nothing, kept once the block has ended. The same as engine.begin(), by a clearer name."""
    with engine.begin() as db:
        yield db


@contextmanager
def writing_lightly(engine: Engine) -> Iterator[Connection]:
    """As `writing`, without waiting for the disk: kept when the process is killed, perhaps lost in a power cut.

    For what is of use for minutes only, and is written at every call.
    """
    with engine.connect() as connection:
        db = connection.execution_options(lightly=True)
        with db.begin():
            if db.dialect.name == "postgresql":
                db.execute(text("SET LOCAL synchronous_commit = off"))
            yield db


@contextmanager
def alone(engine: Engine, purpose: str) -> Iterator[Connection]:
    """As `writing`, one at a time for this purpose, of all threads, processes and hosts.

    For work that reads what it then builds on, such as a chain or a change of the schema.
    """
    with engine.begin() as db:  # SQLite has but one writer
        if db.dialect.name == "postgresql":
            number = zlib.crc32(f"previsit {purpose}".encode())
            db.execute(text("SET LOCAL lock_timeout = '60s'"))
            db.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
        yield db


def insert_or_update(db: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert with `on_conflict_do_update` and `on_conflict_do_nothing`, which both databases spell alike."""
    return postgresql.insert(table) if db.dialect.name == "postgresql" else sqlite.insert(table)
