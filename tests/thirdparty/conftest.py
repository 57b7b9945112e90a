"""One other FHIR server for all tests of this folder, with every practice patient in it."""

from datetime import date

import pytest

from chart.resource_types import RESOURCE_TYPES
from sandbox.patients import PATIENTS
from tests.thirdparty.other_server import running_other_server

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="session")
def other_server(tmp_path_factory):
    with running_other_server(tmp_path_factory.mktemp("other")) as server:
        resources = (entry["resource"] for make in PATIENTS for entry in make(TODAY).bundle["entry"])
        # One of our patients holds a type that FHIR does not know, which no real server stores.
        known = {(r["resourceType"], r["id"]): r for r in resources if r["resourceType"] in RESOURCE_TYPES}
        server.load(known.values())
        yield server
