"""Stores of recorded answers, opened for one test."""

import pytest

from cds.outcomes.store import OutcomeStore
from tests.cds.recorded import KEY, SECRET
from tests.databases import engine_made


@pytest.fixture
def opened():
    """Opens stores, and closes them."""
    made = []

    def make(url="sqlite://", secret=SECRET, keys=(KEY,)):
        made.append(OutcomeStore(engine_made(url), (secret,) if isinstance(secret, str) else secret, keys))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "previsit.sqlite3"
