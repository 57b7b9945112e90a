"""Opens the database: SQLite in a file or in memory, or PostgreSQL, by its address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

IN_MEMORY = frozenset({"sqlite://", "sqlite:///:memory:"})
_SQLITE = (
    "journal_mode=WAL",  # readers do not wait for the writer
    "synchronous=FULL",  # what was confirmed outlives a power cut, not only a killed process
    "busy_timeout=10000",  # milliseconds
    "foreign_keys=ON",
)
_POSTGRESQL = (
    "statement_timeout = '15s'",
    "lock_timeout = '10s'",
    "idle_in_transaction_session_timeout = '30s'",
)
_CONNECTING = {
    "connect_timeout": 5,
    "application_name": "previsit",
    # A server that is gone without a word is noticed in seconds.
    "keepalives_idle": 30,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "prepare_threshold": None,  # PgBouncer in transaction mode knows no prepared statements
}


def full_address(url: str) -> str:
    """Names the driver, however the address of a PostgreSQL is written."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if colon and scheme in {"postgres", "postgresql"} else url


def open_engine(database_url: str) -> Engine:
    """An engine; nothing is connected yet. SQLite in memory is one connection that threads take in turn."""
    url = full_address(database_url)
    if not url.startswith("sqlite"):
        return _postgresql(url)
    engine = create_engine(url, **_one_connection() if url in IN_MEMORY else {"pool_pre_ping": True})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _one_connection() -> dict[str, Any]:
    single = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    return {"connect_args": {"check_same_thread": False}, **single}


def _postgresql(url: str) -> Engine:
    pool = {"pool_size": 8, "max_overflow": 4, "pool_timeout": 10, "pool_recycle": 1800}
    engine = create_engine(url, pool_pre_ping=True, connect_args=_CONNECTING, **pool)
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver begins transactions late and ends them before DDL; _begin_sqlite says when instead.
    connection.isolation_level = None
    for pragma in _SQLITE:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A transaction that may write takes its turn at once: one that read first could not wait for it later."""
    options = connection.get_execution_options()
    if not (reads := options.get("reading", False)):
        # In WAL mode NORMAL leaves the database whole after a power cut, without its last transactions.
        level = "NORMAL" if options.get("lightly", False) else "FULL"
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    # Not as start-up options: connection poolers refuse those, and the address may carry its own.
    for setting in _POSTGRESQL:
        connection.execute(f"SET {setting}")
    connection.commit()
