"""What the doctor says of the audit trail (D11)."""

import pytest

from audit.acts import PURGED
from audit.chain import Keys
from audit.event import Event
from audit.trail import Trail
from audit.verify import Broken, check_newest
from operation.doctor.audit_trail import check_audit
from operation.doctor.deployment import Deployment

KEY = "an audit key of more than 32 characters"


@pytest.fixture
def trail(engine):
    made = Trail(engine, Keys.of([KEY]), "https://previsit.example.org")
    for _ in range(5):
        made.append([Event(PURGED)])
    return made


def found(database, *audit_keys):
    settings = {"database_url": database, "secret_key": KEY, "audit_keys": audit_keys}
    return [f"{one.weight.value}: {one.text}" for one in check_audit(Deployment({}, settings))]


def test_a_trail_that_is_whole(trail, database):
    (told,) = found(database, KEY)
    assert told == "works: The newest 5 records of the audit trail are as they were written."


def test_without_a_key_of_its_own_that_is_noted(trail, database):
    first, second = found(database)
    assert first.startswith("note: PREVISIT_AUDIT_KEYS is not set")
    assert second.startswith("works:")


def test_d11_with_another_key_it_cannot_be_vouched_for(trail, database):
    (told,) = found(database, "another key of more than 32 characters")
    assert told.startswith("mend: The audit trail is not whole: Record 1 was made with a key")


def changed(engine, seq):
    with engine.begin() as db:
        if engine.dialect.name == "postgresql":
            db.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER ALL")
        else:
            named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'"
            for (name,) in db.exec_driver_sql(named).all():
                db.exec_driver_sql(f"DROP TRIGGER {name}")
        db.exec_driver_sql(f"UPDATE audit_event SET body = '{{}}' WHERE seq = {seq}")


def test_d11_a_record_that_was_changed(trail, database, engine):
    changed(engine, 4)
    (told,) = found(database, KEY)
    assert "Record 4 was changed" in told


@pytest.mark.parametrize(("count", "is_seen"), [(5, True), (4, True), (3, False), (1, False)])
def test_only_the_newest_are_looked_at(trail, engine, count, is_seen):
    changed(engine, 2)
    with engine.connect() as db:
        if is_seen:
            with pytest.raises(Broken, match="Record 2"):
                check_newest(db, trail.keys, count)
        else:
            assert check_newest(db, trail.keys, count).count == count
