"""An app registered with a stub EHR, a clock a test can move, and the clicks of a clinician."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from config import Config
from launch.issuers import IssuerRegistration
from launch.session import LaunchSession, session_for
from launch.wiring import init_launch
from tests.databases import made
from tests.launch.stub_ehr import StubEhr

TYPES = ("Patient", "MedicationRequest")
TOKEN_KEY = Fernet.generate_key().decode()


class Clinic:
    """The app beside its EHRs, and one browser per `client`."""

    def __init__(self, *issuers: IssuerRegistration, **settings) -> None:
        self.clock = time.time()
        defaults = {"public_url": "https://previsit.example.org", "database_url": "sqlite://"}
        self.config = Config(
            "a secret key of more than 32 characters",
            (TOKEN_KEY,),
            issuers=issuers,
            allow_insecure_loopback=True,
            **defaults | settings,
        )
        made(self.config.database_url)
        self.app = Flask("previsit", root_path=str(Path(__file__).parents[2]))
        self.app.config["FHIR_TYPES"] = TYPES
        init_launch(self.app, self.config, clock=lambda: self.clock)
        self.app.add_url_rule("/visit/<handle>/", view_func=self._visit)
        self.sessions: dict[str, LaunchSession] = {}

    def _visit(self, handle: str) -> str:
        session = self.sessions[handle] = session_for(handle)
        return f"chart of {session.patient_id}"

    def client(self):
        return self.app.test_client()

    @property
    def store(self):
        return self.app.extensions["launch"].store

    def begin(self, client, iss: str, launch: str = "opaque"):
        return client.get(f"/launch?{urlencode({'iss': iss, 'launch': launch})}")

    def finish(self, client, ehr: StubEhr, location: str, **changes):
        return client.get(f"/callback?{ehr.authorize(location, **changes)}")

    def launched(self, client, ehr: StubEhr) -> str:
        """A whole launch; returns the address it lands on."""
        landed = self.finish(client, ehr, self.begin(client, ehr.iss).location)
        assert landed.status_code == 303, landed.text
        return landed.location

    def session(self, client, url: str) -> LaunchSession:
        page = client.get(url)
        assert page.status_code == 200, page.text
        return self.sessions[url.split("/")[2]]


def query(location: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(location).query, keep_blank_values=True)


def registration(ehr: StubEhr, **changes) -> IssuerRegistration:
    return dataclasses.replace(IssuerRegistration(ehr.iss, "previsit"), **changes)


@pytest.fixture
def ehr():
    stub = StubEhr()
    yield stub
    stub.close()


@pytest.fixture
def clinics():
    """Makes clinics, and closes them."""
    made: list[Clinic] = []

    def make(*issuers: IssuerRegistration, **settings) -> Clinic:
        made.append(Clinic(*issuers, **settings))
        return made[-1]

    yield make
    for clinic in made:
        clinic.store.close()


@pytest.fixture
def clinic(ehr, clinics):
    return clinics(registration(ehr))


@pytest.fixture
def client(clinic):
    return clinic.client()
