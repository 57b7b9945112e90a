"""The whole product on a real port with faults on demand, and a clinician who follows the launch by HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import requests
from flask import Flask

import cds.reading
import cds.sending
from app import create_demo
from chart.fhir import FhirServer, Limits
from sandbox.state import Ehr
from tests.journeys.ehr_server import running_at
from tests.journeys.faults import Faults

USUAL = Limits()
# For an EHR that hangs: what it does answer may be missed on a loaded machine, and no test minds.
IMPATIENT = Limits(connect_s=0.5, search_s=0.5)


class Clinic:
    """One app beside its EHR. `faults` breaks the EHR; `limits` are the app's patience with it."""

    def __init__(self, url: str, app: Flask, faults: Faults, ehr: Ehr) -> None:
        self.url, self.app, self.faults, self.ehr = url, app, faults, ehr
        self.limits = USUAL

    def mend(self) -> None:
        self.faults.mended()
        self.limits = USUAL

    def launch(self, patient: str, browser: requests.Session | None = None) -> requests.Response:
        """Click Launch beside the patient and follow until a page is shown."""
        browser = browser or requests.Session()
        browser.trust_env = False
        return browser.post(f"{self.url}/ehr/launch", data={"patient": patient}, timeout=60)

    def begin(self, patient: str, browser: requests.Session) -> requests.Response:
        """The launch as far as the way back from sign-in: a redirect to /callback, not yet followed."""
        browser.trust_env = False
        answer = browser.post(f"{self.url}/ehr/launch", data={"patient": patient}, allow_redirects=False)
        while urlsplit(answer.headers["Location"]).path != "/callback":
            answer = browser.get(answer.headers["Location"], allow_redirects=False)
        return answer


@contextmanager
def clinic_at_work(data: Path | None = None) -> Iterator[Clinic]:
    """`data` is a folder of FHIR bundles to load beside the practice patients."""
    made: list[Clinic] = []

    def make(url: str) -> Flask:
        app = create_demo(url, data, date.today())
        mounts = app.wsgi_app.mounts  # type: ignore[attr-defined]
        faults = Faults(mounts["/ehr"])
        ehr = mounts["/ehr"].extensions["ehr"]
        mounts["/ehr"] = faults
        made.append(Clinic(url, app, faults, ehr))
        return app

    def server(*given: str, **more: bool) -> FhirServer:
        return FhirServer(*given, limits=made[0].limits, **more)

    # One whole page with its own status, however slow the machine; what is sent piece by piece has its own tests.
    whole = patch.object(cds.sending, "WHOLE_WITHIN", 60.0)
    with patch.object(cds.reading, "FhirServer", server), whole, running_at(make):
        yield made[0]
        made[0].mend()


def asked(answer: requests.Response) -> dict[str, str]:
    """The query parameters of where a redirect leads."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
