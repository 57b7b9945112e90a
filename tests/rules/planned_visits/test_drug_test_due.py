"""PV-06: urine drug test to consider."""

import pytest

from chart.records import DiagnosticReport, Value
from rules.planned_visits.drug_test_due import RULE
from tests.builders import concept, observation, referral, value, when
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, short_term, status, texts

OPIATES = "19295-5"
LOINC = "http://loinc.org"


def report(ago, status="final"):
    return DiagnosticReport(
        id="DiagnosticReport/1", concept=concept((LOINC, "24349-3")), status=status, when=when(ago)
    )


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (20, "addressed"),
        (350, "addressed"),
        (351, "upcoming"),
        (364, "upcoming"),
        (365, "upcoming"),
        (366, "indicated"),
    ],
)
def test_interval(ago, expected):
    assert status(RULE, long_term(observation(OPIATES, on=ago, value=value("Negative")))) == expected
    assert status(RULE, long_term(reports=(report(ago),))) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (observation(OPIATES, on=20, status="cancelled"), "indicated"),
        (observation(OPIATES, on=20, status="preliminary"), "addressed"),
        (observation(OPIATES, on=20, value=Value(absent="not-performed")), "indicated"),
        (observation("2160-0", on=20), "indicated"),  # creatinine
        (observation(OPIATES, on="2026"), "addressed"),
        (observation(OPIATES, on="2025"), "indicated"),
    ],
)
def test_results(record, expected):
    assert status(RULE, long_term(record)) == expected


def test_a_cancelled_report_is_none():
    assert status(RULE, long_term(reports=(report(20, "cancelled"),))) == "indicated"


def test_an_open_order_is_named_and_is_no_result():
    of = long_term(referral("310627008", text="Urine drug screening", on=3))
    assert status(RULE, of) == "indicated"
    assert "ordered, no result yet" in texts(RULE, of)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("Observation")), "undetermined"),
        (long_term(unavailable=hidden("DiagnosticReport")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
