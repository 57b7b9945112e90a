"""CX-08: opioid use disorder without medication treatment."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.medications import DrugClass, Ingredient
from chart.records import Gap, Unavailable
from chart.terms import Concept
from rules.complex_patients.untreated_oud import RULE, evaluate
from rules.rule import Status
from tests.builders import condition, fill, order, procedure, product, statement, when
from tests.rules.situations import long_term, no_opioid

INDICATED, ADDRESSED = Status.INDICATED, Status.ADDRESSED
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
OUD = condition("F11.20")
FOR_OUD = {"reasons": (Concept((), "opioid use disorder"),)}


@pytest.mark.parametrize(
    ("code", "changes", "status"),
    [
        ("F11.20", {}, INDICATED),
        ("F11.10", {}, INDICATED),
        ("5602001", {}, INDICATED),
        ("75544000", {}, INDICATED),
        ("F11.20", {"clinical": None}, INDICATED),
        ("F11.20", {"clinical": "recurrence"}, INDICATED),
        ("F11.20", {"onset": 4000}, INDICATED),  # long-standing is still active
        ("", {"text": "Opioid use disorder, severe"}, INDICATED),
        ("F11.21", {}, NOT_INDICATED),
        ("F11.11", {}, NOT_INDICATED),
        ("F11.20", {"clinical": "remission"}, NOT_INDICATED),
        ("F11.20", {"clinical": "resolved"}, NOT_INDICATED),
        ("F11.90", {}, NOT_INDICATED),  # use, unspecified: no diagnosis of it
        ("Z79.891", {}, NOT_INDICATED),
        ("", {"text": "Family history of opioid use disorder"}, NOT_INDICATED),
        ("F11.20", {"verification": "provisional"}, UNDETERMINED),
        ("F11.20", {"verification": "differential"}, UNDETERMINED),
        ("F11.20", {"verification": "confirmed"}, INDICATED),
        ("1081000119105", {}, ADDRESSED),  # on agonist therapy, as the code itself says
    ],
)
def test_which_diagnoses(code, changes, status):
    assert evaluate(no_opioid(condition(code, **changes))).status is status


@pytest.mark.parametrize(
    ("treatment", "status"),
    [
        (order("buprenorphine film", 8, authored=90, days=1), ADDRESSED),
        (order("buprenorphine film", 8, authored=100, days=11), ADDRESSED),  # its supply ends 90 days ago
        (order("buprenorphine film", 8, authored=120, days=28), UNDETERMINED),  # listed, and old
        (order("buprenorphine film", 8, authored=120, days=28, status="completed"), INDICATED),
        (order("buprenorphine film", 8, authored=5, status="cancelled"), INDICATED),
        (order("buprenorphine film", 8, authored=5, status="stopped"), INDICATED),
        (order("buprenorphine film", 8, authored=5, intent="proposal"), INDICATED),
        (order("buprenorphine film", 8, authored=5, categories=frozenset({"inpatient"})), INDICATED),
        (fill("buprenorphine film", 8, on=90, days=1), ADDRESSED),
        (fill("buprenorphine film", 8, on=91, days=1), INDICATED),
        (fill("buprenorphine film", 8, on=5, status="declined"), INDICATED),
        (statement("naltrexone", 50, asserted=10), ADDRESSED),
        (statement("naltrexone", 50, asserted=90), ADDRESSED),
        (statement("naltrexone", 50, asserted=91), UNDETERMINED),
        (order("buprenorphine patch", 10, authored=5), INDICATED),  # for pain
        (order("methadone", 10, 3, authored=5, **FOR_OUD), ADDRESSED),
        (order("methadone", 10, 3, authored=5, reasons=(Concept((), "back pain"),)), INDICATED),
        (order("methadone", 10, 3, authored=5), UNDETERMINED),  # nothing says what it is for
        (procedure("792902005", on=90), ADDRESSED),
        (procedure("792902005", on=91), INDICATED),
        (procedure("792902005", on=5, status="not-done"), INDICATED),
        (procedure("792902005", on=300, status="in-progress"), ADDRESSED),
        (order("morphine", 15, 4), INDICATED),
    ],
)  # fmt: skip
def test_what_counts_as_treatment(treatment, status):
    assert evaluate(no_opioid(OUD, treatment)).status is status


def test_naltrexone_with_bupropion_is_for_weight():
    contrave = product("naltrexone", 8)
    both = replace(contrave, ingredients=(*contrave.ingredients, Ingredient("bupropion")))
    assert evaluate(no_opioid(OUD, order(both, authored=5))).status is INDICATED
    assert both.classes == {DrugClass.MOUD}


def test_the_code_that_also_means_physical_dependence_is_to_be_confirmed():
    assert any("physical dependence" in r.text for r in evaluate(long_term(OUD)).reasons)
    assert not any("physical dependence" in r.text for r in evaluate(no_opioid(OUD)).reasons)
    assert not any("physical dependence" in r.text for r in evaluate(long_term(condition("F11.10"))).reasons)


def test_remission_beside_it_is_said():
    found = evaluate(no_opioid(OUD, condition("F11.21")))
    assert found.status is INDICATED
    assert any("confirm which holds" in r.text for r in found.reasons)


@pytest.mark.parametrize("code", ["C25.9", "Z51.5", "D57.1"])
def test_never_paused(code):
    assert evaluate(no_opioid(OUD, condition(code))).status is INDICATED


@pytest.mark.parametrize("kind", sorted(RULE.reads))
def test_hidden_records_leave_it_open(kind):
    refused = Unavailable(kind, Gap.REFUSED, f"{kind} was not shared")
    assert RULE.assess(no_opioid(OUD, unavailable=(refused,))).status is UNDETERMINED
    assert RULE.assess(no_opioid(unavailable=(refused,))).status is UNDETERMINED


def test_a_partial_date_counts_from_its_first_day():
    assert evaluate(no_opioid(OUD, procedure("792902005", on=None))).status is INDICATED
    later = replace(procedure("792902005"), when=when("2025-12"))
    assert evaluate(no_opioid(OUD, later)).status is INDICATED


treatments = st.sampled_from(
    [
        order("buprenorphine film", 8, authored=20),
        fill("buprenorphine film", 8, on=20),
        order("buprenorphine film", 8, authored=300),
        statement("naltrexone", 50, asserted=10),
        procedure("792902005", on=3),
    ]
)


@given(st.lists(treatments, max_size=3), st.sampled_from(["F11.20", "F11.10", "5602001"]))
def test_losing_treatment_never_makes_it_disappear(given_, code):
    oud = condition(code)
    for left in range(len(given_) + 1):
        assert evaluate(no_opioid(oud, *given_[:left])).status is not NOT_INDICATED
