"""The authorize request and its answer: from the click to a session (A2, A3.1 to A3.3, A3.8, A9.2, D24, D31)."""

from __future__ import annotations

import re

import pytest

from tests.launch.conftest import query, registration
from tests.launch.stub_ehr import StubEhr, challenge


def test_ehr_launch_ends_in_a_session_for_the_right_patient(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    session = clinic.session(client, url)
    assert (session.patient_id, session.encounter_id) == ("pat-1-SECRETMARKER", "enc-1")
    assert (session.fhir_base, session.issuer) == (ehr.iss, ehr.iss)
    assert (session.user.name, session.user.fhir_user) == ("Dr. Ada Quill", "Practitioner/pr-1")
    assert session.scopes == ("launch", "openid", "fhirUser", "patient/*.rs")


def test_a2_5_every_parameter_once(clinic, client, ehr):
    asked = query(clinic.begin(client, ehr.iss).location)
    assert set(asked) == {
        *("response_type", "client_id", "redirect_uri", "scope", "state", "aud", "nonce", "launch"),
        *("code_challenge", "code_challenge_method"),
    }
    assert all(len(values) == 1 for values in asked.values())
    assert asked["response_type"] == ["code"]
    assert asked["client_id"] == ["previsit"]
    assert asked["redirect_uri"] == ["https://previsit.example.org/callback"]
    assert asked["aud"] == [ehr.iss]


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("launch=x", 400),
        ("iss={iss}", 400),
        ("iss={iss}&launch=", 400),
        ("iss=&launch=x", 400),
        ("iss={iss}&launch=x&launch=y", 400),
        ("iss={iss}&iss={iss}&launch=x", 400),
        ("iss={iss}&launch=" + "x" * 4097, 400),
        ("iss={iss}&launch=" + "x" * 4096, 302),
        ("iss={iss}&launch=x&unknown=y", 302),
        ("iss={iss}/&launch=x", 302),
    ],
)
def test_a2_2_both_parameters_once_and_not_oversize(parameters, status, client, ehr):
    answer = client.get("/launch?" + parameters.format(iss=ehr.iss))
    assert answer.status_code == status
    assert (ehr.asked != []) is (status == 302)


def test_a2_3_launch_is_echoed_unchanged(clinic, client, ehr):
    asked = query(clinic.begin(client, ehr.iss, launch="a+b/c=%2F é").location)
    assert asked["launch"] == ["a+b/c=%2F é"]
    assert "launch" in asked["scope"][0].split(" ")


def test_a2_4_standalone(clinic, client, ehr):
    answer = client.get("/standalone", query_string={"iss": ehr.iss})
    asked = query(answer.location)
    assert "launch" not in asked
    assert "launch/patient" in asked["scope"][0].split(" ")
    assert "launch" not in asked["scope"][0].split(" ")
    landed = clinic.finish(client, ehr, answer.location)
    assert clinic.session(client, landed.location).patient_id == "pat-1-SECRETMARKER"


def test_a2_8_a2_11_a2_18_state_verifier_and_nonce_are_fresh_and_long(clinic, client, ehr):
    asked = [query(clinic.begin(client, ehr.iss).location) for _ in range(200)]
    for name in ("state", "nonce", "code_challenge"):
        values = {one[name][0] for one in asked}
        assert len(values) == 200
        assert all(re.fullmatch(r"[\w-]{43,}", value) for value in values)
    assert all("max_age" not in one for one in asked)


def test_a2_11_verifier_fits_the_challenge_and_is_seen_by_the_token_endpoint_alone(
    clinic, client, ehr, caplog
):
    caplog.set_level(0)
    location = clinic.begin(client, ehr.iss).location
    clinic.finish(client, ehr, location)
    verifier = ehr.to("/auth/token")[0].form["code_verifier"]
    assert 43 <= len(verifier) <= 128
    assert [challenge(verifier)] == query(location)["code_challenge"]
    assert verifier not in location + caplog.text


