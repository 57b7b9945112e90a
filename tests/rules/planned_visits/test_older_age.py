"""PV-21: 65 or older."""

from datetime import date

import pytest

from rules.planned_visits.older_age import RULE
from tests.rules.planned_visits.cases import case, hospice, long_term, status, texts


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(1961, 3, 2), "indicated"),  # 65 today
        (date(1961, 3, 3), "not indicated"),  # 65 tomorrow
        ("1961-03", "undetermined"),
        ("1961-02", "indicated"),
        ("1961", "undetermined"),
        ("1950", "indicated"),  # 75 or 76
        ("1962", "not indicated"),
        (None, "undetermined"),
    ],
)
def test_at_under_and_over(born, expected):
    assert status(RULE, long_term(born=born)) == expected


def test_words():
    assert texts(RULE, long_term(born=date(1950, 1, 1))) == "Age 76"
    assert texts(RULE, long_term(born="1950")) == "Born 1950: 65 or older"


def test_whom_it_is_for():
    assert status(RULE, case(born=date(1950, 1, 1))) == "not indicated"
    assert status(RULE, long_term(hospice(), born=date(1950, 1, 1))) == "not indicated"
