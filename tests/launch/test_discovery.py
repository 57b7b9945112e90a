"""Finding an EHR's sign-in service (A1.1 to A1.9)."""

from __future__ import annotations

import json

import pytest
from werkzeug.wrappers import Response

from launch.discovery import OAUTH_URIS
from tests.launch.conftest import query, registration
from tests.launch.stub_ehr import StubEhr

WELL_KNOWN = "/fhir/.well-known/smart-configuration"


def oauth_uris(**uris):
    parts = [{"url": name, "valueUri": uri} for name, uri in uris.items()]
    return {"rest": [{"security": {"extension": [{"url": OAUTH_URIS, "extension": parts}]}}]}


@pytest.mark.parametrize("base", ["/a/b/r4", "/a/b/r4/"])
def test_a1_1_appended_after_the_whole_base_path(base, clinics):
    ehr = StubEhr(base=base)
    try:
        clinic = clinics(registration(ehr))
        answer = clinic.begin(clinic.client(), ehr.iss)
        assert ehr.paths() == ["/a/b/r4/.well-known/smart-configuration"]
        assert query(answer.location)["aud"] == [ehr.origin + base]  # A2.6: as registered, slash and all
    finally:
        ehr.close()


@pytest.mark.parametrize("missing", ["authorization_endpoint", "token_endpoint"])
def test_a1_2_a_needed_endpoint_missing(missing, clinic, client, ehr):
    ehr.smart[missing] = None
    page = clinic.begin(client, ehr.iss)
    assert page.status_code == 502
    assert "Open the app again from the patient&#39;s chart." in page.text
    assert "Traceback" not in page.text


@pytest.mark.parametrize(
    "missing",
    ["capabilities", "grant_types_supported", "code_challenge_methods_supported", "issuer", "jwks_uri"],
)
def test_a1_2_old_servers_leave_the_others_out(missing, clinic, client, ehr):
    ehr.smart[missing] = None
    assert clinic.begin(client, ehr.iss).status_code == 302


def test_a1_2_no_code_grant_is_said(clinic, client, ehr):
    ehr.smart["grant_types_supported"] = ["client_credentials"]
    assert clinic.begin(client, ehr.iss).status_code == 502


@pytest.mark.parametrize("methods", [None, [], ["plain"], "S256", ["S256", "plain"]])
def test_a1_3_always_s256(methods, clinic, client, ehr, caplog):
    ehr.smart["code_challenge_methods_supported"] = methods
    asked = query(clinic.begin(client, ehr.iss).location)
    assert asked["code_challenge_method"] == ["S256"]
    assert ("does not advertise PKCE" in caplog.text) is (methods != ["S256", "plain"])


def test_a1_4_relative_endpoints_are_under_the_base(clinic, client, ehr):
    ehr.smart["token_endpoint"] = "auth/token"
    ehr.answers["/fhir/auth/token"] = Response(status=400)
    clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location)
    assert ehr.to("/fhir/auth/token")


@pytest.mark.parametrize("broken", [Response(status=404), Response("<html>"), [1], Response(status=302)])
def test_a1_5_capability_statement_only_after_smart_configuration_fails(broken, clinic, client, ehr):
    ehr.answers[WELL_KNOWN] = broken
    ehr.answers["/fhir/metadata"] = oauth_uris(authorize=f"{ehr.origin}/old", token=f"{ehr.origin}/old/token")
    answer = clinic.begin(client, ehr.iss)
    assert answer.location.startswith(f"{ehr.origin}/old?")
    assert ehr.paths() == [WELL_KNOWN, "/fhir/metadata"]
    assert "patient/Patient.read" in query(answer.location)["scope"][0].split()


def test_a1_5_smart_configuration_wins(clinic, client, ehr):
    ehr.answers["/fhir/metadata"] = oauth_uris(authorize=f"{ehr.origin}/old", token=f"{ehr.origin}/old/token")
    assert clinic.begin(client, ehr.iss).location.startswith(f"{ehr.origin}/auth/authorize?")
    assert ehr.paths() == [WELL_KNOWN]


