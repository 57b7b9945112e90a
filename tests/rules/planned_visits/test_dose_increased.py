"""PV-16: the dose went up, and whether anyone has looked since."""

import pytest

from rules.planned_visits.dose_increased import RULE
from tests.builders import concept, encounter, order
from tests.rules.planned_visits.cases import answer, case, hidden, hospice, status, texts

PAIN = (concept(text="Pain follow-up"),)


def raised(old, new, ago=20):
    """Morphine 1 mg: `old` a day until `ago` days ago, then `new`."""
    before = order("morphine", 1, old, authored=ago + 100, days=100, status="completed")
    return before, order("morphine", 1, new, authored=ago, days=ago + 30)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("20", "23.99", "not indicated"),
        ("20", "24", "indicated"),  # by 20 %
        ("20", "24.01", "indicated"),
        ("45", "49.99", "not indicated"),
        ("45", "50", "indicated"),  # crosses 50
        ("50", "55", "not indicated"),
        ("20", "20", "not indicated"),
        ("20", "10", "not indicated"),
    ],
)
def test_at_under_and_over(old, new, expected):
    assert status(RULE, case(*raised(old, new))) == expected


@pytest.mark.parametrize(
    ("ago", "expected"),
    [(5, "addressed"), (19, "addressed"), (20, "indicated"), (30, "indicated")],
)
def test_a_visit_after_the_rise(ago, expected):
    assert status(RULE, case(*raised(20, 40), encounter(on=ago, reasons=PAIN))) == expected


def test_due_four_weeks_after_the_rise():
    found = answer(RULE, case(*raised(20, 40)))
    assert found.guidance.due_on.isoformat() == "2026-03-10"
    assert "20 MME/day on 2 Dec 2025, 40 MME/day on 2 Mar 2026" in texts(RULE, case(*raised(20, 40)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(), "not indicated"),
        (case(order("morphine", 1, 40)), "not indicated"),  # a start, under 50
        (case(order("morphine", 1, 60)), "indicated"),  # from nothing over 50
        (case(*raised(20, 40), hospice()), "not indicated"),
        (case(*raised(20, 20), order("oxycodone", 5, None, days=None)), "undetermined"),
        (case(*raised(20, 40), unavailable=hidden("Encounter")), "undetermined"),
        (case(*raised(20, 20), unavailable=hidden("MedicationRequest")), "undetermined"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
