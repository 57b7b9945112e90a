"""The tables of launch, the hook services and recorded answers.

Databases made before versions were kept have all or some of them: what is there stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    _launch()
    _hooks()
    _outcomes()
    _name_constraints(there)


def _name_constraints(there: set[str]) -> None:
    """SQLite, unlike PostgreSQL, leaves a constraint without a name; a later revision may have to name it."""
    if op.get_bind().dialect.name != "sqlite":
        return
    names = {"uq": "%(table_name)s_%(column_0_N_name)s_key", "pk": "%(table_name)s_pkey"}
    for table in sorted(there & {"launch_browser", "cds_feedback"}):
        with op.batch_alter_table(table, recreate="always", naming_convention=names):
            pass


def _launch() -> None:
    _table(
        "launch_browser",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("id_hash", sa.String(64), nullable=False),
        sa.Column("family", sa.String(43), nullable=False),
        sa.Column("born_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="launch_browser_pkey"),
        sa.UniqueConstraint("id_hash", name="launch_browser_id_hash_key"),
    )
    _index("launch_browser", "family")
    _table(
        "launch_pending",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("family", sa.String(43), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name="launch_pending_pkey"),
    )
    _table(
        "launch_session",
        sa.Column("handle_hash", sa.String(64), nullable=False),
        sa.Column("family", sa.String(43), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(2048), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.Column("renewing_since", sa.Float(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("handle_hash", name="launch_session_pkey"),
    )
    _index("launch_session", "family")


def _hooks() -> None:
    _table(
        "cds_used_token",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="cds_used_token_pkey"),
    )
    _index("cds_used_token", "expires_at")
    _table(
        "cds_shown_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("issuer", sa.String(2304), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("patient", sa.String(64), nullable=False),
        sa.Column("shown_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="cds_shown_rule_pkey"),
    )
    _index("cds_shown_rule", "card")
    _index("cds_shown_rule", "rule")
    _feedback()
    _table(
        "cds_quiet_rule",
        sa.Column("patient", sa.String(64), nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("patient", "rule", name="cds_quiet_rule_pkey"),
    )
    op.create_index("cds_quiet_rule_until", "cds_quiet_rule", ["until"], if_not_exists=True)


def _feedback() -> None:
    _table(
        "cds_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer_hash", sa.String(64), nullable=False),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("at", sa.String(64), nullable=False),
        sa.Column("received_at", sa.Float(), nullable=False),
        sa.Column("suggestions", sa.Integer(), nullable=False),
        sa.Column("reason_system", sa.String(512), nullable=True),
        sa.Column("reason_code", sa.String(256), nullable=True),
        sa.Column("has_comment", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="cds_feedback_pkey"),
        sa.UniqueConstraint(
            "issuer_hash", "card", "outcome", name="cds_feedback_issuer_hash_card_outcome_key"
        ),
    )
    _index("cds_feedback", "card")


def _outcomes() -> None:
    _table(
        "cds_outcome",
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("patient", sa.String(64), nullable=False),
        sa.Column("rule_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("by", sa.String(2304), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name="cds_outcome_pkey"),
    )
    _index("cds_outcome", "patient")


def _table(name: str, *parts: sa.schema.SchemaItem) -> None:
    op.create_table(name, *parts, if_not_exists=True)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
