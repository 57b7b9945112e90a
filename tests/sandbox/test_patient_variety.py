"""What the practice patients hold between them: every shape of directions, every exclusion, labels, an odd record."""

import pytest

from chart.reader import read_bundle
from rules.population import exclusion
from sandbox.patients import directions, messy
from tests.sandbox.patient_parts import PATIENTS, TODAY, named, of_type, parts, resources


def instructions(name=directions.NAME):
    orders = of_type(named(name), "MedicationRequest")
    return [part for order in orders for part in order.get("dosageInstruction", ())]


def repeats():
    return [part.get("timing", {}).get("repeat", {}) for part in instructions()]


def doses():
    return [dose for part in instructions() for dose in part.get("doseAndRate", ())]


SHAPES = {
    "a number of times a day": lambda: any(r.get("periodUnit") == "d" and "frequency" in r for r in repeats()),
    "once in so many hours": lambda: any(r.get("periodUnit") == "h" for r in repeats()),
    "every other day": lambda: any((r.get("period"), r.get("periodUnit")) == (2, "d") for r in repeats()),
    "a range of doses": lambda: any("doseRange" in d for d in doses()),
    "a range of times": lambda: any("frequencyMax" in r for r in repeats()),
    "a range of hours": lambda: any("periodMax" in r for r in repeats()),
    "moments of the day": lambda: any("when" in r for r in repeats()),
    "days of the week": lambda: any("dayOfWeek" in r for r in repeats()),
    "a code for the times": lambda: any("code" in part.get("timing", {}) for part in instructions()),
    "steps one after the other": lambda: max(part.get("sequence", 0) for part in instructions()) >= 3,
    "a length of a step": lambda: any("boundsDuration" in r for r in repeats()),
    "as needed, with a most a day": lambda: any(
        {"asNeededBoolean", "maxDosePerPeriod"} <= i.keys() for i in instructions()
    ),
    "as needed, without one": lambda: any(
        "asNeededBoolean" in i and "maxDosePerPeriod" not in i for i in instructions()
    ),
    "a dose in mg": lambda: any(d.get("doseQuantity", {}).get("code") == "mg" for d in doses()),
    "several patches at once": lambda: any(
        (d.get("doseQuantity", {}).get("unit"), d.get("doseQuantity", {}).get("value")) == ("patch", 2) for d in doses()
    ),
    "an infusion rate": lambda: any("rateQuantity" in d for d in doses()),
    "words alone": lambda: any(set(i) == {"text"} for i in instructions()),
    "words for the patient alone": lambda: any(set(i) == {"patientInstruction"} for i in instructions()),
    "words that give no dose": lambda: any("as directed" in i.get("text", "") for i in instructions()),
    "two instructions that add up": lambda: any(
        len(o["dosageInstruction"]) == 2 for o in of_type(named(directions.NAME), "MedicationRequest")
        if "dosageInstruction" in o
    ),
    "no directions, only a supply": lambda: any(
        "dosageInstruction" not in o and "expectedSupplyDuration" in o["dispenseRequest"]
        for o in of_type(named(directions.NAME), "MedicationRequest")
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_directions_is_with_the_patient_made_for_them(shape):
    assert SHAPES[shape]()


def test_millilitres_films_and_sprays_are_with_others():
    units = {
        d["doseQuantity"]["unit"]
        for p in PATIENTS
        for r in of_type(p, "MedicationRequest")
        for i in r.get("dosageInstruction", ())
        for d in i.get("doseAndRate", ())
        if "doseQuantity" in d
    }
    assert {"tablet", "capsule", "patch", "mL", "film", "spray", "g", "mg"} <= units


EXCLUSIONS = (
    "Patient is under 18",
    "Sickle cell disease",
    "Cancer-related pain",
    "Palliative care",
    "Hospice care",
    "End-of-life care",
)


def test_every_reason_to_be_outside_the_guideline_is_shown():
    """But for cancer by its own code: the clinical tables name the range of codes and not one code with its words."""
    found = [exclusion(read_bundle(p.bundle, TODAY)) for p in PATIENTS]
    told = {reason.text for one in found if one for reason in one.reasons}
    assert [want for want in EXCLUSIONS if not any(text.startswith(want) for text in told)] == []
    assert {one.is_end_of_life for one in found if one} == {True, False}


def labels(name):
    return {
        c["code"]
        for r in resources(named(name))
        for k, c in parts(r.get("meta", {}))
        if isinstance(c, dict) and "code" in c
    }


def test_part_2_records_are_there_with_a_consent_and_without():
    """Decision 14."""
    assert "42CFRPart2" in labels("linh-tran") & labels(messy.NAME)
    assert of_type(named("linh-tran"), "Consent")
    assert not of_type(named(messy.NAME), "Consent")


def test_one_patient_is_being_seen_now():
    current = [r["id"] for p in PATIENTS for r in of_type(p, "Encounter") if r["status"] == "in-progress"]
    assert current == ["delia-whitfield-encounter-5"]
