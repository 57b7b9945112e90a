"""PV-10: opioid and benzodiazepine together."""

import pytest

from rules.planned_visits.benzodiazepine import RULE
from tests.builders import condition, fill, order, statement
from tests.rules.planned_visits.cases import (
    answer,
    case,
    hidden,
    hospice,
    long_term,
    short_term,
    sickle_cell,
    status,
    texts,
)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (order("lorazepam", 1, 2), "indicated"),
        (order("lorazepam", 1, 2, authored=31, days=30), "indicated"),  # on the active list past its supply
        (order("lorazepam", 1, 2, authored=29, days=30, status="completed"), "indicated"),  # until today
        (order("lorazepam", 1, 2, authored=31, days=30, status="completed"), "not indicated"),
        (order("lorazepam", 1, 2, status="stopped"), "not indicated"),
        (order("lorazepam", 1, 2, status="on-hold"), "not indicated"),
        (order("lorazepam", 1, 2, authored=-3), "not indicated"),  # not begun
        (order("lorazepam", 1, 2, categories=frozenset({"inpatient"})), "not indicated"),
        (order("lorazepam", 1, 2, authored=800, days=30), "indicated"),  # may be in use: ask
        (order("lorazepam", None, None, authored=None, days=None), "indicated"),
        (fill("alprazolam", 1, 2, on=10, days=30), "indicated"),
        (fill("alprazolam", 1, 2, on=40, days=30), "not indicated"),
        (statement("lorazepam", 1, 2), "indicated"),
        (statement("lorazepam", 1, 2, status="not-taken"), "not indicated"),
        (order("gabapentin", 300, 3), "not indicated"),
    ],
)
def test_overlap_today(record, expected):
    assert status(RULE, long_term(record)) == expected
    assert status(RULE, short_term(record)) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(order("lorazepam", 1, 2)), "not indicated"),  # no opioid
        (case(order("buprenorphine film", 8, 2), order("lorazepam", 1, 2)), "indicated"),
        (case(order("methadone", 10, 8), condition("F11.20"), order("lorazepam", 1, 2)), "indicated"),
        (long_term(order("lorazepam", 1, 2), sickle_cell()), "indicated"),
        (long_term(order("lorazepam", 1, 2), condition("G89.3")), "indicated"),
        (long_term(order("lorazepam", 1, 2), hospice()), "not indicated"),
        (long_term(order("lorazepam", 1, 2), born="2015"), "indicated"),
        (long_term(unavailable=hidden("MedicationDispense")), "undetermined"),
        (case(order("lorazepam", 1, 2), unavailable=hidden("MedicationRequest")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_it_names_both_and_their_records():
    of = long_term(order("lorazepam", 1, 2, id="MedicationRequest/benzo"))
    found = answer(RULE, of)
    assert texts(RULE, of) == "Opioid: oxycodone 5 mg | lorazepam 1 mg"
    assert [r.record_ids for r in found.guidance.reasons] == [
        ("MedicationRequest/ltot",),
        ("MedicationRequest/benzo",),
    ]
    assert found.priority.value == "safety"


def test_an_uncertain_overlap_says_so():
    assert "ask whether it is still taken" in texts(RULE, long_term(order("lorazepam", 1, 2, authored=800)))
