"""The table of answers kept in this app. Rows are only ever added: sent and taken back are rows of their own."""

from sqlalchemy import Column, Date, Float, Integer, LargeBinary, String, Table

from storage.metadata import metadata

screenings = Table(
    "cds_screening",
    metadata,
    Column("serial", Integer, primary_key=True),
    # No patient is named anywhere: a stand-in (storage/stand_ins.py) made of issuer and id.
    Column("patient", String(64), nullable=False, index=True),
    Column("mark", String(64), nullable=False, unique=True),  # the same submission makes one row
    Column("kind", String(16), nullable=False),  # answers, sent, taken back
    Column("about", Integer),  # the serial of the answers, for the other kinds
    Column("form", String(32), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("by", String(2304), nullable=False),  # a reference such as Practitioner/1
    Column("created_at", Float, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the answers as FHIR, or the ids that the EHR gave them
    Column("key_id", String(16), nullable=False),  # of the key that made the stand-in
    Column("whose", LargeBinary, nullable=False),  # issuer and id, sealed: for a stand-in under a new key
    info={"stand_in": "screening"},
)
