"""An audit trail on each database."""

import pytest

from tests.audit.chains import trail_at


@pytest.fixture
def trail(database):
    opened = trail_at(database)
    yield opened
    opened.engine.dispose()
