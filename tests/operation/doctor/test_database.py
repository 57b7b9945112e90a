"""What the doctor says of a database, on SQLite and on PostgreSQL."""

from collections import namedtuple

import pytest
from cryptography.fernet import Fernet

from cds.outcomes.store import OutcomeStore
from operation.doctor import database as looking
from operation.doctor.database import check_database
from operation.doctor.deployment import Deployment
from storage.engine import open_engine
from storage.schema import newest
from tests.cds.recorded import ISSUER, KEY, PATIENT, SECRET, new
from tests.databases import made

KEYS, SEALED = (SECRET,), (KEY,)


def fill(engine):
    OutcomeStore(engine, KEYS, SEALED).add(ISSUER, PATIENT, new(), 1.0)


def found(url, patient_keys=KEYS, token_keys=SEALED):
    settings = {
        "database_url": url,
        "secret_key": "x" * 40,
        "patient_keys": patient_keys,
        "token_keys": token_keys,
    }
    return [f"{one.weight.value}: {one.text}" for one in check_database(Deployment({}, settings))]


def to_mend(*args, **kwargs):
    return [told for told in found(*args, **kwargs) if told.startswith("mend")]


def test_one_in_good_health(database):
    assert (
        found(database)
        == [
            f"works: The database answers and has schema {newest()}, as this version needs.",
            "works: It can be written to.",
            "works: The patient keys find every patient's rows.",
            "works: The token keys open what they sealed.",
        ]
        or "Run: chmod 600" in found(database)[0]
    )


def test_one_without_tables(empty_database):
    (told,) = to_mend(empty_database)
    assert "previsit db upgrade" in told


def test_a_file_that_is_not_there_is_not_made_by_looking(tmp_path):
    path = tmp_path / "no.sqlite3"
    (told,) = to_mend(f"sqlite:///{path}")
    assert "There is no database yet" in told
    assert not path.exists()


def test_one_in_memory_forgets():
    (told,) = found("sqlite://")
    assert "a restart forgets everything" in told


def test_one_of_a_newer_version(engine, database):
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert any("Install the newer version" in told for told in to_mend(database))


def test_one_changed_by_hand(engine, database):
    with engine.begin() as db:
        db.exec_driver_sql("DROP TABLE cds_outcome")
    assert any("previsit db check" in told for told in to_mend(database))


def test_one_that_does_not_answer_names_no_password():
    (told,) = to_mend("postgresql://previsit:passwordmarker@127.0.0.1:1/previsit")
    assert "a server that does not answer" in told
    assert "passwordmarker" not in told


def test_a_user_who_may_only_read(postgresql_server):
    url = postgresql_server.made_database()
    owner = open_engine(url)
    with owner.begin() as db:
        db.exec_driver_sql("CREATE ROLE looker LOGIN")
        db.exec_driver_sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO looker")
    owner.dispose()
    (told,) = to_mend(url.replace("previsit@", "looker@"))
    assert "may not write to" in told
    assert "feedback" in told


def test_a_file_that_may_only_be_read(tmp_path):
    made(f"sqlite:///{tmp_path}/app.sqlite3")
    told = to_mend(f"sqlite:///file:{tmp_path}/app.sqlite3?mode=ro&uri=true")
    assert any("may not write to" in one for one in told), told


def test_keys_that_are_not_those_of_its_rows(engine, database):
    fill(engine)
    assert [told for told in to_mend(database) if "chmod" not in told] == []
    lost = to_mend(database, patient_keys=("another key of 32 characters or more",))
    assert any("PREVISIT_PATIENT_KEYS=NEW,EARLIER" in told for told in lost)
    unread = to_mend(database, token_keys=(Fernet.generate_key().decode(),))
    assert any("no key of PREVISIT_TOKEN_KEYS opens" in told for told in unread)


def test_writing_is_tried_and_leaves_nothing(engine, database):
    fill(engine)
    count = "SELECT count(*) FROM cds_outcome"
    with engine.connect() as db:
        before = db.exec_driver_sql(count).scalar()
    found(database)
    with engine.connect() as db:
        assert db.exec_driver_sql(count).scalar() == before > 0


@pytest.mark.parametrize(("left", "weight"), [(99, "mend"), (100, "note"), (999, "note"), (1000, "")])
def test_a_disk_that_fills_up(tmp_path, monkeypatch, left, weight):
    url = made(f"sqlite:///{tmp_path}/app.sqlite3")
    (tmp_path / "app.sqlite3").chmod(0o600)
    usage = namedtuple("usage", "total used free")(0, 0, left * 1_000_000)
    monkeypatch.setattr(looking.shutil, "disk_usage", lambda _: usage)
    told = [one for one in found(url) if "MB left" in one]
    assert [one.partition(":")[0] for one in told] == ([weight] if weight else [])


def test_a_database_on_a_network_disk(tmp_path, monkeypatch):
    url = made(f"sqlite:///{tmp_path}/app.sqlite3")
    monkeypatch.setattr(looking, "_file_system", lambda _: "nfs4")
    assert any("network file system (nfs4)" in told for told in to_mend(url))


def test_the_file_system_is_that_of_the_nearest_mount():
    assert looking._file_system(looking.Path("/proc/self/status")) == "proc"