@pytest.mark.parametrize("metadata", [Response(status=404), {}, [], {"rest": [{}]}, oauth_uris(token="x")])
def test_a1_5_neither_of_them(metadata, clinic, client, ehr):
    ehr.answers[WELL_KNOWN] = Response(status=404)
    ehr.answers["/fhir/metadata"] = metadata
    assert clinic.begin(client, ehr.iss).status_code == 502


def test_a1_6_discovery_elsewhere_by_registration(clinics, ehr):
    clinic = clinics(registration(ehr, well_known_url=f"{ehr.origin}/root"))
    ehr.answers["/root"] = ehr.configuration()
    assert clinic.begin(clinic.client(), ehr.iss).status_code == 302
    assert ehr.paths() == ["/root"]


def test_a1_6_endpoints_by_registration_come_before_what_the_ehr_says(clinics, ehr):
    ours = {name: f"{ehr.origin}/auth/{name}" for name in ("authorization_endpoint", "token_endpoint")}
    clinic = clinics(registration(ehr, **ours))
    ehr.smart |= {"authorization_endpoint": "https://evil.test/", "token_endpoint": f"{ehr.origin}/moved"}
    ehr.answers["/auth/token_endpoint"] = Response(status=400)
    client = clinic.client()
    asked = clinic.begin(client, ehr.iss)
    assert asked.location.startswith(ours["authorization_endpoint"] + "?")
    clinic.finish(client, ehr, asked.location)
    assert (len(ehr.to("/auth/token_endpoint")), ehr.to("/moved")) == (1, [])


def test_a1_6_with_both_endpoints_registered_no_discovery_is_needed(clinics, ehr):
    ours = {name: f"{ehr.origin}/auth/{name}" for name in ("authorization_endpoint", "token_endpoint")}
    ehr.answers[WELL_KNOWN] = Response(status=404)
    clinic = clinics(registration(ehr, **ours))
    assert clinic.begin(clinic.client(), ehr.iss).status_code == 302
    assert ehr.paths() == [WELL_KNOWN]


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/token", "https://evil.test/token", "javascript:alert(1)", "//evil.test/x"]
)
def test_a1_8_an_endpoint_on_a_foreign_host_is_refused(endpoint, url, clinic, client, ehr):
    ehr.smart[endpoint] = url
    page = clinic.begin(client, ehr.iss)
    assert page.status_code == 502
    assert "address was refused" in page.text


def test_a1_9_kept_as_long_as_the_ehr_allows(clinic, client, ehr):
    for shift, fetched in ((0, 1), (0, 1), (3599, 1), (2, 2)):
        clinic.clock += shift
        clinic.begin(client, ehr.iss)
        assert len(ehr.to(WELL_KNOWN)) == fetched


def test_a1_9_a_failure_is_kept_for_seconds_only(clinic, client, ehr):
    ehr.answers[WELL_KNOWN] = Response(status=503)
    assert [clinic.begin(client, ehr.iss).status_code for _ in range(3)] == [502] * 3
    assert len(ehr.asked) == 1
    ehr.answers.clear()
    clinic.clock += 10
    assert clinic.begin(client, ehr.iss).status_code == 302


@pytest.mark.parametrize(("header", "seconds"), [("max-age=60", 60), ("max-age=999999999", 24 * 3600)])
def test_a1_9_cache_control_is_honoured_up_to_a_day(header, seconds, clinic, client, ehr):
    def answer():
        return Response(json.dumps(ehr.configuration()), headers={"Cache-Control": header})

    ehr.answers[WELL_KNOWN] = answer
    for shift, fetched in ((0, 1), (seconds - 1, 1), (1, 2)):
        clinic.clock += shift
        clinic.begin(client, ehr.iss)
        assert len(ehr.to(WELL_KNOWN)) == fetched


def test_an_ehr_that_is_not_there(clinics, ehr):
    clinic = clinics(registration(ehr))
    ehr.close()
    page = clinic.begin(clinic.client(), ehr.iss)
    assert page.status_code == 504
    assert "did not answer in time" in page.text
