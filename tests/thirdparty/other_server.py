"""A FHIR server that is not ours (sekmet-fhir), started on this machine and loaded with records."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import requests

TOKEN = "token-of-the-other-server"
_MOST_SECONDS = 60


class OtherServer:
    def __init__(self, base: str) -> None:
        self.base = base
        self._http = self.session()

    def session(self) -> requests.Session:
        http = requests.Session()
        http.headers["Authorization"] = f"Bearer {TOKEN}"
        return http

    def load(self, resources: Iterable[dict[str, Any]]) -> None:
        """One transaction; what it refuses fails the test with its words."""
        entry = [
            {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
            for r in resources
        ]
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entry}
        answer = self._http.post(
            self.base, json=bundle, headers={"Content-Type": "application/fhir+json"}, timeout=60
        )
        assert answer.status_code == 200, answer.text[:2000]

    def get(self, path: str) -> Any:
        answer = self._http.get(f"{self.base}/{path}", timeout=30)
        assert answer.status_code == 200, answer.text[:500]
        return answer.json()


@contextmanager
def running_other_server(folder: Path) -> Iterator[OtherServer]:
    port = _free_port()
    base = f"http://127.0.0.1:{port}/fhir"
    settings = {
        "base_url": base,
        "host": "127.0.0.1",
        "port": port,
        "data_dir": str(folder),
        "own_private_key_path": str(folder / "key.pem"),
        "server_auth": {"types": ["bearer"], "tokens": [TOKEN]},
        "simulator": {"enabled": False},
        "validation": {"inbound": "off"},  # our messy patients are meant to be wrong
        "log_inbound": False,
    }
    config = folder / "settings.yaml"
    config.write_text(json.dumps(settings))  # JSON is YAML
    command = [sys.executable, "-m", "sekmet.cli", "serve", "--config", str(config)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(base, process, folder)
        yield OtherServer(base)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(base: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(f"{base}/metadata", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)
    raise AssertionError(
        "The other FHIR server did not start: " + (folder / "server.log").read_text()[-2000:]
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
