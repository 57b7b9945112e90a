"""OR-08, OR-09 and OR-10: naloxone, PDMP and drug tests when an opioid is ordered."""

from dataclasses import replace

import pytest

from chart.records import Value
from rules.orders.drug_test import RULE as DRUG_TEST
from rules.orders.naloxone import RULE as NALOXONE
from rules.orders.pdmp import RULE as PDMP
from rules.policy import Policy
from rules.rule import Priority
from tests.builders import concept, condition, fill, observation, order, procedure, product, value
from tests.rules.orders.cases import OXY, ask, draft, ordering, running, status, texts, valid_for

PLAIN = draft(*OXY, 4)  # 30 MME/day, and nothing else that raises the risk
HIGH = draft("morphine", 15, 50, unit="mg")


@pytest.mark.parametrize(("amount", "expected"), [("49.99", "not indicated"), ("50", "indicated")])
def test_naloxone_with_the_draft_counted_in_the_dose(amount, expected):
    found = ordering(drafts=draft("morphine", 15, amount, unit="mg"))
    assert status(NALOXONE, found) == expected
    assert (
        ask(NALOXONE, ordering(running(), drafts=draft("morphine", 15, 20, unit="mg"))).status.value
        == "indicated"
    )


@pytest.mark.parametrize(
    "risk",
    [
        [condition("G47.33", text="Obstructive sleep apnea")],
        [condition("F10.20", text="Alcohol dependence")],
        [condition("T40.2X1A", text="Poisoning by other opioids")],
        [order("lorazepam", 1, 2)],
        [order("gabapentin", 300, 3)],
    ],
)
def test_fault_of_cdc_naloxone_by_risk_and_not_at_every_order(risk):
    assert status(NALOXONE, ordering(drafts=PLAIN)) == "not indicated"
    assert status(NALOXONE, ordering(*risk, drafts=PLAIN)) == "indicated"


def test_a_sedative_that_is_itself_a_draft_is_a_risk():
    both = (PLAIN, draft("lorazepam", 1, 2, id="MedicationRequest/2"))
    assert status(NALOXONE, ordering(drafts=both)) == "indicated"
    assert "lorazepam" in ask(NALOXONE, ordering(drafts=both)).advice


@pytest.mark.parametrize(
    ("at_home", "expected"),
    [
        (fill("naloxone", on=20, days=None), "addressed"),
        (fill("naloxone", on=400, days=None), "indicated"),
        (fill("nalmefene", on=20, days=None), "addressed"),
        (fill("buprenorphine film", 8, 2, on=20), "indicated"),  # the fault of CDC's list
    ],
)
def test_fault_of_cdc_naloxone_at_home_is_seen(at_home, expected):
    assert status(NALOXONE, ordering(at_home, drafts=HIGH)) == expected


def test_naloxone_among_the_drafts_is_on_its_way():
    both = (HIGH, draft("naloxone", 4, 1, id="MedicationRequest/2", days=None))
    assert status(NALOXONE, ordering(drafts=both)) == "addressed"


def test_the_advice_names_the_dose_and_no_diagnosis():
    apnea = condition("G47.33", text="Obstructive sleep apnea")
    found = ask(NALOXONE, ordering(apnea, drafts=HIGH))
    assert "dosage is 50 MME/day; other findings in the record" in found.advice
    assert "apnea" not in found.advice + " ".join(r.text for r in found.guidance.reasons)
    assert apnea.id in [i for r in found.guidance.reasons for i in r.record_ids]
    assert found.priority is Priority.HIGH
    alone = ask(NALOXONE, ordering(apnea, drafts=PLAIN)).advice
    assert "because of: findings in the record, which the summary shows." in alone


def test_an_unknown_dose_leaves_naloxone_open():
    assert status(NALOXONE, ordering(drafts=draft(*OXY, None))) == "undetermined"
    nameless = draft(
        product("oxycodone", ingredients=(), classes=frozenset(), name="opioid"), id="MedicationRequest/2"
    )
    assert status(NALOXONE, ordering(drafts=(PLAIN, nameless))) == "undetermined"


