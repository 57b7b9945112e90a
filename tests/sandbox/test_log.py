"""The log shows the whole conversation and no secret of it; and what a strict EHR refuses, it says why."""

import base64

import pytest

from tests.sandbox.practice import (
    BASE,
    CALLBACK,
    SECRET,
    VERIFIER,
    assertion,
    basic,
    bearer,
    observation,
    query_of,
)

MARK = "MARKED-SECRET"


def everything(practice):
    """All that the log holds and all that its pages show."""
    kept = "\n".join(str(one) for one in practice.ehr.log)
    pages = [practice.http.get(f"/log{query}").text for query in ("", "?launch=1", "?launch=2")]
    return "\n".join((kept, *pages))


def last(practice):
    return list(practice.ehr.log)[-1]


def whole_launch(practice):
    """Every secret of a launch, from the click to the end of it."""
    value = practice.launch()
    issued = practice.code(client_id="basic", launch=value, state=f"{MARK}-state", nonce=f"{MARK}-nonce")
    first = practice.exchange(issued, basic("basic", SECRET), client_id=None).json
    practice.exchange(issued, basic("basic", SECRET), client_id=None)  # a second time, and refused
    again = practice.exchange(practice.code(client_id="basic"), basic("basic", SECRET), client_id=None).json
    page = practice.get("Observation?patient=anna&category=survey&_count=2", again).json
    following = next(link["url"] for link in page["link"] if link["relation"] == "next")
    practice.http.get(following.removeprefix(BASE), headers=bearer(again))
    renewed = practice.token(
        basic("basic", SECRET), grant_type="refresh_token", refresh_token=again["refresh_token"]
    ).json
    practice.http.post("/revoke", data={"token": renewed["access_token"]}, headers=basic("basic", SECRET))
    tokens = [t[name] for t in (first, again, renewed) for name in ("access_token", "refresh_token")]
    return [
        value,
        issued,
        *tokens,
        first["id_token"],
        first["id_token"].split(".")[2],
        query_of(following)["_cursor"],
    ]


def test_no_secret_of_a_launch_is_kept_or_shown(practice):
    secrets = [
        *whole_launch(practice),
        MARK,
        SECRET,
        VERIFIER,
        base64.b64encode(f"basic:{SECRET}".encode()).decode(),
    ]
    shown = everything(practice)
    assert [secret for secret in secrets if secret in shown] == []


def marked(name):
    return {name: f"{MARK}-{name}"}


# Secrets where they do not belong: a developer's mistake must not make them readable to the next.
MISPLACED = [
    lambda p: p.http.post("/token", json=marked("client_secret") | marked("code")),
    lambda p: p.http.post("/token", data=f"client_secret={MARK}", headers={"Content-Type": "text/plain"}),
    lambda p: p.http.post("/token?client_secret=" + MARK, data=marked("Client_Secret") | marked("password")),
    lambda p: p.http.get("/fhir/Patient/anna?access_token=" + MARK),
    lambda p: p.http.get("/fhir/Patient/anna", headers={"Authorization": f"Bearer {MARK}"}),
    lambda p: p.http.get("/fhir/Patient/anna", headers={"Authorization": MARK}),
    lambda p: p.http.get("/fhir/Patient/anna", headers={"Authorization": f"Token {MARK}"}),
    lambda p: p.http.get("/fhir/Patient/anna", headers={"Authorization": f"Basic {MARK}"}),
    lambda p: p.http.post("/token", headers=basic(f"basic:{MARK}", MARK), data={"grant_type": "x"}),
    lambda p: p.http.get("/authorize", query_string=marked("code_verifier") | marked("launch") | marked("state")),
    lambda p: p.http.post("/authorize/patient", data=marked("pending")),
    lambda p: p.http.post("/revoke", data=marked("token") | {"client_id": "public"}),
    lambda p: p.token(grant_type="refresh_token", refresh_token=MARK, client_id="public"),
    lambda p: p.token(**assertion(p.clock, jti=MARK), grant_type="refresh_token"),
    lambda p: p.token(client_assertion=f"{MARK}.{MARK}.{MARK}", client_id="signed"),
    lambda p: p.http.post("/fhir/Observation", json=marked("access_token"), headers=bearer(MARK)),
    lambda p: p.http.get("/fhir/Patient/anna", headers={"Cookie": f"session={MARK}"}),
]  # fmt: skip


@pytest.mark.parametrize("send", MISPLACED)
def test_a_secret_in_the_wrong_place_is_not_shown_either(practice, send):
    send(practice)
    assert len(practice.ehr.log) == 1
    assert MARK not in everything(practice)


def test_a_signed_assertion_is_opened_to_learn_from(practice):
    signed = assertion(practice.clock)
    practice.token(**signed, grant_type="refresh_token")
    entry = last(practice)
    assert '"aud": "https://practice.test/ehr/token"' in entry.assertion
    assert '"alg": "ES384"' in entry.assertion
    assert signed["client_assertion"].split(".")[2] not in str(entry)


