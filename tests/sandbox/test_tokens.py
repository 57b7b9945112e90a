"""The token endpoint: codes, refresh, revocation, id_token (E1, A3, A6, A7)."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.sandbox.practice import (
    CALLBACK,
    FHIR,
    SCOPE,
    VERIFIER,
    Practice,
)


def test_token_answer_carries_the_launch_context(practice):
    answer = practice.exchange(practice.code())
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    given = answer.json
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 3600
    assert given["scope"] == SCOPE
    assert given["patient"] == "anna"
    assert given["encounter"] == "now"
    assert given["need_patient_banner"] is True


def test_a_finished_visit_is_not_the_current_encounter(practice):
    assert "encounter" not in practice.tokens(launch=practice.launch("ben"))


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_grant"),
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": VERIFIER[:-1]}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"redirect_uri": CALLBACK + "/"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code": None}, "invalid_grant"),
        ({"client_id": "narrow"}, "invalid_grant"),
        ({"client_id": "stranger"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"client_secret": "x"}, "invalid_client"),
    ],
)
def test_a_code_is_exchanged_only_by_who_asked_for_it(practice, changes, error):
    """E1: grant_type, issued code, same redirect_uri, PKCE recomputed, client_id for public clients."""
    answer = practice.exchange(practice.code(), **changes)
    assert answer.json["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)
    assert "access_token" not in answer.json


def test_a_code_works_once_and_its_second_use_ends_what_it_led_to(practice):
    """A3.8, RFC 6749 4.1.2."""
    code = practice.code()
    token = practice.exchange(code).json
    assert practice.get("Patient/anna", token).status_code == 200
    assert practice.exchange(code).json["error"] == "invalid_grant"
    assert practice.get("Patient/anna", token).status_code == 401


def test_a_wrong_verifier_burns_the_code(practice):
    code = practice.code()
    practice.exchange(code, code_verifier="w" * 43)
    assert practice.exchange(code).json["error"] == "invalid_grant"


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
def test_a_code_lives_a_minute(practice, seconds, status):
    code = practice.code()
    practice.clock.now += seconds
    assert practice.exchange(code).status_code == status


def test_repeated_or_wrongly_sent_parameters_are_refused(practice):
    code = practice.code()
    form = [("grant_type", "authorization_code"), ("code", code), ("code", code)]
    body = "&".join(f"{name}={value}" for name, value in form)
    kind = "application/x-www-form-urlencoded"
    assert practice.http.post("/token", data=body, content_type=kind).json["error"] == "invalid_request"
    assert practice.http.post("/token", json=dict(form)).json["error"] == "invalid_request"


def identity(practice, token):
    keys = KeySet.import_key_set(practice.http.get("/jwks.json").json)
    return jwt.decode(token["id_token"], keys, algorithms=["RS256"])


def test_id_token_says_who_is_logged_in(practice):
    """A6.1, A6.6: signed RS256 with a published key, nonce echoed, fhirUser absolute."""
    read = identity(practice, practice.tokens(scope=SCOPE + " profile"))
    now = int(practice.clock())
    assert read.header["alg"] == "RS256"
    user = f"{FHIR}/Practitioner/practice-user"
    assert read.claims == {
        "iss": FHIR,
        "aud": "public",
        "sub": "practice-user",
        "iat": now,
        "exp": now + 300,
        "nonce": "some-nonce",
        "fhirUser": user,
        "profile": user,
    }


def test_id_token_holds_no_more_than_was_asked(practice):
    claims = identity(practice, practice.tokens(scope="launch openid patient/*.rs", nonce=None)).claims
    assert not claims.keys() & {"nonce", "fhirUser", "profile"}
    assert "id_token" not in practice.tokens(scope="launch fhirUser patient/*.rs")


def test_the_published_keys_are_public_ones(practice):
    """A4.7."""
    (key,) = practice.http.get("/jwks.json").json["keys"]
    assert key.keys() >= {"kty", "kid", "alg", "use", "n", "e"}
    assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi"}


@pytest.mark.parametrize(
    ("scope", "is_given"), [("", False), (" online_access", True), (" offline_access", True)]
)
def test_refresh_token_only_when_asked(practice, scope, is_given):
    assert ("refresh_token" in practice.tokens(scope="launch patient/*.rs" + scope)) is is_given


def refresh(practice, token, **more):
    form = {"grant_type": "refresh_token", "client_id": "public"} | more
    return practice.token(refresh_token=token["refresh_token"], **form)


def test_refresh_rotates(practice):
    """A7.4: the new refresh token replaces the old one, and the context stays."""
    first = practice.tokens()
    second = refresh(practice, first).json
    assert second["access_token"] != first["access_token"]
    assert second["refresh_token"] != first["refresh_token"]
    assert second["patient"] == "anna"
    assert practice.get("Patient/anna", second).status_code == 200


def test_a_used_refresh_token_ends_the_whole_authorization(practice):
    first = practice.tokens()
    second = refresh(practice, first).json
    assert refresh(practice, first).json["error"] == "invalid_grant"
    assert practice.get("Patient/anna", second).status_code == 401
    assert refresh(practice, second).json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "narrow"}, "invalid_grant"),
        ({"refresh_token": "made-up"}, "invalid_grant"),
        ({"scope": "patient/*.cruds"}, "invalid_scope"),
        ({"scope": "user/*.rs"}, "invalid_scope"),
        ({"scope": "patient/x.rs"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_refresh_is_for_the_same_app_and_no_wider(practice, changes, error):
    form = {"grant_type": "refresh_token", "client_id": "public"}
    form["refresh_token"] = practice.tokens()["refresh_token"]
    assert practice.token(**form | changes).json["error"] == error


def test_refresh_may_narrow_the_scopes(practice):
    """A7.5."""
    token = refresh(practice, practice.tokens(), scope="patient/Condition.rs").json
    assert token["scope"] == "patient/Condition.rs"
    assert practice.get("Condition?patient=anna", token).status_code == 200
    assert practice.get("Encounter?patient=anna", token).status_code == 403


@pytest.mark.parametrize(("seconds", "status"), [(3599, 200), (3600, 401)])
def test_an_access_token_expires(practice, seconds, status):
    token = practice.tokens()
    practice.clock.now += seconds
    assert practice.get("Patient/anna", token).status_code == status


def test_the_life_of_tokens_can_be_set():
    practice = Practice(options={"token_seconds": 30})
    token = practice.tokens()
    assert token["expires_in"] == 30
    practice.clock.now += 30
    assert practice.get("Patient/anna", token).status_code == 401


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_revocation_ends_both_tokens(practice, name):
    """A7.9, RFC 7009."""
    token = practice.tokens()
    assert (
        practice.http.post("/revoke", data={"token": token[name], "client_id": "public"}).status_code == 200
    )
    assert practice.get("Patient/anna", token).status_code == 401
    assert refresh(practice, token).json["error"] == "invalid_grant"


def test_one_app_cannot_revoke_for_another(practice):
    token = practice.tokens()
    form = {"token": token["access_token"], "client_id": "narrow"}
    assert practice.http.post("/revoke", data=form).status_code == 200
    assert practice.get("Patient/anna", token).status_code == 200


def test_revoking_the_unknown_is_no_error_and_revoking_nothing_is(practice):
    assert practice.http.post("/revoke", data={"token": "x", "client_id": "public"}).status_code == 200
    assert practice.http.post("/revoke", data={"client_id": "public"}).status_code == 400
    assert practice.http.post("/revoke", data={"token": "x"}).status_code == 401
