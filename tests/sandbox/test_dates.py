"""The stretch of time a FHIR date stands for, by its precision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.matching import span


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01T00:00", "2025-01-01T00:00"),
        ("2024-02", "2024-02-01T00:00", "2024-03-01T00:00"),
        ("2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
        ("2024-02-29T10:30Z", "2024-02-29T10:30", "2024-02-29T10:31"),
        ("2024-02-29T10:30:05-05:00", "2024-02-29T15:30:05", "2024-02-29T15:30:06"),
        ("2024-02-29T10:30:05+01:00", "2024-02-29T09:30:05", "2024-02-29T09:30:06"),
        ("2024-02-29T10:30:05.123Z", "2024-02-29T10:30:05", "2024-02-29T10:30:06"),
    ],
)
def test_a_date_covers_as_much_as_it_says(text, first, last):
    start, end = span(text)
    assert start.isoformat().startswith(first)
    assert end.isoformat().startswith(last)


@pytest.mark.parametrize(
    "item", ["", "soon", "2024-13", "2023-02-29", "20240101", 2024, None, {}, {"start": "x"}, []]
)
def test_what_is_no_date_covers_nothing(item):
    assert span(item) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_date_reader(text):
    found = span(text)
    assert found is None or found[0] < found[1]
