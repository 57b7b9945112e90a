"""`previsit db ...` and the start of the server, as an operator meets them."""

from types import SimpleNamespace

import pytest

from app import main
from cds.outcomes.store import OutcomeStore
from storage.engine import open_engine
from storage.schema import newest
from tests.cds.recorded import new
from tests.served import KEY, SECRET, settings


@pytest.fixture
def db(empty_database, monkeypatch, capsys):
    """Runs `previsit db ...`; returns the status and what was said."""
    monkeypatch.setenv("PREVISIT_DATABASE_URL", empty_database)

    def run(*arguments):
        status = main(["db", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


def test_check_refuses_until_upgrade_has_run(db):
    status, said = db("check")
    assert (status, said) == (
        2,
        "previsit: The database has no tables of this version yet. Run: previsit db upgrade\n",
    )
    assert db("upgrade") == (0, f"The database went from no schema to schema {newest()}.\n")
    assert db("upgrade") == (0, f"The database has schema {newest()} already; nothing to do.\n")
    assert db("check") == (0, f"The database has schema {newest()}, as this version needs.\n")


def test_check_tells_what_somebody_changed_by_hand(db, empty_database):
    db("upgrade")
    engine = open_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE cds_feedback")
    engine.dispose()
    status, said = db("check")
    assert status == 1
    assert "parts of it differ" in said
    assert "cds_feedback" in said


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////no/such/folder/db", "names a database that cannot be opened"),
        ("postgresql://u:hunter2@127.0.0.1:1/db", "names a server that does not answer"),
        ("postgresql://u:hunter2@nowhere.invalid/db", "names a server that is not known"),
        ("postgresql://u:hunter2@h:port/db", "is not the address of a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_without_its_password(monkeypatch, capsys, url, told):
    monkeypatch.setenv("PREVISIT_DATABASE_URL", url)
    assert main(["db", "check"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("previsit: PREVISIT_DATABASE_URL")
    assert told in said
    assert "hunter2" not in said


def test_a_database_user_that_does_not_exist_is_told(postgresql_server, monkeypatch, capsys):
    url = postgresql_server.database()
    monkeypatch.setenv("PREVISIT_DATABASE_URL", url.replace("previsit@", "somebody@"))
    assert main(["db", "upgrade"]) == 2
    assert "names a database or user that does not exist" in capsys.readouterr().err


@pytest.fixture
def serving(empty_database, tmp_path, monkeypatch, capsys):
    """Starts `previsit serve` with good settings and these changes, as far as it gets: (status, what was said)."""
    ehr = SimpleNamespace(iss="http://127.0.0.1:1/fhir")
    for name, value in settings(tmp_path, "http://127.0.0.1:8000", empty_database, ehr).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("gunicorn.app.base.BaseApplication.run", lambda _: print("serving"))
    monkeypatch.setattr("gunicorn.app.base.BaseApplication.__init__", lambda _: None)

    def start(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(f"PREVISIT_{name}", value)
        status = main(["serve", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    return start


def test_serving_refuses_a_database_that_is_not_upgraded(serving, db):
    assert serving() == (
        2,
        "previsit: The database has no tables of this version yet. Run: previsit db upgrade\n",
    )
    db("upgrade")
    assert serving() == (0, "serving\n")


def test_serving_upgrades_where_it_is_told_to(serving):
    assert serving("--upgrade") == (0, "serving\n")
    assert serving() == (0, "serving\n")


def test_serving_upgrades_where_the_settings_say_so(serving):
    assert serving(UPGRADE_AT_START="1") == (0, "serving\n")


def test_serving_refuses_a_newer_database_even_with_upgrade(serving, empty_database):
    serving("--upgrade")
    engine = open_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '7777'")
    engine.dispose()
    status, said = serving("--upgrade")
    assert status == 2
    assert "made by a newer version of previsit" in said


def test_serving_refuses_where_a_changed_key_would_hide_answers(serving, empty_database):
    serving("--upgrade")
    engine = open_engine(empty_database)
    OutcomeStore(engine, [SECRET], [KEY]).add("iss", "p", new(), 1.0)
    engine.dispose()
    status, said = serving(SECRET_KEY="another secret key of more than 32 chars")
    assert status == 2
    assert "Patients' pages would miss them. Add the earlier key after the new one" in said
    assert SECRET not in said
    assert serving(PATIENT_KEYS=SECRET) == (0, "serving\n")
