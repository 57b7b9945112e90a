"""Answers of forms filled in on the spot."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "cds_screening",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("patient", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", sa.Integer(), nullable=True),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by", sa.String(2304), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("whose", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="cds_screening_pkey"),
        sa.UniqueConstraint("mark", name="cds_screening_mark_key"),
    )
    op.create_index("ix_cds_screening_patient", "cds_screening", ["patient"])
