"""The image's recipe and the examples of hosting: what can be held without a container engine."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import requests
import yaml

from tests.launch.stub_ehr import StubEhr
from tests.served import free_port, settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
HOSTING = (ROOT / "docs" / "hosting.md").read_text()
NOBODY = 65534


def steps(kind):
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.removeprefix(kind).strip() for line in joined.splitlines() if line.startswith(f"{kind} ")]


def example(language, holds=""):
    found = [
        text for kind, text in re.findall(r"^```(\w+)\n(.*?)^```", HOSTING, re.S | re.M) if kind == language
    ]
    return next(text for text in found if holds in text)


def copied(folder):
    """What .dockerignore lets through, as the image has it."""
    kept = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for name in kept:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name)
        else:
            shutil.copy(ROOT / name, folder / name)
    return kept


def test_d25_the_image_runs_as_a_user_by_number_and_says_whether_it_is_ready():
    assert steps("USER") == ["10001:10001"]
    after = DOCKERFILE[DOCKERFILE.index("USER 10001") :]
    assert not re.search(r"^(RUN|COPY|ADD|USER 0|USER root)", after, re.M)
    assert "/readyz" in steps("HEALTHCHECK")[0]
    assert steps("ENTRYPOINT") == ['["previsit"]']
    assert not steps("ADD")
    assert all(":latest" not in line and ":" in line for line in steps("FROM"))


def test_d15_parts_come_from_the_lock_by_hash_and_no_tool_of_developers_is_in_it():
    (install,) = [line for line in steps("RUN") if "requirements.lock" in line]
    assert {"--require-hashes", "--only-binary"} <= set(shlex.split(install))
    assert "requirements-dev" not in DOCKERFILE
    assert not re.search(r"apt-get|curl|wget", DOCKERFILE)


def test_only_what_the_app_runs_with_is_let_in(tmp_path):
    kept = copied(tmp_path)
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages <= set(kept)
    assert {"templates", "static", "requirements.lock"} <= set(kept)
    assert not {"tests", "docs", "examples", ".git"} & set(kept)


@pytest.fixture
def read_only():
    """The app in a folder that nobody may write, and one of its own where it may: (app, temporary)."""
    base = Path(tempfile.mkdtemp(prefix="pv-image-"))
    app, own = base / "app", base / "tmp"
    app.mkdir()
    own.mkdir()
    copied(app)
    for path in [base, app, *app.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if os.geteuid() == 0:
        os.chown(own, NOBODY, NOBODY)
    yield app, own
    for path in [base, app, *app.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(base)


def test_it_runs_without_rights_from_a_folder_it_cannot_write(read_only, tmp_path):
    app, own = read_only
    before, url, ehr = sorted(app.rglob("*")), f"http://127.0.0.1:{free_port()}", StubEhr()
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(own)}
    environment |= settings(own, url, f"sqlite:///{own}/app.sqlite3", ehr) | {"HOME": str(own)}
    for path in own.iterdir():
        path.chmod(0o444)
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    serve = [sys.executable, "-m", "app", "serve", "--upgrade", "--bind", url.removeprefix("http://")]
    with (tmp_path / "log").open("w+") as log:
        process = subprocess.Popen(
            [*(as_nobody if os.geteuid() == 0 else []), *serve],
            cwd=app, stdout=log, stderr=log, env=environment,
        )  # fmt: skip
        try:
            assert ready(url, process), Path(log.name).read_text()
            assert requests.get(f"{url}/static/previsit.css", timeout=30).status_code == 200
            assert "from the patient" in requests.get(f"{url}/launch", timeout=30).text
            assert requests.get(f"{url}/cds-services", timeout=30).json()["services"]
        finally:
            process.terminate()
            assert process.wait(30) == 0
            ehr.close()
        told = [json.loads(line) for line in Path(log.name).read_text().splitlines()]
        assert told
        assert not [line for line in told if line["logger"].startswith("alembic")]  # two for every /readyz
    assert sorted(app.rglob("*")) == before


def ready(url, process):
    for _ in range(300):
        try:
            return requests.get(f"{url}/readyz", timeout=60).status_code == 200
        except requests.ConnectionError:
            if process.poll() is not None:
                return False
            time.sleep(0.1)
    return False


# The examples


def test_the_example_with_compose():
    told = yaml.safe_load(example("yaml"))
    app = told["services"]["previsit"]
    assert app["read_only"] is True
    assert app["tmpfs"] == ["/tmp"]
    assert app["cap_drop"] == ["ALL"]
    assert "ports" not in app  # reached by the proxy alone
    assert "ports" not in told["services"]["db"]
    assert told["networks"]["inside"] == {"internal": True}
    for service in told["services"].values():
        assert set(service.get("networks", ())) <= set(told["networks"])
        assert set(service.get("secrets", ())) <= set(told["secrets"])


def test_every_setting_in_the_examples_is_one():
    from config import read_settings

    known = {f"PREVISIT_{name}" for name in read_settings({})[2]}
    assert set(re.findall(r"PREVISIT_[A-Z_]+", HOSTING)) <= known


def test_the_example_with_systemd():
    unit = configparser.ConfigParser(strict=True)
    unit.optionxform = str
    unit.read_string(example("ini"))
    service = unit["Service"]
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) > 20  # of gunicorn, to let requests end
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")


def test_d10_the_examples_of_proxies_log_no_query_and_open_no_metrics():
    nginx, caddy = example("nginx"), example("text", "reverse_proxy")
    assert nginx.count("{") == nginx.count("}")
    (logged,) = re.findall(r"log_format previsit '([^']*)'", nginx)
    assert not re.search(r"\$(request|request_uri|args|query_string|http_\w+)\b", logged)
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in nginx
    assert "client_max_body_size 6m;" in nginx
    assert "X-Frame-Options" not in nginx
    assert "/metrics { return 404; }" in nginx
    assert "request>uri regexp" in caddy
    assert "respond /metrics 404" in caddy
