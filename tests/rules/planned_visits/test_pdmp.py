"""PV-05: PDMP review."""

import pytest

from rules.planned_visits.pdmp import RULE
from rules.policy import Policy
from tests.builders import concept, document, observation, order, procedure, value
from tests.rules.planned_visits.cases import (
    case,
    hidden,
    long_term,
    short_term,
    sickle_cell,
    status,
    texts,
)

REVIEW, DONE = "461621000124108", "461651000124104"
SNOMED = "http://snomed.info/sct"


def finding(**changes):
    return observation("", concept=concept((SNOMED, DONE)), **changes)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([procedure(REVIEW, on=20)], "addressed"),
        ([procedure(REVIEW, on=75)], "addressed"),
        ([procedure(REVIEW, on=76)], "upcoming"),
        ([procedure(REVIEW, on=89)], "upcoming"),
        ([procedure(REVIEW, on=90)], "upcoming"),
        ([procedure(REVIEW, on=91)], "indicated"),
        ([procedure(REVIEW, on=20, status="not-done")], "indicated"),
        ([procedure(REVIEW, on=20, status="in-progress")], "indicated"),
        ([procedure(REVIEW, on="2026-02")], "addressed"),
        ([procedure(REVIEW, on=None)], "indicated"),
        ([finding(on=20)], "addressed"),
        ([finding(on=20, status="amended", value=value(True))], "addressed"),
        ([finding(on=20, value=value(False))], "indicated"),
        ([finding(on=20, value=value("Not done"))], "indicated"),
        ([finding(on=20, status="cancelled")], "indicated"),
        ([finding(on=20, status="final")], "addressed"),
        ([finding(on=20, status="corrected")], "addressed"),
        ([finding(on=20, status="preliminary")], "indicated"),  # not signed: it may still come to nothing
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


def test_words_without_a_code_are_named_and_not_counted():
    of = long_term(document("11502-2", text="PDMP report", on=9))
    assert status(RULE, of) == "indicated"
    assert "“PDMP report”, 21 Feb 2026, may be it" in texts(RULE, of)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(sickle_cell()), "not indicated"),
        (long_term(unavailable=hidden("Procedure")), "undetermined"),
        (long_term(procedure(REVIEW, on=20), unavailable=hidden("Procedure")), "addressed"),
        (long_term(procedure(REVIEW, on=200), unavailable=hidden("Procedure")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_overdue_names_the_last_review():
    assert "Last PDMP review on record: 22 Nov 2025, 100 days ago" in texts(
        RULE, long_term(procedure(REVIEW, on=100))
    )


EVERY = Policy(pdmp_every_prescription=True)


@pytest.mark.parametrize(
    ("reviewed", "newest", "expected"),
    [
        (30, 20, "indicated"),  # prescribed since, without a review
        (20, 20, "addressed"),
        (10, 20, "addressed"),
    ],
)
def test_before_every_prescription(reviewed, newest, expected):
    records = (procedure(REVIEW, on=reviewed), order("oxycodone", 5, 4, authored=newest, days=60))
    assert status(RULE, long_term(*records, policy=EVERY)) == expected


def test_before_the_next_prescription_when_the_supply_ends_soon():
    ends_soon = order("oxycodone", 5, 4, authored=110, days=120)
    assert status(RULE, case(ends_soon, procedure(REVIEW, on=20), policy=EVERY)) == "upcoming"
