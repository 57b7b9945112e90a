"""The table of recorded answers. Rows are only ever added: a correction is a new row."""

from sqlalchemy import Column, Date, Float, Integer, LargeBinary, String, Table

from storage.metadata import metadata

outcomes = Table(
    "cds_outcome",
    metadata,
    Column("serial", Integer, primary_key=True),
    # No patient is named anywhere: a keyed hash of issuer and id.
    Column("patient", String(64), nullable=False, index=True),
    Column("rule_id", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("until_day", Date),
    Column("by", String(2304), nullable=False),  # a reference such as Practitioner/1
    Column("created_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the note, the level or the referral option
)
