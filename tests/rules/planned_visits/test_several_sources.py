"""PV-25: several prescribers or pharmacies."""

from dataclasses import replace

import pytest

from rules.planned_visits.several_sources import RULE
from tests.rules.planned_visits.cases import answer, case, hidden, hospice, long_term, status, texts


def sources(people, places, *records):
    of = long_term(*records)
    of.__dict__["therapy"] = replace(
        of.therapy,
        prescribers_180=tuple(f"Practitioner {i}" for i in range(people)),
        pharmacies_180=tuple(f"Pharmacy {i}" for i in range(places)),
    )
    return of


@pytest.mark.parametrize(
    ("people", "places", "expected", "priority"),
    [
        (1, 1, "not indicated", "routine"), (2, 2, "not indicated", "routine"), (3, 1, "indicated", "routine"),
        (1, 3, "indicated", "routine"), (4, 3, "indicated", "routine"), (4, 4, "indicated", "high"),
        (0, 0, "undetermined", "routine"),
    ],
)  # fmt: skip
def test_at_under_and_over(people, places, expected, priority):
    found = answer(RULE, sources(people, places))
    assert (found.status.value, found.priority.value) == (expected, priority)


def test_words_count_and_name_nobody():
    assert texts(RULE, sources(3, 1)) == "In 6 months: 3 prescribers and 1 pharmacy"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (sources(4, 4, hospice()), "not indicated"),
        (case(), "not indicated"),
        (case(unavailable=hidden("MedicationRequest")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
