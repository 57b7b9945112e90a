"""FHIR search as real servers do it: parameters, prefixes, include, warnings, refusals (C1, C2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.practice import FHIR, RXNORM, Practice, bearer, ids, observation, resource

ALL = "Observation?category=survey"


@pytest.fixture(scope="module")
def practice():
    """One EHR for the module: searches change nothing."""
    return Practice()


@pytest.fixture(scope="module")
def token(practice):
    return practice.tokens()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("MedicationRequest?patient=anna", ["coded", "referred"]),
        ("MedicationRequest?patient=Patient/anna", ["coded", "referred"]),
        (f"MedicationRequest?subject={FHIR}/Patient/anna", ["coded", "referred"]),
        ("MedicationRequest?subject:Patient=anna", ["coded", "referred"]),
        ("MedicationRequest?patient=anna&status=active", ["coded"]),
        ("MedicationRequest?patient=anna&status=active,stopped", ["coded", "referred"]),
        ("MedicationRequest?patient=anna&status=active&status=stopped", []),
        ("MedicationRequest?patient=anna&intent=order,plan&status=stopped", ["referred"]),
        ("MedicationRequest?status:not=active", ["referred"]),
        ("MedicationRequest?status=ACTIVE", []),
        ("MedicationRequest?code=7804", ["coded"]),
        (f"MedicationRequest?code={RXNORM}|7804", ["coded"]),
        (f"MedicationRequest?code={RXNORM}|", ["coded"]),
        ("MedicationRequest?code=http://other|7804", []),
        ("MedicationRequest?code=|7804", []),
        ("MedicationRequest?code=1,7804,2", ["coded"]),
        ("MedicationRequest?medication=Medication/pill", ["referred"]),
        ("MedicationRequest?code:missing=true", ["referred"]),
        ("MedicationRequest?code:missing=false", ["coded"]),
        ("MedicationRequest?_id=coded", ["coded"]),
        ("MedicationRequest?authoredon=2026-01-05", ["coded"]),
        ("MedicationRequest?authoredon=2026-01", ["coded"]),
        ("MedicationRequest?authoredon=gt2026-01-05", ["referred"]),
        ("MedicationRequest?authoredon=ge2026-01-05", ["coded", "referred"]),
        ("MedicationRequest?authoredon=lt2026-02-05", ["coded"]),
        ("MedicationRequest?authoredon=le2026-02-05", ["coded", "referred"]),
        ("MedicationRequest?authoredon=ne2026-01-05", ["referred"]),
        ("MedicationRequest?authoredon=ge2026-01-06&authoredon=le2026-02-04", []),
        ("Encounter?class=AMB&_sort=date", ["old", "now"]),
        ("Encounter?status=in-progress", ["now"]),
        ("Encounter?date=ge2026-01-01", ["now"]),
        ("Condition?clinical-status=active", ["pain"]),
        ("Condition?clinical-status=resolved", []),
        ("Patient?_id=anna", ["anna"]),
        ("Patient?name=ash", ["anna"]),
        ("Patient?name:contains=nn", ["anna"]),
        ("Patient?family:exact=ash", []),
        ("Patient?birthdate=1970&gender=female", ["anna"]),
        ("Observation?code=c-1&_sort=-date", ["anna-obs-7", "anna-obs-5", "anna-obs-3", "anna-obs-1"]),
        ("Observation?code=c-1&date=le2026-01-03", ["anna-obs-1", "anna-obs-3"]),
    ],
)
def test_parameters(practice, token, search, found):
    assert ids(practice.get(search, token)) == found


def test_search_by_form_is_the_same(practice, token):
    form = {"patient": "anna", "status": "active"}
    by_form = practice.http.post("/fhir/MedicationRequest/_search", data=form, headers=bearer(token))
    by_get = practice.get("MedicationRequest?patient=anna&status=active", token)
    assert by_form.json == by_get.json
    wrong = practice.http.post("/fhir/MedicationRequest/_search", json=form, headers=bearer(token))
    assert wrong.status_code == 415


@pytest.mark.parametrize(
    "search",
    [
        "MedicationRequest?authoredon=05/06/2026",
        "MedicationRequest?authoredon=ap2026",
        "MedicationRequest?authoredon=2026-13",
        "MedicationRequest?status:in=http://set",
        "MedicationRequest?status=",
        "MedicationRequest?code:missing=maybe",
        "MedicationRequest?_count=many",
        "MedicationRequest?_count=-1",
    ],
)
def test_a_value_that_cannot_be_read_is_refused(practice, token, search):
    answer = practice.get(search, token)
    assert answer.status_code == 400
    assert answer.json["issue"][0]["severity"] == "error"
    assert answer.json["issue"][0]["details"]["text"]


def test_an_unknown_parameter_is_left_out_with_a_warning(practice, token):
    """C1.12, C2.3: an outcome entry, and a self link that shows what was applied."""
    found = practice.get("MedicationRequest?patient=anna&colour=red", token)
    assert ids(found) == ["coded", "referred"]
    (outcome,) = [e["resource"] for e in found.json["entry"] if e["search"]["mode"] == "outcome"]
    assert outcome["issue"][0]["severity"] == "warning"
    assert "colour" in outcome["issue"][0]["details"]["text"]
    assert found.json["total"] == 2
    assert found.json["link"][0] == {"relation": "self", "url": f"{FHIR}/MedicationRequest?patient=anna"}


@pytest.mark.parametrize(
    "more", ["colour=red", "_sort=colour", "_include=Patient:link", "_elements=id", "_summary=true"]
)
def test_a_strict_client_gets_400_for_what_is_not_supported(practice, token, more):
    path = f"MedicationRequest?patient=anna&{more}"
    assert practice.get(path, token).status_code == 200
    assert practice.get(path, token, Prefer="handling=strict").status_code == 400
    assert practice.get("MedicationRequest?patient=anna", token, Prefer="handling=strict").status_code == 200


@pytest.mark.parametrize(
    ("search", "status"),
    [
        ("Observation?patient=anna", 400),
        ("Observation?patient=anna&date=ge2026-01-01", 400),
        ("Observation?patient=anna&category=survey", 200),
        ("Observation?patient=anna&code=c-1", 200),
        ("Observation?_id=anna-obs-1", 200),
    ],
)
def test_observations_need_category_or_code(practice, token, search, status):
    """C1.10, as Epic answers."""
    answer = practice.get(search, token)
    assert answer.status_code == status
    if status == 400:
        assert answer.json["issue"][0]["code"] == "required"


def test_the_need_for_a_category_can_be_turned_off():
    practice = Practice()
    practice.store.require_observation_category = False
    assert practice.get("Observation?patient=anna").json["total"] == 7


def test_include_brings_the_medication(practice, token):
    """C1.4, C1.5."""
    answer = practice.get("MedicationRequest?patient=anna&_include=MedicationRequest:medication", token)
    assert ids(answer) == ["coded", "referred"]
    assert ids(answer, "include") == ["pill"]
    assert answer.json["total"] == 2


def test_undated_records_come_last_whichever_way_they_are_sorted():
    practice = Practice()
    practice.store.add(observation(8, effectiveDateTime=None))
    token = practice.tokens()
    assert ids(practice.get(f"{ALL}&_sort=date", token))[-1] == "anna-obs-8"
    assert ids(practice.get(f"{ALL}&_sort=-date", token))[-1] == "anna-obs-8"


def test_sorted_by_several(practice, token):
    found = ids(practice.get(f"{ALL}&_sort=code,-date", token))
    assert [key[-1] for key in found] == ["6", "4", "2", "7", "5", "3", "1"]


def test_fhir_json_is_what_is_sent(practice, token):
    for path in ("Patient/anna", "Condition", "Condition?_count=x", "Nothing", "metadata"):
        assert practice.get(path, token).mimetype == "application/fhir+json"


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/json;q=0.9, */*", 200),
        ("application/fhir+xml", 406),
        ("text/html", 406),
    ],
)
def test_only_json_is_offered(practice, token, accept, status):
    assert practice.get("Patient/anna", token, Accept=accept).status_code == status


@pytest.mark.parametrize(("wanted", "status"), [("json", 200), ("application/fhir+json", 200), ("xml", 406)])
def test_format_parameter(practice, token, wanted, status):
    path = f"Condition?_format={wanted.replace('+', '%2B')}"
    assert practice.get(path, token).status_code == status


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "Nothing", 404),
        ("GET", "Nothing/1", 404),
        ("GET", "Patient/none", 404),
        ("GET", "Patient/anna/$everything", 404),
        ("GET", "Patient/anna/_history/1", 404),
        ("PUT", "Patient/anna", 405),
        ("DELETE", "Patient/anna", 405),
        ("POST", "Patient", 405),
        ("POST", "", 404),
    ],
)
def test_every_refusal_is_an_operation_outcome(practice, token, method, path, status):
    answer = practice.http.open(f"/fhir/{path}", method=method, headers=bearer(token))
    assert answer.status_code == status
    assert answer.json["resourceType"] == "OperationOutcome"
    assert answer.json["issue"][0]["severity"] == "error"


def test_a_failure_of_the_ehr_is_an_operation_outcome_without_its_cause():
    practice = Practice()
    token = practice.tokens()
    practice.store.get = None
    answer = practice.get("Patient/anna", token)
    assert answer.status_code == 500
    assert answer.json["resourceType"] == "OperationOutcome"
    assert "NoneType" not in answer.text


KEYS = st.sampled_from(("coding", "code", "start", "reference", "system"))
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("2026-01-01"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(("code", "category", "status", "effectiveDateTime", "encounter")), ODD)
)
def test_no_stored_resource_breaks_a_search(practice_of_odd, elements):
    practice, token = practice_of_odd
    practice.store.add_bundle(resource("Observation", "odd", **elements))
    search = "Observation?code=x,c-1&date=ge2020&encounter=now&status:not=final&_sort=-date,code,status"
    assert practice.get(search, token).status_code == 200
    assert (
        practice.get("Observation?code:missing=false&_include=Observation:encounter", token).status_code
        == 200
    )


@pytest.fixture(scope="module")
def practice_of_odd():
    practice = Practice()
    return practice, practice.tokens()
