"""Databases that the tests of every package may ask for."""

import pytest

from storage.engine import open_engine
from tests.databases import made, postgresql


@pytest.fixture(scope="session")
def postgresql_server():
    """One PostgreSQL for the whole run."""
    with postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """The address of a database without tables, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/empty.sqlite3"
    return request.getfixturevalue("postgresql_server").database()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The address of a database with the newest schema, of each kind."""
    if request.param == "sqlite":
        return made(f"sqlite:///{tmp_path}/previsit.sqlite3")
    return request.getfixturevalue("postgresql_server").made_database()


@pytest.fixture
def engine(database):
    opened = open_engine(database)
    yield opened
    opened.dispose()
