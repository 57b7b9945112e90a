"""The tables of launch, and the database engine they live in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    QueuePool,
    String,
    Table,
    create_engine,
    event,
)

metadata = MetaData()
# The cookie, the state and the handle are kept as hashes: a copy of the database opens nothing.
browsers = Table(
    "launch_browser",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id_hash", String(64), unique=True, nullable=False),
    Column("family", String(43), nullable=False, index=True),
    Column("born_at", Float, nullable=False),
)
pendings = Table(
    "launch_pending",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("family", String(43), nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
sessions = Table(
    "launch_session",
    metadata,
    Column("handle_hash", String(64), primary_key=True),
    Column("family", String(43), nullable=False, index=True),
    Column("opened_by", Integer, nullable=False),
    Column("issuer", String(2048), nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("renewing_since", Float),
    Column("sealed", LargeBinary, nullable=False),
)


def open_engine(database_url: str) -> Engine:
    """An engine; SQLite in memory is one connection that threads take in turn."""
    if database_url in {"sqlite://", "sqlite:///:memory:"}:
        single = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
        return create_engine(database_url, connect_args={"check_same_thread": False}, **single)
    engine = create_engine(database_url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
