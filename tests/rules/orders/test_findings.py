"""The first line of a card: what an order rule adds to its title, so that the number is seen without opening it."""

import pytest

from cds.hooks.reasons import heading
from rules.orders.acute_supply import RULE as OVER_A_WEEK
from rules.orders.decrease import RULE as DECREASE
from rules.orders.sedatives import RULE as SEDATIVES
from rules.orders.total_dose import RULE as TOTAL
from tests.builders import order
from tests.rules.orders.cases import OXY, ask, draft, ordering, running


def lorazepam():
    return order("lorazepam", 1, 1, id="MedicationRequest/sedative")


@pytest.mark.parametrize(
    ("rule", "found", "first_line"),
    [
        (TOTAL, ordering(drafts=draft(*OXY, 8, days=3)), "Daily dose with this order: 60 MME/day"),
        (
            DECREASE,
            ordering(running(a_day=8), drafts=draft(*OXY, 2, replaces="MedicationRequest/running")),
            "Large or sudden decrease: 60 MME/day to 15 MME/day",
        ),
        (OVER_A_WEEK, ordering(drafts=draft(*OXY, 4, days=10)), "Acute supply over a week: 10 days"),
    ],
)
def test_the_number_stands_in_the_first_line(rule, found, first_line):
    assert heading(ask(rule, found)) == first_line


def test_the_medicine_stands_in_the_first_line():
    found = ask(SEDATIVES, ordering(lorazepam(), drafts=draft(*OXY, 4)))
    assert heading(found).startswith("Opioid with a sedating medicine: lorazepam")
