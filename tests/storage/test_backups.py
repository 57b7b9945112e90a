"""Backup and restore as docs/deploy.md tells, and the installed package: tried, not believed."""

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cds.outcomes.store import OutcomeStore
from storage.engine import open_engine
from storage.schema import check_schema, differences
from tests.cds.recorded import ISSUER, KEY, PATIENT, SECRET, new
from tests.databases import binaries, made

ROOT = Path(__file__).parents[2]


def run(*command, **environment):
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=os.environ | environment
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_sqlite_backup_made_while_the_app_writes_is_whole(tmp_path):
    url, copy = made(f"sqlite:///{tmp_path}/previsit.sqlite3"), tmp_path / "backup.sqlite3"
    engine = open_engine(url)
    kept = OutcomeStore(engine, [SECRET], [KEY])
    kept.add(ISSUER, PATIENT, new(note="before"), 1.0)
    over = threading.Event()

    def write():
        while not over.is_set():
            kept.add(ISSUER, PATIENT, new(note="meanwhile"), 2.0)

    writer = threading.Thread(target=write)
    writer.start()
    told = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('VACUUM INTO ?', sys.argv[2:])"
    run(sys.executable, "-c", told, tmp_path / "previsit.sqlite3", copy)
    over.set()
    writer.join()
    engine.dispose()
    check_restored(f"sqlite:///{copy}")


def test_a_postgresql_dump_restored_elsewhere_is_whole(postgresql_server, tmp_path):
    url, elsewhere = postgresql_server.made_database(), postgresql_server.database()
    engine = open_engine(url)
    OutcomeStore(engine, [SECRET], [KEY]).add(ISSUER, PATIENT, new(note="before"), 1.0)
    engine.dispose()
    dump = tmp_path / "previsit.dump"
    run(binaries() / "pg_dump", "--format=custom", "--file", dump, conninfo(url))
    run(binaries() / "pg_restore", "--no-owner", "--exit-on-error", "--dbname", conninfo(elsewhere), dump)
    check_restored(elsewhere)


def conninfo(url):
    parts = urlsplit(url)
    return f"host={parse_qs(parts.query)['host'][0]} user=previsit dbname={parts.path[1:]}"


def check_restored(url):
    engine = open_engine(url)
    try:
        check_schema(engine)
        assert differences(engine) == []
        kept = OutcomeStore(engine, [SECRET], [KEY])
        assert kept.of(ISSUER, PATIENT)[0].note == "before"
        kept.add(ISSUER, PATIENT, new(note="after"), 3.0)  # numbers go on where they were
        assert kept.of(ISSUER, PATIENT)[-1].note == "after"
    finally:
        engine.dispose()


def test_an_installed_wheel_brings_its_revisions(tmp_path):
    source = tmp_path / "source"
    ignored = shutil.ignore_patterns(".*", "tests", "docs", "build", "*.egg-info", "__pycache__", "examples")
    shutil.copytree(ROOT, source, ignore=ignored)
    wheel = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation")
    run(*wheel, "--disable-pip-version-check", "--wheel-dir", tmp_path, source)
    (made_wheel,) = tmp_path.glob("previsit-*.whl")
    installed = tmp_path / "site"
    with zipfile.ZipFile(made_wheel) as archive:
        archive.extractall(installed)
    shutil.rmtree(source)
    told = "import app, sys, storage; print(storage.__file__); sys.exit(app.main(['db', 'upgrade']))"
    said = run(
        sys.executable,
        *("-P", "-c", told),
        PYTHONPATH=str(installed),
        PREVISIT_DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3",
    )
    assert str(installed) in said
    assert "from no schema to schema" in said
