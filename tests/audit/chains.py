"""Audit trails for tests, on SQLite files and on PostgreSQL, and acts to write into them."""

from sqlalchemy import text

from audit.acts import PAGE_VIEWED
from audit.chain import Keys
from audit.event import Event
from audit.trail import Trail
from audit.verify import check_chain
from storage.engine import open_engine

KEY = "a key for the audit trail of more than 32 characters"
SITE = "https://previsit.example.org"
EHR = "https://ehr.example.org/fhir"


def trail_at(url, *keys, clock=None):
    more = {"clock": clock} if clock else {}
    return Trail(open_engine(url), Keys.of(keys or (KEY,)), SITE, **more)


def viewed(patient="p1", **more):
    return Event(PAGE_VIEWED, issuer=EHR, patient=patient, user="Practitioner/7", **more)


def checked(trail, heads=None):
    with trail.snapshot() as db:
        return check_chain(db, trail.keys, heads)


TRIGGERS = ("audit_event", "audit_seal", "audit_head")


def as_owner(trail, *statements):
    """What somebody who owns the tables can do: the triggers are taken off first."""
    with trail.engine.begin() as db:
        for table in TRIGGERS:
            if db.dialect.name == "postgresql":
                db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            else:
                names = (
                    db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
                )
                for name in names:
                    db.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            db.execute(text(statement))
