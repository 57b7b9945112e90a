"""Faults on demand: how they are written, and that each happens to whom it was asked for."""

import pytest
from joserfc import jws, jwt

from sandbox.faults import HEADER, ID_TOKENS, NO_FAULTS, BadFault, Faults, from_header, read_faults
from tests.sandbox.practice import query_of

WITH = {HEADER: "403=Condition"}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", NO_FAULTS),
        (" ; ", NO_FAULTS),
        ("delay=", NO_FAULTS),
        ("delay=800", Faults(delay=800)),
        ("401-after=0", Faults(unauthorized_after=0)),
        ("403=Condition, Goal;429=*", Faults(forbidden=frozenset({"Condition", "Goal"}), throttled=frozenset("*"))),
        ("Retry-After=1; times=2", Faults(retry_after=1, times=2)),
        ("refresh=refused; id-token=expired", Faults(refresh="refused", id_token="expired")),
    ],
)  # fmt: skip
def test_reading(text, faults):
    assert from_header(text) == faults
    assert from_header(str(faults)) == faults
    assert bool(faults) == (faults != NO_FAULTS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("418=Teapot", "418 is not a fault known here"),
        ("delay=soon", "delay takes a whole number from 0 to 30000"),
        ("delay=30001", "delay takes a whole number"),
        ("delay=-1", "delay takes a whole number"),
        ("delay=٣", "delay takes a whole number"),
        ("times=0", "times takes a whole number from 1"),
        ("token-seconds=0", "token-seconds takes"),
        ("403=condition", "403 takes FHIR types"),
        ("id-token=odd", "id-token takes one of missing"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_could(text, why):
    with pytest.raises(BadFault, match=why):
        from_header(text)


def test_some_on_top_of_others():
    over = Faults(delay=5, refresh="refused").over(Faults(delay=9, times=3))
    assert over == Faults(delay=5, refresh="refused", times=3)


def launch(practice, **asked):
    answer = practice.http.post("/launch", data={"patient": "anna", **asked})
    assert answer.status_code == 303, answer.text
    return query_of(answer.location)["launch"]


def tokens(practice, **asked):
    return practice.tokens(launch=launch(practice, **asked))


def test_a_header_is_for_its_own_request(practice):
    token = practice.tokens()
    assert practice.get("Condition?patient=anna", token, **WITH).status_code == 403
    assert practice.get("Condition?patient=anna", token).status_code == 200


def test_a_header_that_cannot_be_read_is_said(practice):
    answer = practice.get("Condition?patient=anna", practice.tokens(), **{HEADER: "x=1"})
    assert answer.status_code == 400
    assert HEADER in answer.json["issue"][0]["diagnostics"]


def test_a_launch_takes_its_faults_along_and_another_does_not(practice):
    spoilt, whole = tokens(practice, **{"500": "Condition"}), practice.tokens()
    assert practice.get("Condition?patient=anna", spoilt).status_code == 500
    assert practice.get("Condition?patient=anna", whole).status_code == 200


def test_calls_are_counted_for_each_token(practice):
    first = tokens(practice, **{"401-after": "2"})
    assert [practice.get("Patient/anna", first).status_code for _ in range(4)] == [200, 200, 401, 401]
    again = practice.token(
        grant_type="refresh_token", refresh_token=first["refresh_token"], client_id="public"
    )
    assert practice.get("Patient/anna", again.json).status_code == 200


def test_too_many_requests_says_when_to_come_back_and_ends(practice):
    token = tokens(practice, **{"429": "Condition", "retry-after": "7", "times": "2"})
    answers = [practice.get("Condition?patient=anna", token) for _ in range(3)]
    assert [one.status_code for one in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert "asked for" in answers[0].json["issue"][0]["diagnostics"]


def test_half_an_answer_promises_the_whole(practice):
    token = tokens(practice, **{"cut-off": "Condition"})
    answer = practice.get("Condition?patient=anna", token)
    assert int(answer.headers["Content-Length"]) >= 2 * len(answer.data) > 0


@pytest.mark.parametrize(
    "asked", ["launch openid patient/*.rs", "launch openid patient/Condition.rs patient/Patient.r"]
)
def test_scopes_left_out_are_not_granted_nor_by_a_wildcard(practice, asked):
    value = launch(practice, **{"without-scopes": "Condition"})
    token = practice.tokens(scope=asked, launch=value)
    assert "Condition" not in token["scope"]
    assert "*" not in token["scope"]
    assert practice.get("Condition?patient=anna", token).status_code == 403
    assert practice.get("Patient/anna", token).status_code == 200


def test_a_refused_refresh_ends_what_it_belongs_to(practice):
    token = tokens(practice, refresh="refused")
    form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": "public"}
    assert practice.token(**form).json["error"] == "invalid_grant"
    assert practice.get("Patient/anna", token).status_code == 401


def test_a_failing_refresh_may_succeed_later(practice):
    token = tokens(practice, refresh="failing")
    form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"], "client_id": "public"}
    assert practice.token(**form).status_code == 500
    assert practice.get("Patient/anna", token).status_code == 200


def test_the_header_of_a_token_request_holds_from_then_on(practice):
    issued = practice.code()
    token = practice.exchange(issued, {HEADER: "token-seconds=2; 403=Condition"}).json
    assert token["expires_in"] == 2
    assert practice.get("Condition?patient=anna", token).status_code == 403


def test_an_access_token_lives_as_long_as_it_was_asked_to(practice):
    token = tokens(practice, **{"token-seconds": "30"})
    assert token["expires_in"] == 30
    practice.clock.now += 29
    assert practice.get("Patient/anna", token).status_code == 200
    practice.clock.now += 1
    assert practice.get("Patient/anna", token).status_code == 401


def claims(practice, token):
    return jwt.decode(token, practice.ehr.key, algorithms=["RS256"]).claims


WRONG_CLAIMS = {
    "wrong-issuer": lambda c, now: c["iss"] == "https://another-ehr.example/fhir",
    "wrong-audience": lambda c, now: c["aud"] == "another-app",
    "expired": lambda c, now: c["exp"] < now - 3000,
    "future": lambda c, now: c["iat"] > now + 3000,
    "wrong-nonce": lambda c, now: c["nonce"] != "some-nonce",
    "no-nonce": lambda c, now: "nonce" not in c,
    "no-user": lambda c, now: "fhirUser" not in c,
    "patient-user": lambda c, now: c["fhirUser"] == "Patient/somebody",
}  # fmt: skip
WRONG_TOKENS = {
    "not-a-jwt": lambda text, header: text == "not-a-jwt",
    "unsigned": lambda text, header: header["alg"] == "none" and text.endswith("."),
    "wrong-signature": lambda text, header: header["alg"] == "RS256",
    "unknown-key": lambda text, header: header["alg"] == "RS256" and header["kid"],
    "hs256": lambda text, header: header["alg"] == "HS256",
    "embedded-key": lambda text, header: header["jwk"]["kty"] == "EC",
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_wrong_claim_is_signed_well_and_only_that_is_wrong(practice, wrong):
    token = tokens(practice, **{"id-token": wrong})["id_token"]
    good = claims(practice, practice.tokens()["id_token"])
    found = claims(practice, token)
    assert WRONG_CLAIMS[wrong](found, practice.clock())
    changed = {name for name in good.keys() | found.keys() if good.get(name) != found.get(name)}
    assert len(changed - {"iat"} if wrong in ("expired", "future") else changed) == 1


@pytest.mark.parametrize("wrong", WRONG_TOKENS)
def test_a_wrong_token_does_not_verify(practice, wrong):
    token = tokens(practice, **{"id-token": wrong})["id_token"]
    header = jws.extract_compact(token.encode()).headers() if token.count(".") == 2 else {}
    assert WRONG_TOKENS[wrong](token, header)
    with pytest.raises(Exception, match=r"."):
        claims(practice, token)


def test_every_kind_of_wrong_id_token_is_tried():
    assert set(ID_TOKENS) == {*WRONG_CLAIMS, *WRONG_TOKENS, "missing"}


def test_none_may_be_sent_at_all(practice):
    assert "id_token" not in tokens(practice, **{"id-token": "missing"})


@pytest.mark.parametrize("error", ["access_denied", "server_error"])
def test_the_sign_in_may_be_refused(practice, error):
    answer = practice.authorize(launch=launch(practice, **{"sign-in": error}))
    assert query_of(answer.location)["error"] == error
    assert query_of(answer.location)["state"] == "some-state"


def test_a_fault_that_is_none_stops_the_launch_in_words(practice):
    answer = practice.http.post("/launch", data={"patient": "anna", "delay": "soon"})
    assert answer.status_code == 400
    assert "delay takes a whole number" in answer.text


def test_without_a_token_no_fault_is_met(practice):
    answer = practice.http.get("/fhir/Condition?patient=anna", headers=WITH)
    assert answer.status_code == 401


def test_names_of_the_form_and_the_header_are_the_same():
    assert read_faults([("403", "Condition")]) == from_header("403=Condition")
