"""A machine without PostgreSQL skips these tests and says why; where it is required, that is a failure."""

import pytest

from tests import databases


@pytest.mark.parametrize(
    ("required", "outcome"), [("", pytest.skip.Exception), ("required", pytest.fail.Exception)]
)
def test_without_postgresql(monkeypatch, required, outcome):
    monkeypatch.setattr(databases, "binaries", lambda: None)
    monkeypatch.setenv(databases.REQUIRED, required)
    with pytest.raises(outcome, match="apt-get install postgresql"), databases.postgresql():
        pass
