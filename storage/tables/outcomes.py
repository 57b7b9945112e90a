"""The table of recorded answers. Rows are only ever added: a correction is a new row.

A change of keys seals and keys rows anew (storage/rotation.py); what they say stays as it was.
"""

from sqlalchemy import Column, Date, Float, Integer, LargeBinary, String, Table

from storage.metadata import metadata

outcomes = Table(
    "cds_outcome",
    metadata,
    Column("serial", Integer, primary_key=True),
    # No patient is named anywhere: a stand-in (storage/stand_ins.py) made of issuer and id.
    Column("patient", String(64), nullable=False, index=True),
    Column("rule_id", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("until_day", Date),
    Column("by", String(2304), nullable=False),  # a reference such as Practitioner/1
    Column("created_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the note, the level or the referral option
    Column("key_id", String(16)),  # of the key that made the stand-in; rows of the first version have none
    Column("whose", LargeBinary),  # issuer and id, sealed: what a stand-in under a new key is made from
    info={"stand_in": "outcomes"},
)
