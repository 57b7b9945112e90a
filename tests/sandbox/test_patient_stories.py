"""Each patient stands where the story says: at, just under or just over the threshold it was made for."""

import json
import re
from datetime import date
from decimal import Decimal

import pytest

from sandbox.patients import messy
from tests.sandbox.patient_parts import PATIENTS, TODAY, coded, named, of_type, resources

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
# CDC 2022 factor, and the unit of strength it multiplies (mg; for patches MG/HR, worn one at a time).
FACTORS = {
    "hydrocodone": Decimal(1), "oxycodone": Decimal("1.5"), "morphine": Decimal(1), "methadone": Decimal("4.7"),
    "tramadol": Decimal("0.2"), "fentanyl": Decimal(2400),
}  # fmt: skip


def mme_a_day(patient):
    """By the plain arithmetic of active orders: strength in the name x units a day x factor."""
    total = Decimal(0)
    for order in of_type(patient, "MedicationRequest"):
        name = order["medicationCodeableConcept"].get("coding", [{}])[0].get("display", "").lower()
        if order["status"] == "active" and (drug := next((d for d in FACTORS if d in name), None)):
            strength = Decimal(re.search(rf"{drug}[a-z ]* ([\d.]+) mg", name)[1])
            total += strength * units_a_day(order["dosageInstruction"][0]) * FACTORS[drug]
    return total


def units_a_day(dosage):
    dose, repeat = dosage["doseAndRate"][0]["doseQuantity"], dosage["timing"]["repeat"]
    if dose["unit"] == "patch":
        return 1
    hours = Decimal(24 if repeat["periodUnit"] == "d" else 1) * repeat["period"]
    return Decimal(str(dose["value"])) * repeat["frequency"] * 24 / hours


@pytest.mark.parametrize(
    ("name", "mme"),
    [
        ("delia-whitfield", "40"),
        ("tomasz-zielinski", "49.5"),
        ("marisol-quintana", "50"),
        ("walter-nakagawa-stone", "88.8"),
        ("harold-brandvold", "90"),
        ("renee-thibodeaux", "22.5"),
        ("ruth-oyelaran", "141"),
        ("fionnuala-ni-bhraonain", "80"),
        ("oleksandr-hrytsenko", "60"),
        ("josiah-abernathy-cole", "60"),
        ("kwame-asare-boateng", "0"),
        ("linh-tran", "0"),
        ("nokomis-fairbanks", "0"),
    ],
)
def test_daily_dose_is_what_the_story_says(name, mme):
    assert mme_a_day(named(name)) == Decimal(mme)


def covered(patient):
    """Days ago on which a fill of the patient's opioid lasts, by the plain arithmetic of fill and days' supply."""
    days = set()
    for fill in of_type(patient, "MedicationDispense"):
        ago = (TODAY - date.fromisoformat(fill["whenHandedOver"])).days
        days |= set(range(ago, ago - fill["daysSupply"]["value"], -1))
    return {day for day in days if day >= 0}


@pytest.mark.parametrize(("name", "unbroken"), [("bronwyn-pryce-maddox", 89), ("eero-lahteenmaki", 90)])
def test_day_89_and_day_90(name, unbroken):
    assert covered(named(name)) == set(range(unbroken))


@pytest.mark.parametrize(("name", "gap"), [("hakim-belkacemi", 7), ("sunniva-torgersdatter", 8)])
def test_gaps_of_7_and_8_days(name, gap):
    days = covered(named(name))
    assert set(range(max(days))) - days == set(range(71, 71 + gap))


def days_since(patient, code):
    element = {
        "Procedure": "performedDateTime",
        "DocumentReference": "date",
        "Observation": "effectiveDateTime",
    }
    found = [
        r
        for r in resources(patient)
        if any(c == code for _, c in coded(r.get("code") or r.get("type") or {}))
    ]
    return {(TODAY - date.fromisoformat(r[element[r["resourceType"]]][:10])).days for r in found}


@pytest.mark.parametrize(
    ("name", "code", "days"),
    [
        ("renee-thibodeaux", "461621000124108", {91}),  # PDMP: 90 days
        ("renee-thibodeaux", "94136-9", {366}),  # agreement: a year
        ("walter-nakagawa-stone", "461621000124108", {80}),
        ("walter-nakagawa-stone", "94136-9", {355}),
        ("walter-nakagawa-stone", "91147-9", {80, 170}),
    ],
)
def test_what_is_due_is_due_by_the_days_the_story_says(name, code, days):
    assert days_since(named(name), code) == days


@pytest.mark.parametrize(
    ("name", "code", "value"),
    [
        ("anahera-tamihana", "44261-6", 17), ("anahera-tamihana", "44260-8", 1), ("anahera-tamihana", "70274-6", 12),
        ("dmitri-vasquez-orlov", "44261-6", 9), ("dmitri-vasquez-orlov", "70274-6", 9),
        ("augustine-pellerin", "91147-9", 18),
    ],
)  # fmt: skip
def test_screens_have_the_scores_the_story_says(name, code, value):
    found = [o for o in of_type(named(name), "Observation") if ("http://loinc.org", code) in coded(o["code"])]
    assert max(found, key=lambda o: o["effectiveDateTime"])["valueQuantity"]["value"] == value


def test_naloxone_is_missing_where_the_story_says_so():
    naloxone = (RXNORM, "1725059")
    without = {p.id for p in PATIENTS if naloxone not in coded(p.bundle)}
    assert {"tomasz-zielinski", "harold-brandvold", "camila-ibarra-fuentes"} <= without
    assert "delia-whitfield" not in without


def test_the_messy_record_has_everything_it_is_meant_to_have():
    orders = {r["id"]: r for r in of_type(named(messy.NAME), "MedicationRequest")}
    shapes = [r.get("medicationReference", {}) for r in orders.values()]
    assert {"#med1", None} <= {shape.get("reference") for shape in shapes}
    assert any(shape.get("reference", "").startswith(messy.OLD_EHR) for shape in shapes)
    assert any(set(shape) == {"display"} for shape in shapes)
    assert any("dosageInstruction" not in r for r in orders.values())
    assert any(r["status"] == "entered-in-error" for r in orders.values())
    assert any(r.get("doNotPerform") for r in orders.values())
    assert {"text": "oxyCODONE-acetaminophen 5-325 mg tab"} in [
        r.get("medicationCodeableConcept") for r in orders.values()
    ]
    assert "42CFRPart2" in {
        code for _, code in coded([r.get("meta", {}) for r in resources(named(messy.NAME))])
    }


def test_an_ordinary_patient_has_no_opioid():
    medicines = of_type(
        named("nokomis-fairbanks"), "MedicationRequest", "MedicationDispense", "MedicationStatement"
    )
    names = json.dumps(medicines).lower()
    assert medicines
    assert not re.search(r"codone|morph|tramadol|fentanyl|methadone|codeine|buprenorphine", names)
