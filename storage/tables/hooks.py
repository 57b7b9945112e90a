"""What the hook services remember: tokens used, cards shown, what became of them, and what was asked to be quiet."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from storage.metadata import metadata

used_tokens = Table(
    "cds_used_token",
    metadata,
    Column("hash", String(64), primary_key=True),  # of issuer and jti
    Column("expires_at", Float, nullable=False, index=True),
)
# No patient is named anywhere: `patient` is a keyed hash of issuer and id.
shown_rules = Table(
    "cds_shown_rule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card", String(36), nullable=False, index=True),
    Column("issuer", String(2304), nullable=False),
    Column("service", String(64), nullable=False),
    Column("rule", String(32), nullable=False, index=True),
    Column("patient", String(64), nullable=False),
    Column("shown_at", Float, nullable=False),
)
feedback = Table(
    "cds_feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issuer_hash", String(64), nullable=False),
    Column("card", String(36), nullable=False, index=True),
    Column("outcome", String(16), nullable=False),
    Column("at", String(64), nullable=False),  # as the client states it
    Column("received_at", Float, nullable=False),
    Column("suggestions", Integer, nullable=False),
    Column("reason_system", String(512)),
    Column("reason_code", String(256)),
    Column("has_comment", Boolean, nullable=False),  # the comment itself may hold anything, and is not kept
    UniqueConstraint("issuer_hash", "card", "outcome"),
)
quiet_rules = Table(
    "cds_quiet_rule",
    metadata,
    Column("patient", String(64), primary_key=True),
    Column("rule", String(32), primary_key=True),
    Column("until", Float, nullable=False),
    Index("cds_quiet_rule_until", "until"),
)