def test_the_answer_of_the_token_endpoint_is_shown_with_its_id_token_opened(practice):
    practice.tokens()
    answer = last(practice).answer
    assert '"patient": "anna"' in answer
    assert '"access_token": "***"' in answer
    assert '"sub": "practice-user"' in answer
    assert '"nonce": "***"' in answer


def test_a_request_tells_what_was_sent_and_what_came_back(practice):
    practice.post("Observation", observation(9), practice.tokens(scope="launch patient/Observation.c"))
    entry = last(practice)
    assert entry.authorization == "Bearer ***"
    assert '"effectiveDateTime"' in entry.body
    assert ("Location", f"{BASE}/fhir/Observation/") in [
        (k, v.rpartition("/")[0] + "/") for k, v in entry.answer_headers
    ]
    assert entry.milliseconds >= 0


def test_one_launch_can_be_read_alone(practice):
    """Two developers at once: each finds the own conversation."""
    practice.get("Condition?patient=anna", practice.tokens())
    practice.get("Encounter?patient=anna", practice.tokens())
    numbers = {one.path: one.conversation for one in practice.ehr.log if one.path.startswith("/fhir/")}
    assert numbers == {"/fhir/Condition": 1, "/fhir/Encounter": 2}
    assert all(one.conversation in (1, 2) for one in practice.ehr.log)
    page = practice.http.get("/log?launch=2").text
    assert "/fhir/Encounter" in page
    assert "/fhir/Condition" not in page
    assert practice.http.get("/log?launch=odd").status_code == 200


def test_each_step_of_a_launch_is_explained(practice):
    practice.http.get("/fhir/.well-known/smart-configuration")
    practice.get("Condition?patient=anna", practice.tokens())
    page = practice.http.get("/log").text
    for words in ("Discovery:", "PKCE", "code_verifier shows", "opens the app", "Search of Condition"):
        assert words in page


# What a strict EHR refuses: how it is asked, and the reason in the log.
REFUSED = {
    "no PKCE": (lambda p: p.authorize(code_challenge=None), "code_challenge must be"),
    "PKCE without its method": (lambda p: p.authorize(code_challenge_method=None), "must be S256"),
    "plain PKCE": (lambda p: p.authorize(code_challenge_method="plain"), "must be S256"),
    "another EHR's address": (lambda p: p.authorize(aud="https://other.test/fhir"), f"aud must be {BASE}/fhir"),
    "no address": (lambda p: p.authorize(aud=None), "aud must be"),
    "a foreign redirect": (lambda p: p.authorize(redirect_uri="https://evil.test/"), "byte for byte"),
    "a redirect almost right": (lambda p: p.authorize(redirect_uri=f"{CALLBACK}/"), "byte for byte"),
    "no state": (lambda p: p.authorize(state=None), "state is missing"),
    "an unknown app": (lambda p: p.authorize(client_id="stranger"), "No app with this client_id"),
    "a launch used before": (lambda p: _twice(p), "was used before"),
    "a code used before": (lambda p: _code_twice(p), "was used before"),
    "a wrong verifier": (lambda p: p.exchange(p.code(), code_verifier="w" * 43), "code_verifier does not match"),
    "another redirect": (lambda p: p.exchange(p.code(), redirect_uri="https://evil.test/"), "redirect_uri is not"),
    "a secret that is wrong": (
        lambda p: p.exchange(p.code(client_id="basic"), basic("basic", "no"), client_id=None), "secret is wrong"
    ),
    "a secret in the body": (
        lambda p: p.exchange(p.code(client_id="basic"), client_id="basic", client_secret=SECRET), "in the body"
    ),
    "a scope that is malformed": (lambda p: p.authorize(scope="launch patient/Condition.sr"), "is not a SMART scope"),
    "another patient": (lambda p: p.get("Condition?patient=ben"), "for another patient"),
}  # fmt: skip


def _twice(practice):
    value = practice.launch()
    practice.authorize(launch=value)
    practice.authorize(launch=value)


def _code_twice(practice):
    issued = practice.code()
    practice.exchange(issued)
    practice.exchange(issued)


@pytest.mark.parametrize("what", REFUSED)
def test_what_a_strict_ehr_refuses_is_refused_with_its_reason(practice, what):
    ask, why = REFUSED[what]
    ask(practice)
    assert why in last(practice).why
    assert why in practice.http.get("/log").text.replace("&#39;", "'")


def test_every_page_says_that_it_is_not_for_real_data(practice):
    practice.authorize(scope="launch/patient openid patient/*.rs")
    for path in ("/", "/patients/anna", "/options", "/log", "/nothing", "/authorize"):
        assert "Not for real data" in practice.http.get(path).text
    asked = practice.authorize_params(scope="launch/patient patient/*.rs")
    assert "Not for real data" in practice.http.get("/authorize", query_string=asked).text
