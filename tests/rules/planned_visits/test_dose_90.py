"""PV-15: what its words must deny; its numbers are tested with PV-14."""

from rules.planned_visits.dose_90 import RULE
from tests.builders import order
from tests.rules.planned_visits.cases import case, status


def test_it_says_that_cdc_names_no_such_number():
    assert "no longer names 90" in RULE.source.doubt
    assert status(RULE, case(order("morphine", 1, 90))) == "indicated"
