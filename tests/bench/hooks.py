"""order-sign under the production server, beside an endpoint that only parses the same body."""

import os
import subprocess
import sys
import tempfile
import time
from collections import deque
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.bench.hook_bodies import SERVICE, order_sign
from tests.bench.traffic import posted
from tests.cds.hooks.hook_app import signed_token
from tests.launch.stub_ehr import StubEhr
from tests.served import ROOT, Served, free_port

WORKERS = 2
SIZES = {"20 kB": 20_000, "200 kB": 200_000, "1 MB": 1_000_000}
CLIENTS = (1, 2, 8, 16)
SECONDS = 1.2


def measure(table):
    bodies = {name: order_sign(size) for name, size in SIZES.items()}
    with application() as app, bare() as plain:
        for name, body in bodies.items():
            table.title(f"order-sign, {name} of prefetch, {WORKERS} workers, trust by JWT")
            for clients in CLIENTS:
                _side_by_side(table, f"{name}, {clients} clients", plain, app, (body, clients))
        _footprint(table, app)


def _side_by_side(table, name, plain, app, load):
    body, clients = load
    least, spent = _costing(plain.workers, clients, lambda: posted(plain.url, body, clients, SECONDS))
    table.latency(f"bare, {name}", least, cpu_ms=spent)
    found, spent = _costing(app.workers, clients, lambda: asked(app, body, clients))
    table.latency(f"order-sign, {name}", found, cpu_ms=spent, x_bare=ratio(found, least))


def _costing(workers, clients, work):
    """The latency, and the milliseconds of processor time that the workers spent on each request."""
    before = sum(map(_processor_time, workers()))
    found = work()
    spent = sum(map(_processor_time, workers())) - before
    # The first answer of each client is not timed, and was worked for all the same.
    return found, round(1000 * spent / (sum(found.statuses.values()) + clients), 1)


def _processor_time(pid):
    """In seconds; zero where the system does not tell."""
    file = Path(f"/proc/{pid}/stat")
    if not file.exists():
        return 0.0
    user, system = file.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def ratio(found, least):
    return round(found.p50 / least.p50, 1)


def asked(app, body, clients, seconds=SECONDS):
    """Every call with a token of its own; most are signed before the clock starts."""
    url = f"{app.url}/cds-services/{SERVICE}"
    ready = deque(signed_token(url, time.time()) for _ in range(int(200 * seconds) + clients))

    def token():
        try:
            return ready.popleft()
        except IndexError:
            return signed_token(url, time.time())

    return posted(url, body, clients, seconds, token)


@contextmanager
def application(workers=WORKERS):
    """`previsit serve` on a SQLite file, with one trusted client."""
    ehr = StubEhr()
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            with Served(path, f"sqlite:///{path}/bench.sqlite3", ehr, workers) as app:
                yield app
    finally:
        ehr.close()


@contextmanager
def bare():
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare", str(port), str(WORKERS)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            found = _Bare(f"http://127.0.0.1:{port}/", process.pid)
            _wait(found.url)
            yield found
        finally:
            process.terminate()


class _Bare:
    def __init__(self, url, pid):
        self.url, self.pid = url, pid

    def workers(self):
        return [int(p) for p in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]


def _wait(url):
    for _ in range(200):
        try:
            requests.post(url, data=b"{}", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the bare endpoint did not start")


def _footprint(table, app):
    table.title("the processes that answered all this")
    for number, pid in enumerate(app.workers(), start=1):
        own, shared = _megabytes(pid)
        told = f"{own:6.1f} MB of its own, {shared:6.1f} MB resident"
        table.line(f"memory of worker {number}", told, own_mb=own, resident_mb=shared)


def _megabytes(pid):
    """(private, resident) in MB; zeros where the system does not tell."""
    file = Path(f"/proc/{pid}/smaps_rollup")
    if not file.exists():
        return 0.0, 0.0
    sizes = {
        line.split(":")[0]: int(line.split()[1]) for line in file.read_text().splitlines() if "kB" in line
    }
    own = sizes.get("Private_Clean", 0) + sizes.get("Private_Dirty", 0)
    return round(own / 1024, 1), round(sizes.get("Rss", 0) / 1024, 1)
