"""OR-13: an opioid order whose dose or length cannot be told."""

import pytest

from chart.terms import Concept
from rules.orders.not_calculated import RULE
from rules.rule import Priority
from tests.builders import product
from tests.rules.orders.cases import OXY, ask, draft, hospice, ordering, running, status, texts

UNKNOWN = product("oxycodone", ingredients=(), classes=frozenset(), name="")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4), "addressed"),
        (draft(*OXY, None), "indicated"),
        (draft("oxycodone", None, 4), "indicated"),
        (draft("levorphanol", 2, 2), "indicated"),
        (draft(*OXY, 4, days=None), "indicated"),  # the length of supply
        (draft("buprenorphine film", 8, None), "not indicated"),
        (draft("ibuprofen", 400, None), "not indicated"),
        (draft(*OXY, None, categories=frozenset({"inpatient"})), "not indicated"),
    ],
)
def test_dose_strength_or_length(found, expected):
    assert status(RULE, ordering(drafts=found)) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("opioid lozenge", "indicated"),
        ("", "indicated"),
        ("12345", "indicated"),
        ("lisinopril", "not indicated"),
    ],
)
def test_a_medicine_that_could_not_be_recognised(name, expected):
    found = ordering(drafts=draft(UNKNOWN, concept=Concept((), name)))
    assert status(RULE, found) == expected


def test_a_medicine_without_a_name_is_called_so():
    found = ordering(drafts=draft(UNKNOWN, concept=Concept()))
    assert "A medicine without a readable name: the medicine could not be recognised" in texts(RULE, found)


def test_the_total_shown_is_a_minimum():
    advice = ask(RULE, ordering(running(), drafts=draft("morphine", 15, None))).advice
    assert "(morphine 15 mg: no dose is recorded)" in advice
    assert "The total shown is at least 30 MME/day." in advice
    assert "No total can be shown." in ask(RULE, ordering(drafts=draft("morphine", 15, None))).advice


def test_only_the_length_is_less_urgent_and_says_so():
    found = ask(RULE, ordering(drafts=draft(*OXY, 4, days=None)))
    assert found.priority is Priority.ROUTINE
    assert found.advice.startswith("How long oxycodone 5 mg will last could not be told.")


def test_why_the_length_is_unknown_stands_beside_the_dose():
    assert "no days of supply" in texts(RULE, ordering(drafts=draft(*OXY, None, days=None)))


def test_it_is_never_paused():
    assert status(RULE, ordering(hospice(), drafts=draft(*OXY, None))) == "indicated"


def test_what_is_in_the_record_alone_is_not_this_orders_business():
    unread = running(None)
    assert status(RULE, ordering(unread, drafts=draft("morphine", 15, 2))) == "addressed"