REVIEWED = "461621000124108"


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], "indicated"),
        ([procedure(REVIEWED, on=91)], "indicated"),
        ([procedure(REVIEWED, on=90)], "upcoming"),
        ([procedure(REVIEWED, on=75)], "addressed"),
        ([procedure(REVIEWED, on=20)], "addressed"),
        ([procedure(REVIEWED, on=20, status="not-done")], "indicated"),
        ([procedure("461651000124104", on=20)], "addressed"),  # the fault of CDC's examples
    ],
)
def test_pdmp(records, expected):
    assert status(PDMP, ordering(*records, drafts=PLAIN)) == expected


@pytest.mark.parametrize("days", [3, 27, 28, None])
def test_fault_of_cdc_the_pdmp_matters_for_short_orders_too(days):
    assert status(PDMP, ordering(drafts=draft(*OXY, 4, days=days))) == "indicated"


@pytest.mark.parametrize(("on", "expected"), [(0, "addressed"), (1, "indicated")])
def test_pdmp_before_every_order_where_the_clinic_says_so(on, expected):
    policy = Policy(pdmp_every_prescription=True)
    assert status(PDMP, ordering(procedure(REVIEWED, on=on), drafts=PLAIN, policy=policy)) == expected


def test_pdmp_says_when_it_was_last_reviewed():
    assert (
        "last reviewed 2 Nov 2025." in ask(PDMP, ordering(procedure(REVIEWED, on=120), drafts=PLAIN)).advice
    )
    assert ask(PDMP, ordering(drafts=PLAIN)).advice.startswith("No PDMP review is on record.")


def test_pdmp_for_buprenorphine_too():
    assert status(PDMP, ordering(drafts=draft("buprenorphine film", 8, 2))) == "indicated"
    assert status(PDMP, ordering(drafts=draft("ibuprofen", 400, 3))) == "not indicated"


PANEL = "19295-5"  # opiates, urine, presence


def urine_test(on, **changes):
    result = observation(PANEL, on=on, text="Opiates [Presence] in Urine", value=value("Negative"))
    return replace(result, **changes)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (draft(*OXY, 4, days=30), "indicated"),
        (draft(*OXY, 4, days="27.9"), "not indicated"),
        (draft(*OXY, 4, days=28), "indicated"),
        (valid_for(28, days=7), "indicated"),
        (draft(*OXY, 4, days=None), "undetermined"),
    ],
)
def test_drug_test_for_longer_orders(found, expected):
    assert status(DRUG_TEST, ordering(drafts=found)) == expected


@pytest.mark.parametrize(
    ("on", "expected"), [(366, "indicated"), (365, "upcoming"), (340, "addressed"), (20, "addressed")]
)
def test_drug_test_once_a_year(on, expected):
    assert status(DRUG_TEST, ordering(urine_test(on), drafts=draft(*OXY, 4, days=30))) == expected


def test_fault_of_cdc_a_coded_result_is_read_and_the_substance_stays_out_of_the_advice():
    coded = urine_test(
        20,
        concept=concept(("http://loinc.org", "3397-7"), text="Cocaine [Presence] in Urine"),
        value=Value(concept=concept(("http://snomed.info/sct", "260373001"), text="Detected")),
    )
    found = ask(DRUG_TEST, ordering(running(), coded, drafts=draft(*OXY, 4, days=30)))
    assert found.status.value == "indicated"
    assert "talk with the patient" in found.advice
    assert "ocaine" not in found.advice
    assert "Cocaine detected" in found.guidance.reasons[0].text


def test_the_last_test_is_in_the_advice():
    found = ordering(urine_test(400), drafts=draft(*OXY, 4, days=30))
    assert "the last one on record is of 26 Jan 2025" in ask(DRUG_TEST, found).advice
    assert "none is on record" in ask(DRUG_TEST, ordering(drafts=draft(*OXY, 4, days=30))).advice
    assert "Last urine drug test" in texts(DRUG_TEST, found)
