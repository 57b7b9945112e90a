"""A hook app with one trusted client, and the FHIR server that its gaps are fetched from."""

import pytest

from tests.cds.hooks.hook_app import HookApp, signing_client
from tests.chart.stub_fhir import StubFhir


@pytest.fixture
def hook_apps(tmp_path):
    """Makes hook apps, and closes them."""
    made = []

    def make(*clients, **settings):
        made.append(HookApp(*(clients or (signing_client(tmp_path),)), **settings))
        return made[-1]

    yield make
    for app in made:
        app.close()


@pytest.fixture
def hooks(hook_apps):
    return hook_apps()


@pytest.fixture(scope="session")
def stub_server():
    server = StubFhir()
    yield server
    server.close()


@pytest.fixture
def stub(stub_server):
    stub_server.reset()
    yield stub_server
    stub_server.release.set()


@pytest.fixture
def connected(hook_apps, tmp_path, stub):
    """The app of a client whose FHIR server is the stub."""
    return hook_apps(signing_client(tmp_path, fhir_servers=(stub.base,)))
