"""One stub FHIR server for the folder, made whole again before each test."""

import pytest

from tests.chart.stub_fhir import StubFhir


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
