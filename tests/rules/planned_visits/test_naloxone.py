"""PV-08 and PV-08R: naloxone, at home or to be offered, and what raises the risk."""

from datetime import date

import pytest

from chart.medications import DrugClass
from rules.overdose_risk import overdose_risks
from rules.planned_visits.naloxone import RULE
from tests.builders import condition, encounter, fill, observation, order, product, statement, value
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

COMBINATION = product("buprenorphine film", 8)


def spray(ago, **changes):
    return fill("naloxone", on=ago, days=None, **changes)


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([spray(20)], "addressed"),
        ([spray(350)], "addressed"),
        ([spray(351)], "upcoming"),
        ([spray(365)], "upcoming"),
        ([spray(366)], "indicated"),  # a year without asking
        ([spray(400), statement("naloxone", asserted=20)], "addressed"),
        ([spray(725), statement("naloxone", asserted=20)], "upcoming"),
        ([spray(731), statement("naloxone", asserted=20)], "indicated"),  # past its shelf life
        ([spray(20, status="declined")], "indicated"),
        ([fill("nalmefene", on=20, days=None)], "addressed"),
        ([order("naloxone", authored=20, days=None)], "addressed"),
        ([order("naloxone", authored=20, days=None, status="completed")], "addressed"),
        ([order("naloxone", authored=20, days=None, status="cancelled")], "indicated"),
        ([order("naloxone", authored=20, days=None, status="stopped")], "indicated"),
        ([order("naloxone", authored=20, days=None, categories=frozenset({"inpatient"}))], "indicated"),
        ([order("naloxone", authored=None, days=None)], "indicated"),
        ([statement("naloxone", asserted=20)], "addressed"),
        ([statement("naloxone", asserted=366)], "indicated"),
        ([statement("naloxone", asserted=20, status="not-taken")], "indicated"),
        ([observation(text="Has naloxone at home", value=value(True), on=20)], "addressed"),
        ([observation(text="Naloxone kit at home", value=value("Yes"), on=20)], "addressed"),
        ([observation(text="Has naloxone at home", value=value(False), on=20), spray(100)], "indicated"),
        ([observation(text="Has naloxone at home", value=value(False), on=200), spray(100)], "addressed"),
        ([fill(COMBINATION, on=20)], "indicated"),  # treatment, not rescue
    ],
)
def test_at_home(records, expected):
    assert status(RULE, long_term(*records)) == expected


def test_no_record_is_not_no_naloxone():
    assert "No naloxone on record here" in texts(RULE, long_term())
    assert "ask whether it is at home" in texts(RULE, long_term())


def test_an_order_says_that_picking_up_is_not_known():
    assert "whether it was picked up is not known" in texts(
        RULE, long_term(order("naloxone", authored=20, days=None))
    )


@pytest.mark.parametrize(
    ("records", "changes", "told"),
    [
        ([order("oxycodone", 5, 7)], {}, "Dosage is 82.5 MME/day"),
        ([order("lorazepam", 1, 2)], {}, "With a sedating medicine: lorazepam 1 mg"),
        ([order("gabapentin", 300, 3)], {}, "With a sedating medicine: gabapentin"),
        ([condition("T40.2X1A", clinical="resolved")], {}, "An overdose is on record"),
        ([encounter(types=(condition("242253008").concept,))], {}, "An overdose is on record"),
        ([condition("F11.21", clinical="remission")], {}, "History of substance use disorder"),
        ([condition("F10.20")], {}, "History of substance use disorder"),
        ([condition("78275009", text="Sleep apnea")], {}, "Sleep-disordered breathing: Sleep apnea"),
        ([], {"born": date(1961, 3, 2)}, "Age 65"),
        ([condition("N18.4", text="CKD 4")], {}, "CKD 4 on record"),
        ([observation("98979-8", 59)], {}, "eGFR 59"),
        ([condition("K74.60", text="Cirrhosis")], {}, "Cirrhosis on record"),
        ([condition("J44.9", text="COPD")], {}, "Chronic lung disease: COPD"),
        ([condition("Z33.1", text="Pregnant", onset=50)], {}, "Pregnant on record"),
    ],
)
def test_each_risk_raises_the_priority(records, changes, told):
    found = answer(RULE, long_term(*records, **changes))
    assert found.priority.value == "high"
    assert told in " | ".join(r.text for r in found.guidance.reasons)


@pytest.mark.parametrize(
    "records",
    [
        [],
        [condition("T40.2X5A")],  # an adverse effect
        [condition("F11.90")],
        [condition("J44.9", clinical="resolved")],
        [observation("98979-8", 60)],
        [order("hydroxyzine", 25, 1)],  # the low tier
        [order("lorazepam", 1, 2, status="stopped")],
    ],
)
def test_what_is_no_risk(records):
    assert overdose_risks(long_term(*records)) == ()
    assert answer(RULE, long_term(*records)).priority.value == "routine"


@pytest.mark.parametrize(("amount", "is_risk"), [("6", False), ("6.66", False), ("6.67", True), ("7", True)])
def test_dose_at_under_and_over_50(amount, is_risk):
    of = case(order("oxycodone", 5, amount))  # times 5 mg times 1.5
    assert ("Dosage is" in texts(RULE, of)) is is_risk


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "indicated"),
        (case(), "not indicated"),
        (case(order("buprenorphine film", 8, 2)), "not indicated"),
        (long_term(sickle_cell()), "indicated"),  # safety items stay on
        (long_term(condition("G89.3")), "indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("MedicationRequest")), "undetermined"),
        (long_term(unavailable=hidden("MedicationStatement")), "undetermined"),
        (long_term(unavailable=hidden("Condition")), "indicated"),
        (long_term(spray(20), unavailable=hidden("MedicationDispense")), "addressed"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_reversal_class_is_what_is_looked_for():
    assert product("naloxone").classes == {DrugClass.OPIOID_REVERSAL}
