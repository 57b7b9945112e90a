"""What a launch must remember: browsers, pending launches, launch sessions."""

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table

from storage.metadata import metadata

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
