"""Referrals on their way to the EHR: one row each, so that none is sent twice."""

from sqlalchemy import Boolean, Column, Float, LargeBinary, String, Table

from storage.metadata import metadata

sendings = Table(
    "cds_referral",
    metadata,
    # A keyed hash of issuer, patient, prompt, service and day: no patient is named anywhere.
    Column("key", String(64), primary_key=True),
    Column("begun_at", Float, nullable=False),  # of the last try
    Column("is_sent", Boolean, nullable=False),
    Column("is_noted", Boolean, nullable=False),  # recorded as an answer, too
    Column("sealed", LargeBinary),  # the EHR's ids, once it has answered
)
