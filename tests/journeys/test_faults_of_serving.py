"""The two servers as processes: how they start, what they say when they cannot, and how they stop."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[2]
PREVISIT = [sys.executable, "-m", "app"]
ISSUERS = '[[issuer]]\niss = "https://ehr.example.org/fhir"\nclient_id = "previsit"\nauth_method = "none"\n'
PASSWORD = "passwordmarker"


@contextmanager
def started(*arguments, **environment):
    """The process, killed at the end whatever happened."""
    process = subprocess.Popen(
        [*PREVISIT, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env={**os.environ, **environment},
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process, wanted):
    seen = ""
    for line in process.stdout:
        seen += line
        if wanted in line:
            return seen
    raise AssertionError(f"{wanted!r} never came:\n{seen}")


def stop(process, how):
    """(seconds it took, exit status, what it still said)"""
    asked = time.monotonic()
    process.send_signal(how)
    said = process.communicate(timeout=20)[0]
    return time.monotonic() - asked, process.returncode, said


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def free():
    """Below the range that systems hand out, where no other connection of this machine can be in the way."""
    for port in random.sample(range(18_000, 28_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_on_a_taken_port_moves_on_and_stops_cleanly(taken, how):
    with started("demo", "--port", str(taken)) as demo:
        said = read_until(demo, "Open http://localhost:")
        url = said.rpartition("Open ")[2].strip()
        assert f"Port {taken} is taken; using {url.rpartition(':')[2]}." in said
        assert url != f"http://localhost:{taken}"
        assert requests.get(f"{url}/healthz", timeout=10).json() == {"status": "ok"}
        with socket.create_connection(("localhost", int(url.rpartition(":")[2]))):  # a browser keeps one open
            seconds, status, rest = stop(demo, how)
    assert status == 0
    assert seconds < 3
    assert rest.strip().endswith("Stopped.")
    assert "Traceback" not in said + rest


def test_the_demo_starts_again_where_it_was(free):
    """A connection it closed itself lingers for a minute, and is no reason for another port."""
    for _ in range(2):
        with started("demo", "--port", str(free)) as demo:
            said = read_until(demo, "Open http://localhost:")
            assert f"localhost:{free}" in said
            requests.get(f"http://localhost:{free}/healthz", timeout=10, headers={"Connection": "close"})
            assert stop(demo, signal.SIGINT)[1] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["demo", "--data", "no-such-folder"], "no-such-folder is not a directory that can be read."),
        (["demo", "--port", "70000"], "'70000' is not a port; choose a number from 1 to 65535"),
        (["demo", "--port", "0"], "'0' is not a port"),
        (["demo", "--port", "http"], "'http' is not a port"),
        (["serve", "--bind", "nonsense"], "'nonsense' is not an address; write it as 127.0.0.1:8000"),
        (["serve", "--bind", "127.0.0.1:99999"], "'99999' is not a port"),
        (["serve", "--workers", "0"], "'0' is not a number of workers"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_an_argument_that_cannot_be_used(arguments, sentence):
    done = subprocess.run([*PREVISIT, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=30)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "issuers.toml").write_text(ISSUERS)
    return {
        "PREVISIT_SECRET_KEY": "s" * 48,
        "PREVISIT_TOKEN_KEYS": Fernet.generate_key().decode(),
        "PREVISIT_PUBLIC_URL": "https://previsit.example.org",
        "PREVISIT_ISSUERS": str(tmp_path / "issuers.toml"),
        "PREVISIT_DATABASE_URL": f"sqlite:///{tmp_path}/previsit.sqlite3",
    }


BAD_SETTINGS = [
    ("PREVISIT_SECRET_KEY", "", "is not set"),
    ("PREVISIT_SECRET_KEY", "short", "is shorter than 32 characters"),
    ("PREVISIT_TOKEN_KEYS", "", "is not set"),
    ("PREVISIT_TOKEN_KEYS", PASSWORD, "must be Fernet keys"),
    ("PREVISIT_PUBLIC_URL", "", "is not set"),
    ("PREVISIT_PUBLIC_URL", "http://previsit.example.org", "must be the https address"),
    ("PREVISIT_ISSUERS", "", "is not set"),
    ("PREVISIT_ISSUERS", "no-such-file.toml", "cannot be used: The file no-such-file.toml cannot be read"),
    ("PREVISIT_DATABASE_URL", "mysql://x", "must name a SQLite or PostgreSQL database"),
    ("PREVISIT_DATABASE_URL", f"sqlite:////no/such/{PASSWORD}/db", "names a database that cannot be opened"),
    ("PREVISIT_SESSION_HOURS", "many", "must be a whole number from 1 to 12"),
    ("PREVISIT_POLICY", "no-such-policy.toml", "names a file that is not there"),
]


@pytest.mark.parametrize(("name", "value", "told"), BAD_SETTINGS)
def test_serving_stops_at_a_bad_setting_and_names_it(settings, name, value, told):
    done = subprocess.run(
        [*PREVISIT, "serve"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
        env={**os.environ, **settings, name: value},
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"previsit: {name} {told}")
    assert f"Example: {name}=" in done.stderr
    assert done.stderr.count("\n") == 1
    assert PASSWORD not in done.stderr


def test_serving_without_any_setting_names_the_first():
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PREVISIT_")}
    done = subprocess.run(
        [*PREVISIT, "serve"], capture_output=True, text=True, cwd=ROOT, timeout=30, env=bare
    )
    assert done.returncode == 2
    assert done.stderr.startswith("previsit: PREVISIT_SECRET_KEY is not set. Example: PREVISIT_SECRET_KEY=")


def test_serving_answers_logs_no_query_and_stops_on_a_signal(settings, free, tmp_path):
    bind = f"127.0.0.1:{free}"
    with started(
        "serve", "--upgrade", "--bind", bind, "--workers", "1", HOME=str(tmp_path), **settings
    ) as server:
        said = read_until(server, "Booting worker")
        assert answer_of(f"http://{bind}/healthz").json() == {"status": "ok"}
        asked = "/callback?code=codemarker&state=statemarker"
        assert requests.get(f"http://{bind}{asked}", timeout=10).status_code == 400
        assert (
            requests.get(
                f"http://{bind}/launch?iss=https://issmarker.example&launch=launchmarker"
            ).status_code
            == 403
        )
        seconds, status, rest = stop(server, signal.SIGTERM)
    assert status == 0
    assert seconds < 5
    assert "launch stopped: state_unknown reference=" in rest
    assert "marker" not in said + rest
    assert "Traceback" not in said + rest


def answer_of(url):
    """The worker may need a moment after it says that it boots."""
    for _ in range(100):
        try:
            return requests.get(url, timeout=10)
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(f"no answer from {url}")
