"""One clinic for the tests of a file, and a visit of its own for each test."""

import pytest

from storage.tables.screening import screenings
from tests.cds.screening.visits import Visit
from tests.journeys.faulty_clinic import clinic_at_work


@pytest.fixture(scope="module")
def clinic():
    with clinic_at_work() as made:
        yield made


@pytest.fixture
def visit(clinic):
    """Nothing kept, nothing written by the app, and an EHR that works."""
    with clinic.app.extensions["screening"].engine.begin() as db:
        db.execute(screenings.delete())
    made = Visit(clinic)
    yield made
    clinic.mend()
    made.browser.close()
    forget(clinic.ehr.store)


def forget(store):
    """What the app wrote: the practice EHR itself has no way to delete."""
    for kept in (*store._by_type.values(), *store._by_patient.values()):
        for key in [key for key, resource in kept.items() if "urn:uuid" in str(resource.get("identifier"))]:
            del kept[key]
