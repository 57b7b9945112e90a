"""Everything that runs in a soak: a database, the served app, the EHR in its own process, and the door to it."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from tests.cds.hooks.hook_app import ISS
from tests.databases import MISSING, binaries, postgresql
from tests.served import ROOT, Served, free_port
from tests.soak.ehr import CLIENT
from tests.soak.people import Person, Practice

SECRET = "the secret of the app at the practice"


class Ehr:
    """The practice EHR; `iss` is what Served asks of one."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.iss, self.port, self.process = f"{self.url}/fhir", port, None
        self.http = requests.Session()
        self.http.trust_env = False

    def start(self, app_url, seed, log):
        arguments = [str(self.port), app_url, SECRET, str(seed)]
        command = [sys.executable, "-m", "tests.soak.ehr", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        for _ in range(300):
            with contextlib.suppress(requests.ConnectionError):
                return self.ask("patients")
            assert self.process.poll() is None, "the EHR did not start"
            time.sleep(0.1)
        raise AssertionError("the EHR did not answer")

    def stop(self):
        self.http.close()
        if self.process:
            self.process.kill()
            self.process.wait()

    def ask(self, path, method="GET", **query):
        """Of the door that only the soak has; nothing goes wrong there."""
        answer = requests.request(method, f"{self.url}/soak/{path}", params=query, timeout=60)
        answer.raise_for_status()
        return answer.json()


class Clinic:
    def __init__(self, served, ehr, practice, database, server):
        self.served, self.ehr, self.practice = served, ehr, practice
        self.database, self.postgresql = database, server

    @property
    def url(self):
        return self.served.url

    def run(self, *command):
        """One previsit command with the settings of the served app: its exit status and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *command],
            cwd=ROOT,
            env=os.environ | self.served.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr


@contextmanager
def clinic(kind, workers, seed):
    """`kind` is sqlite or postgresql."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="pv-soak-")))
        server = opened.enter_context(_server()) if kind == "postgresql" else None
        database = server.database() if server else f"sqlite:///{folder}/soak.sqlite3"
        ehr = Ehr(free_port())
        opened.callback(ehr.stop)
        served = opened.enter_context(Served(folder, database, ehr, workers, **_settings(folder, ehr)))
        log = opened.enter_context((folder / "ehr.log").open("w"))
        people = ehr.start(served.url, seed, log)
        yield Clinic(served, ehr, Practice(tuple(Person(**one) for one in people)), database, server)


def _server():
    if binaries() is None:
        raise SystemExit(MISSING)
    return postgresql()


def _settings(folder, ehr):
    """Beside those that Served makes: this EHR's own registration, as a confidential client that may fetch."""
    (folder / "practice.toml").write_text(
        f'[[issuer]]\niss = "{ehr.iss}"\nclient_id = "{CLIENT}"\n'
        'auth_method = "client_secret_basic"\nclient_secret_env = "SOAK_SECRET"\n'
    )
    (folder / "callers.toml").write_text(
        f'[[client]]\niss = "{ISS}"\njwks_file = "keys.json"\nfhir_servers = {json.dumps([ehr.iss])}\n'
    )
    return {
        "PREVISIT_ISSUERS": str(folder / "practice.toml"),
        "PREVISIT_CDS_CLIENTS": str(folder / "callers.toml"),
        "PREVISIT_REQUESTS_A_MINUTE": "100000",
        "SOAK_SECRET": SECRET,
    }
