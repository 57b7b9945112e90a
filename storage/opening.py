"""A database that cannot be opened, told in a sentence that names no secret."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from storage.engine import open_engine

_EXAMPLE = "Example: PREVISIT_DATABASE_URL=sqlite:///previsit.sqlite3"
# What PostgreSQL says, in its own untranslated words or the name of the state; the first that fits.
_TOLD = (
    ("password authentication failed", "names a user or password that the database refuses"),
    ("no password supplied", "names no password, and the database asks for one"),
    ("no pg_hba.conf entry", "names a user or host that the database does not let in (pg_hba.conf)"),
    ("does not exist", "names a database or user that does not exist"),
    ("permission denied", "names a user who may not create tables or read them"),
    ("connection refused", "names a server that does not answer"),
    ("could not translate host name", "names a server that is not known"),
    ("failed to resolve host", "names a server that is not known"),
    ("timeout", "names a server that does not answer in time"),
    ("readonly database", "names a file that cannot be written"),
    ("file is not a database", "names a file that is not a SQLite database"),
)


class CannotOpen(Exception):
    """The database of the settings cannot be used; the message says which setting and why."""


@contextmanager
def opening(database_url: str) -> Iterator[Engine]:
    """An engine for one piece of work, closed after it. Raises CannotOpen."""
    try:
        engine = open_engine(database_url)
    except (ArgumentError, ValueError):
        raise CannotOpen(f"PREVISIT_DATABASE_URL is not the address of a database. {_EXAMPLE}") from None
    except ModuleNotFoundError as problem:
        told = f"needs a driver that is not installed ({problem.name})"
        raise CannotOpen(f"PREVISIT_DATABASE_URL {told}. {_EXAMPLE}") from None
    try:
        yield engine
    except SQLAlchemyError as problem:
        raise CannotOpen(f"PREVISIT_DATABASE_URL {_why(problem)}. {_EXAMPLE}") from None
    finally:
        engine.dispose()


def _why(problem: SQLAlchemyError) -> str:
    said = str(getattr(problem, "orig", "")).lower()
    return next((told for words, told in _TOLD if words in said), "names a database that cannot be opened")
