"""PV-19: early refill."""

from dataclasses import replace

import pytest

from rules.planned_visits.early_refill import RULE
from rules.therapy import EarlyFill
from tests.builders import days_ago
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, status, texts


def with_early(days_early, ago=10, *records):
    of = long_term(*records)
    early = EarlyFill(("MedicationDispense/1",), "oxycodone 5 mg", days_ago(ago), days_early)
    of.__dict__["therapy"] = replace(of.therapy, early_fills=(early,))
    return of


@pytest.mark.parametrize(
    ("days_early", "ago", "expected"),
    [
        (2, 10, "not indicated"),
        (3, 10, "indicated"),
        (3, 90, "indicated"),
        (3, 91, "not indicated"),
    ],
)
def test_at_under_and_over(days_early, ago, expected):
    assert status(RULE, with_early(days_early, ago)) == expected


def test_words_ask():
    assert texts(RULE, with_early(4)) == "oxycodone 5 mg: 4 days early on 20 Feb 2026"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(), "not indicated"),
        (with_early(5, 10, hospice()), "not indicated"),
        (case(), "not indicated"),
        (long_term(unavailable=hidden("MedicationDispense")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
