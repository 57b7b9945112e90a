"""From the click in the EHR to the page, with an EHR that takes its time; and how soon the app is there at all."""

import subprocess
import sys
import time
from datetime import date

import requests

from app import create_demo
from tests.bench.timing import Latency
from tests.journeys.ehr_server import running_at
from tests.served import ROOT

DELAYS = (0, 50, 200)  # milliseconds that every answer of the EHR takes longer
LAUNCHES = 6
PATIENT = "harold-brandvold"


def measure(table):
    table.title("launch to page in the practice EHR, one server process for both")
    for delay in DELAYS:
        found = _launches(delay / 1000)
        table.latency(f"launch to page, EHR {delay} ms slower", found)
    _cold_start(table)


def _launches(delay):
    taken, statuses = [], {}
    with running_at(lambda url: _slow_ehr(url, delay)) as url, requests.Session() as browser:
        browser.trust_env = False
        for _ in range(LAUNCHES + 1):
            begun = time.perf_counter()
            page = browser.post(f"{url}/ehr/launch", data={"patient": PATIENT}, timeout=60)
            taken.append(time.perf_counter() - begun)
            statuses[page.status_code] = statuses.get(page.status_code, 0) + 1
            assert "Brandvold" in page.text
    return Latency.of(taken[1:], sum(taken[1:]), statuses)


def _slow_ehr(url, delay):
    app = create_demo(url, today=date.today())
    mounts = app.wsgi_app.mounts
    mounts["/ehr"] = _Slow(mounts["/ehr"], delay)
    return app


class _Slow:
    def __init__(self, app, delay):
        self.app, self.delay = app, delay

    def __call__(self, environ, start_response):
        time.sleep(self.delay)
        return self.app(environ, start_response)


_START = (
    "from app import create_demo; app = create_demo('http://localhost:9');"
    "assert app.test_client().get('/cds-services').status_code == 200"
)


def _cold_start(table):
    table.title("cold start: a new process to its first answer")
    taken = []
    for _ in range(3):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", _START], cwd=ROOT, check=True, capture_output=True)
        taken.append(time.perf_counter() - begun)
    table.line("cold start", f"{min(taken):6.2f} s", seconds=round(min(taken), 2))
