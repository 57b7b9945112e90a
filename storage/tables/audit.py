"""The tables of the audit trail: its records, the head of their chain, and the seals of what was removed."""

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Float, Integer, String, Table, Text, event

from storage.metadata import metadata
from storage.tables.audit_triggers import statements

events = Table(
    "audit_event",
    metadata,
    # Counted by the head, without holes: no sequence of a database promises that.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False, index=True),
    Column("act", String(32), nullable=False),
    Column("patient", String(2304), nullable=False, index=True),  # URL of the Patient, or empty
    Column("body", Text, nullable=False),  # the AuditEvent, as it was written
    Column("key_id", String(16), nullable=False),
    Column("link", String(64), nullable=False),  # keyed hash of this record and of the link before it
)
head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1
    Column("seq", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
)
seals = Table(
    "audit_seal",
    metadata,
    Column("through", BigInteger, primary_key=True, autoincrement=False),  # the last record removed
    Column("link", String(64), nullable=False),  # of that record: where the chain goes on
    Column("at", Float, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("mac", String(64), nullable=False),  # keyed hash of this seal and of the one before it
)


def _begin(table: Table, db: Connection, **_: Any) -> None:
    if table is head:
        db.execute(head.insert().values(id=1, seq=0, link="0" * 64))
    for statement in statements(db.dialect.name, table.name):
        db.exec_driver_sql(statement)


for _table in (events, seals, head):
    event.listen(_table, "after_create", _begin)