@pytest.mark.parametrize(
    ("capabilities", "extra", "scopes"),
    [
        ([], (), "launch openid fhirUser patient/MedicationRequest.read patient/Patient.read"),
        (["permission-v2"], (), "launch openid fhirUser patient/MedicationRequest.rs patient/Patient.rs"),
        (
            ["permission-v2", "permission-online"],
            ("user/Practitioner.rs", "openid"),
            "launch openid fhirUser online_access patient/MedicationRequest.rs patient/Patient.rs "
            "user/Practitioner.rs",
        ),
    ],
)
def test_a2_13_a2_14_a2_18_a2_19_no_more_scopes_than_needed(capabilities, extra, scopes, clinics, ehr):
    ehr.smart["capabilities"] = capabilities
    clinic = clinics(registration(ehr, scopes=extra))
    assert query(clinic.begin(clinic.client(), ehr.iss).location)["scope"] == [scopes]


@pytest.mark.parametrize("shift", [599, 600])
def test_a2_8_a_pending_launch_lives_ten_minutes(shift, clinic, client, ehr):
    location = clinic.begin(client, ehr.iss).location
    clinic.clock += shift
    ehr.now = clinic.clock
    assert clinic.finish(client, ehr, location).status_code == (303 if shift < 600 else 400)
    assert len(ehr.to("/auth/token")) == (shift < 600)


def test_a2_8_a3_8_state_and_code_work_once(clinic, client, ehr):
    answer = ehr.authorize(clinic.begin(client, ehr.iss).location)
    landed = client.get(f"/callback?{answer}")
    assert landed.status_code == 303
    assert "code" not in landed.location
    assert "state" not in landed.location
    again = client.get(f"/callback?{answer}")
    assert again.status_code == 400
    assert len(ehr.to("/auth/token")) == 1


@pytest.mark.parametrize("cookie", [None, "forged", "another's"])
def test_a2_9_a9_2_state_is_bound_to_the_browser(cookie, clinic, client, ehr):
    location = clinic.begin(client, ehr.iss).location
    other = clinic.client()
    if cookie == "forged":
        other.set_cookie("__Host-previsit", "x" * 43)
    if cookie == "another's":
        clinic.launched(other, ehr)
    sent_before = len(ehr.to("/auth/token"))
    page = clinic.finish(other, ehr, location)
    assert page.status_code == 400
    assert "did not keep the app&#39;s cookie" in page.text
    assert len(ehr.to("/auth/token")) == sent_before
    assert clinic.finish(client, ehr, location).status_code == 303  # the rightful browser is not harmed


@pytest.mark.parametrize(
    "answer",
    [
        "state=forged&code=x",
        "error=access_denied&state=forged",
        "code=x",
        "error=access_denied",
        "state=&code=x",
    ],
)
def test_a2_9_forged_or_missing_state_errors_included(answer, clinic, client, ehr):
    clinic.begin(client, ehr.iss)
    page = client.get(f"/callback?{answer}")
    assert page.status_code == 400
    assert "Access was not given" not in page.text
    assert not ehr.to("/auth/token")


@pytest.mark.parametrize("extra", ["&state=other", "&code=other"])
def test_callback_with_a_repeated_parameter(extra, clinic, client, ehr):
    answer = ehr.authorize(clinic.begin(client, ehr.iss).location)
    assert client.get(f"/callback?{answer}{extra}").status_code == 400
    assert not ehr.to("/auth/token")


