"""PV-13: other ways to treat pain."""

import pytest

from rules.planned_visits.options import RULE
from rules.valuesets import NON_DRUG_THERAPY
from tests.builders import order, procedure, referral, statement
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, short_term, status, texts

THERAPY = sorted(code for _, code in NON_DRUG_THERAPY.keys)[0]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([order("ibuprofen", 400, 3)], "addressed"),
        ([statement("ibuprofen", 400, 3)], "addressed"),
        ([order("ibuprofen", 400, 3, status="stopped")], "indicated"),
        ([procedure(THERAPY, on=100)], "addressed"),
        ([procedure(THERAPY, on=365)], "addressed"),
        ([procedure(THERAPY, on=366)], "indicated"),
        ([procedure(THERAPY, on=100, status="not-done")], "indicated"),
        ([referral(text="Physical therapy, evaluate and treat", on=30)], "addressed"),
        ([referral(text="Physical therapy", on=30, status="revoked")], "indicated"),
        ([referral(text="Cardiology", on=30)], "indicated"),
        ([referral(text="Acupuncture", on=None)], "indicated"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


def test_older_ones_are_named():
    assert "Acupuncture, 26 Jan 2025" in texts(RULE, long_term(referral(text="Acupuncture", on=400)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("ServiceRequest")), "undetermined"),
        (long_term(order("ibuprofen", 400, 3), unavailable=hidden("Procedure")), "addressed"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
