"""Which key a recorded answer's stand-in was made with, and, sealed, whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("cds_outcome", sa.Column("key_id", sa.String(16), nullable=True))
    op.add_column("cds_outcome", sa.Column("whose", sa.LargeBinary(), nullable=True))
