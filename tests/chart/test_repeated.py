"""Directions that come again are read once, and read as if they had not."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.elements import Doubts
from chart.reader import read_chart
from chart.repeated import Repeated
from chart.timing import _read, read_instructions

NUMBERS = st.one_of(st.integers(-5, 5), st.floats(-5, 5), st.booleans(), st.none(), st.text(max_size=3))
TIMES = st.dictionaries(st.sampled_from(["frequency", "period", "periodUnit", "timeOfDay", "count"]), NUMBERS)
DIRECTIONS = st.lists(
    st.dictionaries(
        st.sampled_from(["sequence", "text", "asNeededBoolean", "doseAndRate", "timing"]),
        st.one_of(NUMBERS, st.fixed_dictionaries({"repeat": TIMES})),
    ),
    max_size=3,
)


@given(DIRECTIONS)
def test_remembered_directions_say_what_they_said(directions):
    read_instructions.forget()
    plain = Doubts()
    told = _read(directions, plain)
    for _ in range(2):
        doubts = Doubts()
        found = read_instructions(directions, doubts)
        # `repr`: 1 and 1.0 are equal numbers and different texts.
        assert (repr(found), doubts.all()) == (repr(told), plain.all())


def test_numbers_that_are_equal_and_written_differently_are_read_apart():
    read = Repeated(lambda element, doubts: repr(element))
    assert [read(n, Doubts()) for n in (1, 1.0, True, "1")] == ["1", "1.0", "True", "'1'"]


def test_what_cannot_be_known_by_its_bytes_is_read_each_time():
    seen = []
    read = Repeated(lambda element, doubts: seen.append(element))
    for _ in range(2):
        read({"value": Decimal("1.5")}, Doubts())
    assert len(seen) == 2


@pytest.mark.parametrize("time_of_day", ["25:00", "noon"])
def test_a_doubt_is_told_of_every_record_with_the_same_directions(time_of_day):
    orders = [
        {
            "resourceType": "MedicationRequest",
            "id": name,
            "status": "active",
            "medicationCodeableConcept": {"text": "oxycodone 5 mg tablet"},
            "dosageInstruction": [{"text": "1 tablet", "timing": {"repeat": {"timeOfDay": [time_of_day]}}}],
        }
        for name in ("a", "b", "c")
    ]
    read = read_chart(orders, date(2026, 3, 2)).medication_requests
    assert [r.doubts for r in read] == [("a time of day could not be read",)] * 3
