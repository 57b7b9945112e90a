"""`previsit serve` as processes: real workers on a real database, beside a stub EHR."""

import contextlib
import hashlib
import hmac
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import requests
from cryptography.fernet import Fernet

from tests.cds.hooks.hook_app import EC, ISS, signed_token

ROOT = Path(__file__).parents[1]
SECRET, KEY = "a secret key of more than 32 characters", Fernet.generate_key().decode()
COMMAND = [sys.executable, "-m", "app"]


class Served:
    """The app under gunicorn. `ehr` is a StubEhr; hook calls are signed by one trusted client."""

    def __init__(self, folder, database, ehr, workers=2, **environment):
        self.ehr, self.port = ehr, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = settings(folder, self.url, database, ehr) | environment
        arguments = ["serve", "--upgrade", "--bind", urlsplit(self.url).netloc, "--workers", str(workers)]
        self.log = (folder / "server.log").open("w+")
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdout=self.log,
            stderr=self.log,
            cwd=ROOT,
            env=os.environ | self.environment,
        )
        try:
            self._wait(workers)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        self.process.kill()
        self.process.wait()
        self.log.close()

    def said(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def workers(self):
        file = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in file.read_text().split()]

    def kill_workers(self):
        """As when the machine runs out of memory. gunicorn starts others."""
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def launched(self):
        """A browser, and the handle of the launch it has open."""
        browser = requests.Session()
        asked = {"iss": self.ehr.iss, "launch": "l"}
        begun = browser.get(f"{self.url}/launch", params=asked, allow_redirects=False, timeout=30)
        assert begun.status_code in (302, 303), begun.text
        answer = self.ehr.authorize(begun.headers["Location"])
        landed = browser.get(f"{self.url}/callback?{answer}", allow_redirects=False, timeout=30)
        assert landed.status_code == 303, landed.text
        return browser, landed.headers["Location"].split("/")[-2]

    def record(self, browser, handle, **fields):
        """The status of one answer recorded from the page's form."""
        sent = {"rule_id": "PV-02", "kind": "declined", "form_token": form_token(handle)} | fields
        url = f"{self.url}/visit/{handle}/outcomes"
        return browser.post(url, data=sent, allow_redirects=False, timeout=30)

    def call(self, body, token=None):
        """One hook call; a new token each time unless one is given."""
        url = self.hook_url(body)
        headers = {"Authorization": f"Bearer {token or signed_token(url, time.time())}"}
        return requests.post(
            url, data=json.dumps(body), headers=headers | {"Content-Type": "application/json"}, timeout=30
        )

    def hook_url(self, body):
        return f"{self.url}/cds-services/previsit-{body['hook']}"

    def _wait(self, workers):
        for _ in range(300):
            if self.said().count("Booting worker") >= workers:
                with contextlib.suppress(requests.RequestException):
                    requests.get(f"{self.url}/healthz", timeout=30)
                    return
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)
        raise AssertionError(self.said())


def settings(folder, url, database, ehr):
    (folder / "issuers.toml").write_text(
        f'[[issuer]]\niss = "{ehr.iss}"\nclient_id = "previsit"\nauth_method = "none"\n'
    )
    (folder / "keys.json").write_text(json.dumps({"keys": [EC.as_dict(private=False) | {"use": "sig"}]}))
    (folder / "clients.toml").write_text(f'[[client]]\niss = "{ISS}"\njwks_file = "keys.json"\n')
    return {
        "PREVISIT_SECRET_KEY": SECRET,
        "PREVISIT_TOKEN_KEYS": KEY,
        "PREVISIT_PUBLIC_URL": url,
        "PREVISIT_ALLOW_INSECURE_LOOPBACK": "1",
        "PREVISIT_ISSUERS": str(folder / "issuers.toml"),
        "PREVISIT_CDS_CLIENTS": str(folder / "clients.toml"),
        "PREVISIT_DATABASE_URL": database,
        "HOME": str(folder),
    }


def form_token(handle):
    """What the page of this launch carries in its form."""
    own, mask = hmac.new(SECRET.encode(), handle.encode(), hashlib.sha256).digest(), secrets.token_bytes(32)
    return (mask + bytes(a ^ b for a, b in zip(mask, own, strict=True))).hex()


def free_port():
    """Below the range that systems hand out, where no other connection of this machine can be in the way."""
    for port in random.sample(range(18_000, 28_000), 50):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")
