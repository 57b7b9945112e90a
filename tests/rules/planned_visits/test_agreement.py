"""PV-04: treatment agreement."""

from dataclasses import replace

import pytest

from rules.planned_visits.agreement import RULE
from tests.builders import concept, consent, document, form
from tests.rules.planned_visits.cases import (
    case,
    hidden,
    hospice,
    long_term,
    short_term,
    status,
    texts,
)

LOINC = "http://loinc.org"
SIGNED = concept((LOINC, "94136-9"))


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([document("94136-9", on=100)], "addressed"),
        ([document("88639-0", on=100)], "addressed"),
        ([document("89424-6", on=100)], "addressed"),
        ([document("94136-9", on=350)], "addressed"),
        ([document("94136-9", on=351)], "upcoming"),
        ([document("94136-9", on=364)], "upcoming"),
        ([document("94136-9", on=365)], "upcoming"),
        ([document("94136-9", on=366)], "indicated"),
        ([document("94136-9", on=100, status="superseded")], "indicated"),
        ([document("94136-9", on=100, doc_status="preliminary")], "indicated"),
        ([document("94136-9", on=100, doc_status="final")], "addressed"),
        ([document("11502-2", on=100, categories=(SIGNED,))], "addressed"),
        ([document("94136-9", on="2025")], "indicated"),
        ([form({}, panel="94136-9", on=50)], "addressed"),
        ([form({}, panel="94136-9", on=50, status="in-progress")], "indicated"),
        ([consent(categories=(SIGNED,), on=60)], "addressed"),
        ([consent(categories=(SIGNED,), on=60, status="inactive")], "indicated"),
        ([consent(categories=(SIGNED,), on=60, until=1)], "indicated"),
        ([consent(on=60)], "indicated"),
    ],
)
def test_evidence(records, expected):
    assert status(RULE, long_term(*records)) == expected


def test_a_title_alone_is_named_and_not_counted():
    titled = replace(document("x", on=30), concept=concept(text="Controlled substance agreement"))
    of = long_term(titled)
    assert status(RULE, of) == "indicated"
    assert "“Controlled substance agreement”, 31 Jan 2026, may be it; please check" in texts(RULE, of)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("DocumentReference")), "undetermined"),
        (long_term(unavailable=hidden("Consent")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
