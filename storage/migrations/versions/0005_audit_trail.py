"""The audit trail: its records, the head of their chain, the seals, and the triggers that keep them.

A later revision that makes one of these tables anew (as batch operations on SQLite do) must make its triggers anew.
"""

import sqlalchemy as sa
from alembic import op

from storage.tables.audit_triggers import statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("patient", sa.String(2304), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="audit_event_pkey"),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at"])
    op.create_index("ix_audit_event_patient", "audit_event", ["patient"])
    op.create_table(
        "audit_seal",
        sa.Column("through", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("through", name="audit_seal_pkey"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_head_pkey"),
    )
    op.execute(f"INSERT INTO audit_head (id, seq, link) VALUES (1, 0, '{'0' * 64}')")  # noqa: S608  # nosec B608
    for table in ("audit_event", "audit_seal", "audit_head"):
        for statement in statements(op.get_bind().dialect.name, table):
            op.get_bind().exec_driver_sql(statement)
