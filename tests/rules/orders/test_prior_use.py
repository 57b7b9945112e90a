"""Whether the patient was on opioids before the order."""

import pytest

from chart.terms import Concept
from rules.orders.ordering import may_be_opioid
from tests.builders import fill, order, product, statement
from tests.rules.orders.cases import OXY, draft, ordering, running


def is_naive(*records, drafts=None):
    return ordering(*records, drafts=drafts or draft(*OXY, 4)).ordering.prior_use.is_naive


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], True),
        ([order(*OXY, 4, authored=90, days=5, status="completed")], False),
        ([order(*OXY, 4, authored=91, days=1, status="completed")], True),
        ([order(*OXY, 4, authored=1, days=5)], False),
        ([order(*OXY, 4, authored=0, days=5)], True),  # of today: written in this same visit
        ([order(*OXY, 4, authored=120, days=30, status="completed")], True),  # covered until day 91
        ([order(*OXY, 4, authored=120, days=31, status="completed")], False),  # until day 90
        ([fill(*OXY, 4, on=90, days=1)], False),
        ([fill(*OXY, 4, on=91, days=1)], True),
        ([fill(*OXY, 4, on=30, days=5, status="declined")], True),
        ([order(*OXY, 4, authored=30, days=5, status="cancelled")], True),
        ([order(*OXY, 4, authored=30, days=5, categories=frozenset({"inpatient"}))], True),
        ([order(*OXY, 4, authored=30, days=None, status="completed")], False),  # written inside the window
        ([order(*OXY, 4, authored=100, days=None, status="completed")], None),  # may have lasted into it
        ([order(*OXY, 4, authored="2026-01", days=1, status="completed")], False),
        (
            [order(*OXY, 4, authored="2025-12", days=1, status="stopped")],
            None,
        ),  # its first day is 91 days ago
        ([order(*OXY, 4, authored="2025", days=1, status="stopped")], None),  # some day of the year
        ([order("buprenorphine film", 8, 2, authored=20)], False),
        ([order("lorazepam", 1, 2, authored=20)], True),
    ],
)
def test_orders_and_fills(records, expected):
    assert is_naive(*records) is expected


def test_fault_of_cdc_an_order_of_91_days_ago_that_still_runs_is_not_naive():
    assert is_naive(order(*OXY, 4, authored=91, days=120)) is False
    assert is_naive(order(*OXY, 4, authored=400, days=30)) is False  # still on the active list
    assert is_naive(order(*OXY, 4, authored=91, days=None)) is False


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (statement(*OXY, 4, asserted=10), False),
        (statement(*OXY, 4, asserted=400), False),  # reported long ago and never taken off
        (statement(*OXY, 4, asserted=10, status="completed"), None),
        (statement(*OXY, 4, asserted=10, status="not-taken"), True),
        (order(*OXY, 4, authored=10, intent="plan", is_reported=True), False),
    ],
)
def test_fault_of_cdc_reported_medicines_count(report, expected):
    assert is_naive(report) is expected


def test_the_draft_itself_is_no_earlier_opioid():
    again = order(*OXY, 4, authored=0, id="MedicationRequest/draft")
    assert is_naive(again, drafts=draft(*OXY, 4)) is True
    kept_as_draft = order(*OXY, 4, authored=5, status="draft", id="MedicationRequest/draft")
    assert is_naive(kept_as_draft, drafts=draft(*OXY, 4)) is True


def test_an_order_that_is_on_the_list_for_years_leaves_it_open():
    assert is_naive(order(*OXY, 4, authored=900, days=30)) is None


def test_what_shows_it_is_named_with_its_record():
    found = ordering(running(), drafts=draft(*OXY, 4)).ordering.prior_use
    assert found.shown[0].record_ids == ("MedicationRequest/running",)
    assert "oxycodone" in found.shown[0].text


UNKNOWN = product("oxycodone", ingredients=(), classes=frozenset(), name="")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("oxycodne with codone 5 mg", True),
        ("Pain pump refill", True),
        ("Some opioid lozenge", True),
        ("lisinopril 10 mg", False),
        ("apomorphine 10 mg", False),
        ("dextromethorphan syrup", False),
        ("", True),  # nothing to go by
        ("1049621", True),  # a code alone
    ],
)
def test_a_draft_that_nobody_recognises(name, expected):
    found = draft(UNKNOWN, days=5, concept=Concept((), name))
    assert may_be_opioid(found) is expected
    assert not may_be_opioid(draft(*OXY, 4))
