"""The practice's patients: valid FHIR R4, codes with a source, dates that never go stale."""

import csv
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.patients import messy, practice_patients
from sandbox.patients.codes import rows
from sandbox.patients.people import shared_resources
from tests.sandbox.patient_parts import (
    PATIENTS,
    TODAY,
    exact_days,
    of_type,
    parts,
    resources,
    without_dates,
)

CLINICAL = Path(__file__).parents[3] / "shared" / "clinical"
CLINICAL_SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm", "http://loinc.org", "http://snomed.info/sct",
    "http://hl7.org/fhir/sid/icd-10-cm",
}  # fmt: skip
RULE_ID = re.compile(r"(POP|PV|CX|RF|PR)-\d\d")
NOTHING_YET = (
    "perpetua-achebe-lindholm"  # nothing but a name and a booked visit: that is what this one is for
)

each_patient = pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p.id)


def test_there_are_enough_of_them_and_none_twice():
    assert len(PATIENTS) >= 30
    assert set(Counter(p.id for p in PATIENTS).values()) == {1}
    assert set(Counter(p.name for p in PATIENTS).values()) == {1}


@each_patient
def test_says_in_one_line_what_it_is_for(patient):
    assert patient.story.endswith(".")
    assert "\n" not in patient.story
    assert 20 < len(patient.story) <= 120
    assert patient.shows
    assert all(RULE_ID.fullmatch(rule) for rule in patient.shows)


@each_patient
def test_is_a_collection_of_one_patient_with_a_realistic_record(patient):
    assert patient.bundle["type"] == "collection"
    assert [r["id"] for r in of_type(patient, "Patient")] == [patient.id]
    if patient.id != NOTHING_YET:
        assert 25 <= len(patient.bundle["entry"]) <= 120
        assert of_type(patient, "Encounter", "Condition", "Observation")
    ids = [(r["resourceType"], r["id"]) for r in resources(patient)]
    assert len(ids) == len(set(ids))


def test_ids_are_unique_across_patients_but_for_the_shared_people():
    shared = {(r["resourceType"], r["id"]) for r in shared_resources()}
    ids = Counter((r["resourceType"], r["id"]) for p in PATIENTS for r in resources(p))
    assert {key for key, count in ids.items() if count > 1} <= shared


@each_patient
def test_every_entry_is_valid_r4_but_those_meant_not_to_be(patient):
    invalid = set()
    for resource in resources(patient):
        try:
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        except (ValueError, KeyError):
            invalid.add(resource["id"])
    assert invalid == (messy.MALFORMED if patient.id == messy.NAME else set())


@each_patient
def test_references_lead_to_something_in_the_bundle(patient):
    here = {f"{r['resourceType']}/{r['id']}" for r in resources(patient)}
    here |= {entry["fullUrl"] for entry in patient.bundle["entry"]} | {"#med1"}
    named_here = {v for k, v in parts(patient.bundle) if k == "reference" and isinstance(v, str)}
    assert named_here - here == (messy.UNRESOLVED if patient.id == messy.NAME else set())


@each_patient
def test_every_record_is_about_this_patient(patient):
    for resource in resources(patient):
        about = resource.get("subject") or resource.get("patient")
        assert about is None or about["reference"] == f"Patient/{patient.id}"


@each_patient
def test_every_clinical_code_is_in_the_table_with_its_display(patient):
    known = {(row.system, row.code): row.display for row in rows().values()}
    codings = [
        c for _, c in parts(patient.bundle) if isinstance(c, dict) and c.get("system") in CLINICAL_SYSTEMS
    ]
    assert codings or patient.id == NOTHING_YET
    for coding in codings:
        assert coding.get("display", "") == known[coding["system"], coding["code"]]


def test_every_code_has_a_source_and_is_in_use():
    written = json.dumps([p.bundle for p in PATIENTS])
    for row in rows().values():
        assert row.source
        assert re.search(rf'["/]{re.escape(row.code)}"', written), (
            f"{row.name} is in the table and with no patient"
        )


@pytest.mark.real
@pytest.mark.skipif(not CLINICAL.is_dir(), reason="../shared/clinical is not here")
def test_the_table_agrees_with_the_tables_it_was_copied_from():
    known = set()
    for name, code in [("clinical_codes", "code"), ("value_sets", "code"), ("opioid_products", "rxcui")]:
        with (CLINICAL / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                system = row.get("system", "http://www.nlm.nih.gov/research/umls/rxnorm")
                known.add((system, row[code], row.get("display", row.get("name"))))
    assert {(row.system, row.code, row.display) for row in rows().values()} <= known


def test_the_same_day_gives_the_same_records():
    assert json.dumps([p.bundle for p in practice_patients(TODAY)]) == json.dumps(
        [p.bundle for p in PATIENTS]
    )


@settings(max_examples=15, deadline=None)
@given(day=st.dates(date(2024, 1, 1), date(2040, 12, 31)))
def test_another_day_changes_dates_alone_and_all_by_as_much(day):
    for then, now in zip(practice_patients(day), PATIENTS, strict=True):
        assert without_dates(then.bundle) == without_dates(now.bundle)
        assert {a - b for a, b in zip(exact_days(then.bundle), exact_days(now.bundle), strict=True)} == {
            day - TODAY
        }


@pytest.mark.parametrize("day", [date(2028, 2, 28), date(2028, 2, 29), date(2027, 3, 1), TODAY])
@pytest.mark.parametrize(
    ("name", "age"), [("priya-raghunathan-bell", 17), ("harold-brandvold", 67), ("delia-whitfield", 58)]
)
def test_ages_hold_on_any_day(day, name, age):
    (record,) = (p for p in practice_patients(day) if p.id == name)
    born = date.fromisoformat(resources(record)[0]["birthDate"])
    assert day.year - born.year - ((day.month, day.day) < (born.month, born.day)) == age


def test_nothing_but_appointments_and_ends_of_validity_lies_ahead():
    recorded = [
        r for p in PATIENTS for r in resources(p) if r["resourceType"] not in ("Appointment", "Consent")
    ]
    assert not [r["id"] for r in recorded if any(day > TODAY for day in exact_days(r))]


def test_some_are_expected_today_and_some_tomorrow():
    starts = Counter(a["start"][:10] for p in PATIENTS for a in of_type(p, "Appointment"))
    assert starts[TODAY.isoformat()] >= 5
    assert starts[(TODAY + timedelta(days=1)).isoformat()] >= 5
    assert len(starts) == 2


@each_patient
def test_totals_are_the_sums_of_their_items(patient):
    by_id = {f"Observation/{o['id']}": o for o in of_type(patient, "Observation")}
    for total in by_id.values():
        members = [by_id[m["reference"]] for m in total.get("hasMember", ())]
        if members and "valueQuantity" in total:
            points = sum(m["valueQuantity"]["value"] for m in members)
            expected = round(points / 3, 1) if len(members) == 3 else points
            assert total["valueQuantity"]["value"] == expected
