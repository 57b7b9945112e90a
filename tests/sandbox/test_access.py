"""What a token opens: bearer checks, scopes per type, one patient's compartment."""

import pytest

from tests.sandbox.practice import FHIR, Practice, bearer, ids, observation, resource

SEARCHES = [
    "Observation?category=survey",
    "MedicationRequest",
    "Condition",
    "Encounter",
    "Patient",
]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer made-up"},
        {"Authorization": "Basic abc"},
    ],
)
@pytest.mark.parametrize("path", ["Patient/anna", "Patient", "Patient/nobody", "Nothing"])
def test_without_a_good_token_nothing_is_said(practice, headers, path):
    answer = practice.http.get(f"/fhir/{path}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert ('error="invalid_token"' in answer.headers["WWW-Authenticate"]) is bool(headers)
    assert answer.json["resourceType"] == "OperationOutcome"


def test_a_token_in_the_query_is_no_token(practice):
    """A7.1."""
    token = practice.tokens()["access_token"]
    assert practice.http.get(f"/fhir/Patient/anna?access_token={token}").status_code == 401


@pytest.mark.parametrize("path", ["Patient/ben", "Observation/ben-obs-1", "MedicationRequest/bens"])
def test_another_patients_record_reads_like_a_missing_one(practice, path):
    answer = practice.get(path)
    kind = path.partition("/")[0]
    assert answer.status_code == 404
    assert answer.json == practice.get(f"{kind}/none-such").json | {
        "issue": answer.json["issue"],
    }
    assert "ben" not in answer.text.replace(path, "")


@pytest.mark.parametrize("search", SEARCHES[:-1])
@pytest.mark.parametrize(
    "named", ["patient=ben", "patient=Patient/ben", f"subject={FHIR}/Patient/ben", "patient=anna,ben"]
)
def test_asking_for_another_patient_is_refused(practice, search, named):
    answer = practice.get(search + ("&" if "?" in search else "?") + named)
    assert answer.status_code == 403
    assert answer.json["issue"][0]["code"] == "forbidden"


@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_without_a_patient_stays_in_the_compartment(practice, search):
    found = practice.get(search).json
    assert found["total"] > 0
    assert "ben" not in str(found["entry"])


def test_search_by_id_cannot_reach_another_patient(practice):
    assert ids(practice.get("Patient?_id=ben")) == []
    assert ids(practice.get("MedicationRequest?_id=bens,coded")) == ["coded"]


def test_a_record_without_a_patient_is_shown_to_no_patients_token(practice):
    practice.store.add(resource("Observation", "lost", None, status="final", category=[]))
    practice.store.add(resource("Basic", "odd", None))
    assert practice.get("Observation/lost").status_code == 404
    assert practice.get("Basic/odd").status_code == 404


def test_shared_resources_are_in_every_compartment(practice):
    assert practice.get("Medication/pill").status_code == 200


def test_scopes_are_enforced_for_each_type(practice):
    token = practice.tokens(scope="launch patient/Condition.rs")
    assert practice.get("Condition?patient=anna", token).status_code == 200
    answer = practice.get("MedicationRequest?patient=anna", token)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert practice.get("Patient/anna", token).status_code == 403


@pytest.mark.parametrize(
    ("scope", "read", "search"),
    [
        ("patient/Condition.r", 200, 403),
        ("patient/Condition.s", 403, 200),
        ("patient/Condition.rs", 200, 200),
        ("patient/Condition.read", 200, 200),
        ("patient/*.read", 200, 200),
        ("patient/*.rs", 200, 200),
        ("user/Condition.rs", 200, 200),
    ],
)
def test_reading_and_searching_are_separate_rights(practice, scope, read, search):
    token = practice.tokens(scope=f"launch {scope}")
    assert practice.get("Condition/pain", token).status_code == read
    assert practice.get("Condition", token).status_code == search


def test_a_granular_scope_shows_only_what_it_names():
    practice = Practice()
    practice.store.add(observation(9, category=[{"coding": [{"code": "laboratory"}]}]))
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    token = practice.tokens(scope=f"launch patient/Observation.rs?category={system}|survey")
    assert "anna-obs-9" not in ids(practice.get("Observation?category=laboratory,survey", token))
    assert practice.get("Observation/anna-obs-9", token).status_code == 404
    assert practice.get("Observation/anna-obs-1", token).status_code == 200


def test_a_granular_scope_that_cannot_be_applied_shows_nothing(practice):
    token = practice.tokens(scope="launch patient/Observation.rs?made-up=1")
    assert practice.get("Observation/anna-obs-1", token).status_code == 404


def test_a_user_scope_reaches_the_whole_practice(practice):
    token = practice.tokens(scope="launch user/MedicationRequest.rs patient/Condition.rs")
    assert ids(practice.get("MedicationRequest?patient=ben", token)) == ["bens"]
    assert practice.get("Condition?patient=ben", token).status_code == 403


def test_the_scope_fhir_user_reads_who_is_logged_in_and_nobody_else(practice):
    practice.store.add({"resourceType": "Practitioner", "id": "other"})
    token = practice.tokens(scope="launch openid fhirUser patient/Condition.rs")
    assert practice.get("Practitioner/practice-user", token).json["name"][0]["prefix"] == ["Dr."]
    assert practice.get("Practitioner/other", token).status_code == 403
    without = practice.tokens(scope="launch openid patient/Condition.rs")
    assert practice.get("Practitioner/practice-user", without).status_code == 403


def test_what_is_included_needs_its_own_scope(practice):
    token = practice.tokens(scope="launch patient/MedicationRequest.rs")
    answer = practice.get("MedicationRequest?_include=MedicationRequest:medication", token)
    assert ids(answer, "include") == []


def test_a_page_link_is_only_for_who_began_the_search(practice):
    mine, other = practice.tokens(), practice.tokens()
    link = practice.get("Observation?category=survey&_count=2", mine).json["link"][1]["url"]
    path = link.removeprefix("https://practice.test/ehr")
    assert practice.http.get(path, headers=bearer(mine)).status_code == 200
    assert practice.http.get(path, headers=bearer(other)).status_code == 410
    assert practice.http.get(path).status_code == 401


def test_the_host_header_changes_nothing(practice):
    """D24: addresses come from the configured base."""
    answer = practice.http.get(
        "/fhir/.well-known/smart-configuration",
        headers={"Host": "evil.test", "X-Forwarded-Host": "evil.test"},
    )
    assert "evil" not in answer.text
    assert "evil" not in practice.get("Condition", None, Host="evil.test").text