def test_a2_10_tabs_finished_in_reverse_order(clinic, client, ehr):
    first, second = clinic.begin(client, ehr.iss).location, clinic.begin(client, ehr.iss).location
    patients = {}
    for patient, location in (("pat-2", second), ("pat-1", first)):
        ehr.token["patient"] = patient
        patients[patient] = clinic.finish(client, ehr, location).location
    for patient, url in patients.items():
        assert clinic.session(client, url).patient_id == patient


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 403, "Access was not given"),
        ("invalid_scope", 502, "The EHR refused the sign-in"),
        ("server_error", 502, "The EHR refused the sign-in"),
        ("temporarily_unavailable", 504, "did not answer in time"),
        ("made_up", 502, "The EHR refused the sign-in"),
        ("", 502, "The EHR refused the sign-in"),
    ],
)
def test_a3_1_error_answers(error, status, sentence, clinic, client, ehr, caplog):
    location = clinic.begin(client, ehr.iss).location
    words = {"error_description": "<script>Jo", "error_uri": "javascript:alert(1)"}
    page = clinic.finish(client, ehr, location, code=None, error=error, **words)
    assert page.status_code == status
    assert sentence in page.text
    for foreign in ("script", "Jo", "made_up"):
        assert foreign not in page.text + caplog.text
    assert not ehr.to("/auth/token")
    assert clinic.finish(client, ehr, location).status_code == 400  # the state is spent


@pytest.mark.parametrize(
    ("stated", "status"), [(None, 303), ("{issuer}", 303), ("{iss}", 400), ("https://other.example", 400)]
)
def test_a3_2_callback_iss_is_the_authorization_server(stated, status, clinic, client, ehr):
    stated = stated and stated.format(issuer=ehr.issuer, iss=ehr.iss)
    answer = clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location, iss=stated)
    assert answer.status_code == status
    assert len(ehr.to("/auth/token")) == (status == 303)


def test_a3_3_a1_10_each_code_goes_to_the_ehr_that_the_state_belongs_to(clinics, ehr):
    other = StubEhr()
    try:
        clinic = clinics(registration(ehr, client_id="one"), registration(other, client_id="two"))
        ehr.claims["aud"], other.claims["aud"] = "one", "two"
        client = clinic.client()
        locations = [clinic.begin(client, one.iss).location for one in (ehr, other)]
        for one, location in zip((ehr, other), locations, strict=True):
            assert clinic.finish(client, one, location).status_code == 303
        for one, client_id in ((ehr, "one"), (other, "two")):
            assert [asked.form["client_id"] for asked in one.to("/auth/token")] == [client_id]
        assert not {a.form["code_verifier"] for a in ehr.to("/auth/token")} & {
            a.form["code_verifier"] for a in other.to("/auth/token")
        }
    finally:
        other.close()


@pytest.mark.parametrize("headers", [{"Host": "evil.test"}, {"X-Forwarded-Host": "evil.test"}])
def test_a2_1_d24_no_header_alters_where_we_are(headers, client, ehr):
    asked = query(client.get(f"/launch?iss={ehr.iss}&launch=x", headers=headers).location)
    assert asked["redirect_uri"] == ["https://previsit.example.org/callback"]
    assert asked["aud"] == [ehr.iss]


def test_d8_nothing_in_the_callback_moves_the_landing(clinic, client, ehr):
    location = clinic.begin(client, ehr.iss).location
    landed = clinic.finish(client, ehr, location, next="//evil.test", return_to="//evil.test")
    assert re.fullmatch(r"/visit/[\w-]{32,}/", landed.location)


def test_the_landing_is_a_setting(clinic, client, ehr):
    clinic.app.config["LANDING"] = "/elsewhere/{handle}"
    assert clinic.launched(client, ehr).startswith("/elsewhere/")


@pytest.mark.parametrize("door", ["/launch", "/callback", "/standalone"])
def test_a5_13_a9_4_answers_are_not_kept_and_leak_no_address(door, client):
    headers = client.get(door).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_d29_a_problem_page_has_a_reference_that_the_log_has_too(client, caplog):
    page = client.get("/launch")
    reference = re.search(r"<code>(\w+)</code>", page.text)[1]
    assert f"reference={reference}" in caplog.text
