"""PV-11: opioid with another sedating medicine."""

from datetime import date

import pytest

from rules.planned_visits.sedatives import RULE
from tests.builders import condition, order
from tests.rules.planned_visits.cases import (
    answer,
    case,
    hidden,
    hospice,
    long_term,
    sickle_cell,
    status,
    texts,
)


@pytest.mark.parametrize(
    ("drug", "priority"),
    [
        ("gabapentin", "high"), ("zolpidem", "high"), ("carisoprodol", "high"), ("butalbital", "high"),
        ("hydroxyzine", "routine"),
    ],
)  # fmt: skip
def test_every_class(drug, priority):
    found = answer(RULE, long_term(order(drug, 10, 1)))
    assert (found.status.value, found.priority.value) == ("indicated", priority)


@pytest.mark.parametrize(
    ("records", "changes", "told"),
    [
        ([condition("J44.9", text="COPD")], {}, "COPD on record"),
        ([condition("G47.33", text="Sleep apnea")], {}, "Sleep apnea on record"),
        ([], {"born": date(1961, 3, 2)}, "Age 65"),
    ],
)
def test_what_makes_it_weigh_more(records, changes, told):
    found = answer(RULE, long_term(order("hydroxyzine", 25, 1), *records, **changes))
    assert found.priority.value == "high"
    assert found.guidance.reasons[-1].text == told


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(), "not indicated"),
        (long_term(order("lorazepam", 1, 2)), "not indicated"),  # PV-10
        (long_term(order("gabapentin", 300, 3, status="stopped")), "not indicated"),
        (long_term(order("gabapentin", 300, 3), sickle_cell()), "indicated"),
        (long_term(order("gabapentin", 300, 3), hospice()), "not indicated"),
        (case(order("gabapentin", 300, 3)), "not indicated"),
        (case(order("buprenorphine film", 8, 2), order("gabapentin", 300, 3)), "indicated"),
        (long_term(unavailable=hidden("MedicationStatement")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_it_names_both():
    assert texts(RULE, long_term(order("gabapentin", 300, 3))) == "Opioid: oxycodone 5 mg | gabapentin 300 mg"
