"""Databases for tests: SQLite files, and a PostgreSQL of our own, started once."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest

from storage.engine import IN_MEMORY, open_engine
from storage.schema import create, version_of

REQUIRED = "PREVISIT_TEST_POSTGRESQL"  # =required: being without PostgreSQL is a failure and no skip
MISSING = (
    "PostgreSQL's initdb and postgres are not installed (Debian: apt-get install postgresql), "
    "so this is tested on SQLite alone"
)


def made(url):
    """The address again, of a database that now has the newest schema."""
    if url not in IN_MEMORY:
        engine_made(url).dispose()
    return url


def engine_made(url):
    """An engine on a database that has the newest schema."""
    engine = open_engine(url)
    if version_of(engine) is None:
        create(engine)
    return engine


@cache
def binaries():
    """The folder of the newest PostgreSQL on this machine, or None."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True
    )
    on_path = shutil.which("postgres")
    folders += [Path(on_path).parent] if on_path else []
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


class PostgreSQL:
    """A server on a socket in a folder of its own. Stop and start keep what was committed."""

    def __init__(self, folder: Path):
        self.folder, self.data = folder, folder / "data"
        self.as_other = _as_another_user()
        if self.as_other:
            shutil.chown(folder, *_other_user())
        folder.chmod(0o755)
        self._run("initdb", "-D", self.data, "-U", "previsit", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.made, self.pattern = 0, ""
        self.start()

    def start(self):
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={self.folder}")
        settings += ("max_connections=100", "shared_buffers=16MB", "logging_collector=off")
        command = [*self.as_other, binaries() / "postgres", "-D", self.data]
        command += [part for setting in settings for part in ("-c", setting)]
        log = (self.folder.parent / f"{self.folder.name}.log").open("ab")
        with log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
        self._wait()

    def stop(self):
        """At once, as when the machine takes it down; clients lose their connections."""
        self._signal(signal.SIGINT)  # "fast"
        self.server.wait(60)

    def database(self, like="template0"):
        """The address of a new database, empty unless it is to be like another."""
        self.made += 1
        name, place = f"test_{self.made}", {"host": str(self.folder), "user": "previsit"}
        with psycopg.connect(dbname="postgres", autocommit=True, **place) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql://previsit@/{name}?host={self.folder}"

    def made_database(self):
        """The address of a new database with the newest schema: a copy of the first such."""
        if not self.pattern:
            self.pattern = made(self.database()).partition("@/")[2].partition("?")[0]
        return self.database(like=self.pattern)

    def _wait(self):
        for _ in range(300):
            try:
                psycopg.connect(host=str(self.folder), user="previsit", dbname="postgres").close()
            except psycopg.OperationalError:
                assert self.server.poll() is None, "PostgreSQL did not start"
                time.sleep(0.1)
            else:
                return
        raise AssertionError("PostgreSQL does not answer")

    def _signal(self, number):
        # The server may run as another user and below setpriv: its own file says which process it is.
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, number)

    def _run(self, name, *arguments):
        command = [*self.as_other, binaries() / name, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
        assert done.returncode == 0, done.stderr


def _other_user():
    import pwd

    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise AssertionError("no user to run PostgreSQL as: it refuses root")


def _as_another_user():
    """initdb and postgres refuse to run as root."""
    if os.geteuid() != 0:
        return []
    uid, gid = _other_user()
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups"]


@contextmanager
def postgresql():
    """A server for a while. Skips where there is none to start, or fails where one is required."""
    if binaries() is None:
        (pytest.fail if os.environ.get(REQUIRED) == "required" else pytest.skip)(MISSING)
    assert sys.platform != "win32"
    # A short path: the name of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="pv-pg-"))
    server = PostgreSQL(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        folder.with_name(f"{folder.name}.log").unlink(missing_ok=True)
