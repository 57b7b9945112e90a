"""The authorization endpoint: EHR launch, standalone launch, and everything a strict EHR refuses (E1, A2)."""

import re

import pytest

from tests.sandbox.practice import CALLBACK, CHALLENGE, FHIR, query_of


def test_ehr_launch_is_approved_without_a_click(practice):
    answer = practice.authorize()
    assert answer.status_code == 302
    assert answer.location.startswith(CALLBACK + "?")
    returned = query_of(answer.location)
    assert returned.keys() == {"code", "state", "iss"}
    assert returned["state"] == "some-state"
    assert returned["iss"] == FHIR


def test_authorize_takes_a_form_post_too(practice):
    answer = practice.http.post("/authorize", data=practice.authorize_params())
    assert "code" in query_of(answer.location)


def test_launch_button_opens_the_app_with_iss_and_an_opaque_launch(practice):
    answer = practice.http.post("/launch", data={"patient": "anna"})
    assert answer.status_code == 303
    assert answer.location.startswith("https://app.test/launch?")
    asked = query_of(answer.location)
    assert asked["iss"] == FHIR
    assert "anna" not in asked["launch"]
    assert practice.launch() != practice.launch()


def test_launch_for_an_unknown_patient_is_refused(practice):
    assert practice.http.post("/launch", data={"patient": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"state": None}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"aud": FHIR + "/"}, "invalid_request"),
        ({"aud": FHIR.upper()}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": CHALLENGE[:-1]}, "invalid_request"),
        ({"code_challenge": CHALLENGE + "="}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "launch patient/observation.rs"}, "invalid_scope"),
        ({"scope": "launch patient/Observation.sr"}, "invalid_scope"),
        ({"scope": "nothing-known", "launch": None}, "invalid_scope"),
        ({"scope": None, "launch": None}, "invalid_scope"),
        ({"scope": "launch patient/*.rs", "launch": None}, "invalid_request"),
        ({"scope": "launch patient/*.rs", "launch": "made-up"}, "invalid_request"),
        ({"scope": "openid patient/*.rs", "launch": "made-up"}, "invalid_scope"),
    ],
)
def test_refusals_go_back_to_the_app_with_its_state(practice, changes, error):
    """E1: response_type, state, aud, code_challenge, code_challenge_method, scope."""
    params = practice.authorize_params() | changes
    answer = practice.http.get("/authorize", query_string={k: v for k, v in params.items() if v is not None})
    returned = query_of(answer.location)
    assert returned["error"] == error
    assert returned["error_description"]
    assert "code" not in returned
    assert returned.get("state") == (params.get("state") or None)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "stranger"},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.test/callback"},
        {"redirect_uri": CALLBACK + "/"},
        {"redirect_uri": CALLBACK + "?x=1"},
        {"redirect_uri": CALLBACK.upper()},
    ],
)
def test_untrusted_addresses_get_a_page_and_no_redirect(practice, changes):
    """E1: known client_id, registered redirect_uri, compared byte for byte (S@20)."""
    answer = practice.authorize(**changes)
    assert answer.status_code == 400
    assert answer.location is None
    assert "Cannot go on" in answer.text


@pytest.mark.parametrize("name", ["state", "aud", "scope", "code_challenge"])
def test_a_repeated_parameter_is_refused(practice, name):
    params = [*practice.authorize_params().items(), (name, "again")]
    assert (
        query_of(practice.http.get("/authorize", query_string=params).location)["error"] == "invalid_request"
    )


def test_a_repeated_redirect_uri_is_not_followed(practice):
    params = [*practice.authorize_params().items(), ("redirect_uri", "https://evil.test")]
    assert practice.http.get("/authorize", query_string=params).status_code == 400


def test_a_launch_works_once(practice):
    launch = practice.launch()
    assert "code" in query_of(practice.authorize(launch=launch).location)
    assert query_of(practice.authorize(launch=launch).location)["error"] == "invalid_request"


@pytest.mark.parametrize(("seconds", "is_alive"), [(599, True), (601, False)])
def test_a_launch_waits_ten_minutes(practice, seconds, is_alive):
    launch = practice.launch()
    practice.clock.now += seconds
    assert ("code" in query_of(practice.authorize(launch=launch).location)) is is_alive


def test_a_query_in_a_registered_redirect_uri_is_kept(practice):
    answer = practice.authorize(redirect_uri="https://app.test/other?tenant=1")
    assert answer.location.startswith("https://app.test/other?tenant=1&code=")


def picker(practice, **changes):
    scope = "launch/patient openid patient/*.rs"
    page = practice.authorize(**{"scope": scope, "launch": None} | changes)
    return page, re.search(r'name="pending" value="([^"]+)"', page.text)[1]


def choose(practice, pending, patient="ben", **more):
    return practice.http.post("/authorize/patient", data={"pending": pending, "patient": patient} | more)


def test_standalone_launch_asks_for_a_patient(practice):
    page, pending = picker(practice)
    assert "Anna Ash" in page.text
    assert "Ben Birch" in page.text
    code = query_of(choose(practice, pending).location)["code"]
    assert practice.exchange(code).json["patient"] == "ben"


def test_a_choice_is_made_once(practice):
    _, pending = picker(practice)
    assert choose(practice, pending).status_code == 302
    assert choose(practice, pending, "anna").status_code == 400


@pytest.mark.parametrize("answer", [{"patient": "nobody"}, {"answer": "cancel"}])
def test_no_choice_is_access_denied(practice, answer):
    _, pending = picker(practice)
    returned = query_of(choose(practice, pending, **answer).location)
    assert (returned["error"], returned["state"]) == ("access_denied", "some-state")


def test_a_made_up_choice_leads_nowhere(practice):
    assert choose(practice, "made-up").status_code == 400


def test_the_app_cannot_choose_the_patient_itself(practice):
    page, _ = picker(practice, patient="ben")
    assert page.status_code == 200


def test_without_a_patient_in_context_patient_scopes_are_not_granted(practice):
    granted = practice.tokens(scope="openid user/Patient.rs patient/Observation.rs", launch=None)
    assert granted["scope"] == "openid user/Patient.rs"
    assert "patient" not in granted
