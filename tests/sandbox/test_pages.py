"""The pages for developers: patients with a Launch button, and the log with its secrets masked."""

import pytest

from sandbox.ehr import create_ehr
from sandbox.store import Store
from tests.sandbox.practice import BASE, SECRET, VERIFIER, assertion, basic, resource


def test_start_page_lists_the_patients_and_says_what_it_is(practice):
    page = practice.http.get("/").text
    assert "Not for real data" in page
    assert "synthetic" in page
    assert page.index("Ben Birch") < page.index("Anna Ash")  # those with a story first
    assert "Nothing to do" in page
    assert "56, female" in page
    assert 'aria-label="Launch for Anna Ash"' in page
    assert "Dr. Practice User" in page


def test_ages_are_honest(practice):
    """Born in 1980, no month known: no age is made up."""
    assert "age not recorded, sex not recorded" in practice.http.get("/").text


@pytest.mark.parametrize("name", [None, [], "Ash", [{}], [{"given": "Ash"}], [{"family": 1}], [None]])
def test_a_patient_without_a_readable_name_is_listed(practice, name):
    practice.store.add(resource("Patient", "odd", None, name=name, birthDate=1, gender=[]))
    assert "Patient odd" in practice.http.get("/").text or "Ash" in practice.http.get("/").text


def test_what_patients_are_called_is_escaped(practice):
    practice.store.add(resource("Patient", "x", None, name=[{"text": "<script>alert(1)</script>"}]))
    assert "<script" not in practice.http.get("/").text


def test_pages_load_nothing_from_elsewhere(practice):
    answer = practice.http.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self' https://practice.test;")
    assert "form-action 'self' https://app.test https://practice.test" in policy
    with practice.http.get("/static/ehr.css") as style:
        assert style.mimetype == "text/css"
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_ehr_without_app_or_patients_says_so():
    page = create_ehr(Store(), BASE, []).test_client().get("/").text
    assert "No app is registered" in page
    assert "No patients are loaded" in page


def test_an_unknown_page_is_a_page(practice):
    answer = practice.http.get("/nothing")
    assert answer.status_code == 404
    assert "Cannot go on" in answer.text


def test_the_log_tells_the_conversation(practice):
    practice.get("Observation?patient=anna")
    kinds = [(one.method, one.path, one.status) for one in practice.ehr.log]
    assert kinds == [
        ("POST", "/launch", 303),
        ("GET", "/authorize", 302),
        ("POST", "/token", 200),
        ("GET", "/fhir/Observation", 400),
    ]
    last = list(practice.ehr.log)[-1]
    assert last.query == "patient=anna"
    assert last.scheme == "Bearer"
    assert "category or code" in last.why


def test_no_secret_reaches_the_log(practice):
    launch = practice.launch()
    code = practice.code(client_id="basic", launch=launch, state="secret-state")
    token = practice.exchange(code, basic("basic", SECRET), client_id=None).json
    signed = assertion(practice.clock)
    practice.token(grant_type="refresh_token", refresh_token=token["refresh_token"], **signed)
    practice.http.post("/revoke", data={"token": token["access_token"], "client_secret": SECRET})
    practice.get("Condition?code=279039007", token)
    page = practice.http.get("/log").text
    secrets = [launch, code, VERIFIER, SECRET, "secret-state", signed["client_assertion"], token["id_token"]]
    for secret in [*secrets, token["access_token"], token["refresh_token"]]:
        assert secret not in page
        assert all(secret not in str(one) for one in practice.ehr.log)
    assert "code=***" in page
    assert "code=279039007" in page


def test_the_log_keeps_the_last_five_hundred(practice):
    for _ in range(501):
        practice.http.get("/fhir/metadata")
    assert len(practice.ehr.log) == 500
    practice.ehr.log.clear()
    assert len(practice.ehr.log) == 0
