"""Fixtures of the practice EHR's own tests."""

import pytest

from tests.sandbox.practice import Practice


@pytest.fixture
def practice() -> Practice:
    return Practice()
