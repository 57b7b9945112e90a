"""PV-14 and PV-15: the total dose against 50 and 90 MME/day, unrounded."""

from decimal import Decimal

import pytest

from rules.planned_visits import dose_50, dose_90
from rules.policy import Policy
from tests.builders import order
from tests.rules.planned_visits.cases import case, hidden, hospice, sickle_cell, status, texts


def morphine(amount):
    return order("morphine", 1, amount)  # so many MME/day


@pytest.mark.parametrize(
    ("amount", "at_50", "at_90"),
    [
        ("49.99", "not indicated", "not indicated"),
        ("50", "indicated", "not indicated"),
        ("50.01", "indicated", "not indicated"),
        ("89.99", "indicated", "not indicated"),
        ("90", "indicated", "indicated"),
        ("90.01", "indicated", "indicated"),
    ],
)
def test_at_under_and_over(amount, at_50, at_90):
    assert status(dose_50.RULE, case(morphine(amount))) == at_50
    assert status(dose_90.RULE, case(morphine(amount))) == at_90


UNREAD = order("oxycodone", 5, None, days=None)


@pytest.mark.parametrize(
    ("of", "at_50", "at_90"),
    [
        (case(UNREAD), "undetermined", "undetermined"),
        (case(morphine(40), UNREAD), "undetermined", "undetermined"),
        (case(morphine(60), UNREAD), "indicated", "undetermined"),
        (case(morphine(95), UNREAD), "indicated", "indicated"),
        (case(), "not indicated", "not indicated"),
        (case(morphine(95), sickle_cell()), "not indicated", "not indicated"),
        (case(morphine(95), hospice()), "not indicated", "not indicated"),
        (case(unavailable=hidden("MedicationRequest")), "undetermined", "undetermined"),
        (case(morphine(40), unavailable=hidden("MedicationDispense")), "undetermined", "undetermined"),
        (case(order("buprenorphine film", 8, 2)), "not indicated", "not indicated"),
    ],
)
def test_what_cannot_be_told_is_not_low(of, at_50, at_90):
    assert status(dose_50.RULE, of) == at_50
    assert status(dose_90.RULE, of) == at_90


def test_the_clinic_sets_the_thresholds():
    policy = Policy(mme_extra_care=Decimal(40), mme_measure_flag=Decimal(80))
    assert status(dose_50.RULE, case(morphine(40), policy=policy)) == "indicated"
    assert status(dose_90.RULE, case(morphine(80), policy=policy)) == "indicated"


def test_the_number_shown_stays_on_its_side_of_the_line():
    assert "49.99 MME/day" in texts(dose_50.RULE, case(morphine("49.99")))


def test_the_words_set_no_limit():
    assert "asks for no change" in dose_50.RULE.advice
    assert "not a limit" in dose_90.RULE.advice
