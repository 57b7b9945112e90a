"""The token request and its answer (A3.4 to A3.10, A4, A5.1)."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.wrappers import Response

from launch.keys import load_key
from tests.launch.conftest import registration
from tests.launch.stub_ehr import RSA_KEY, error_answer, new_ec_key

PAGE = "Open the app again from the patient&#39;s chart."


@pytest.fixture
def keys(tmp_path):
    """One signing key of each kind, as read from its PEM file."""
    made = {"ES384": new_ec_key("x"), "RS384": RSA_KEY}
    for alg, key in made.items():
        (tmp_path / alg).write_bytes(key.as_pem(private=True))
    return {alg: load_key(tmp_path / alg) for alg in made}


def finish(clinic, client, ehr):
    return clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location)


def test_a3_4_a3_5_public_client(clinic, client, ehr):
    finish(clinic, client, ehr)
    asked = ehr.to("/auth/token")[0]
    assert asked.method == "POST"
    assert {name for name, _ in asked.pairs} == {
        *("grant_type", "code", "redirect_uri", "code_verifier", "client_id")
    }
    assert len(asked.pairs) == 5
    assert asked.form["grant_type"] == "authorization_code"
    assert asked.form["redirect_uri"] == "https://previsit.example.org/callback"
    assert asked.form["client_id"] == "previsit"
    assert "Authorization" not in asked.headers


def test_a3_5_nothing_in_the_machines_own_settings_signs_in_for_us(
    clinic, client, ehr, tmp_path, monkeypatch
):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert finish(clinic, client, ehr).status_code == 303
    assert all("Authorization" not in asked.headers for asked in ehr.asked)


def test_a3_5_a3_6_confidential_symmetric_client(clinics, ehr):
    clinic = clinics(registration(ehr, auth_method="client_secret_basic", client_secret="s3cret/+ é"))
    assert finish(clinic, clinic.client(), ehr).status_code == 303
    asked = ehr.to("/auth/token")[0]
    assert (
        asked.headers["Authorization"] == f"Basic {base64.b64encode('previsit:s3cret/+ é'.encode()).decode()}"
    )
    assert not {"client_id", "client_secret"} & asked.form.keys()


@pytest.mark.parametrize("alg", ["RS384", "ES384"])
def test_a4_1_to_a4_5_signed_client(alg, clinics, ehr, keys):
    signed = registration(ehr, auth_method="private_key_jwt", keys=(keys[alg],))
    clinic = clinics(signed, session_idle_minutes=120)
    client = clinic.client()
    url = clinic.launched(client, ehr)
    clinic.clock += 3600 - 60
    ehr.now = clinic.clock
    clinic.session(client, url)  # refreshes
    clinic.launched(client, ehr)
    published = client.get("/.well-known/jwks.json").json
    asked = ehr.to("/auth/token")
    assert [one.form["grant_type"] for one in asked] == [
        *("authorization_code", "refresh_token", "authorization_code")
    ]
    seen = set()
    for one in asked:
        assert "client_id" not in one.form
        assert one.form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        token = jwt.decode(one.form["client_assertion"], KeySet.import_key_set(published), algorithms=[alg])
        assert token.header == {"alg": alg, "typ": "JWT", "kid": published["keys"][0]["kid"]}
        assert token.claims["iss"] == token.claims["sub"] == "previsit"
        assert token.claims["aud"] == f"{ehr.origin}/auth/token"
        assert 0 < token.claims["exp"] - token.claims["iat"] <= 300
        seen.add(token.claims["jti"])
    assert len(seen) == 3


def test_a4_6_a4_7_a4_8_published_keys_are_public_and_hold_the_retired_ones(clinics, ehr, keys):
    both = (keys["ES384"], keys["RS384"])
    clinic = clinics(
        registration(ehr, auth_method="private_key_jwt", keys=both),
        registration(ehr, iss="https://b.example", keys=both[:1]),
    )
    answer = clinic.client().get("/.well-known/jwks.json")
    assert answer.mimetype == "application/json"
    assert "max-age" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    ec, rsa = answer.json["keys"]
    assert (ec["kty"], ec["crv"], ec["alg"], ec["use"]) == ("EC", "P-384", "ES384", "sig")
    assert (rsa["kty"], rsa["alg"], rsa["use"]) == ("RSA", "RS384", "sig")
    assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k", "key_ops"} & (ec.keys() | rsa.keys())
    assert ec["kid"] != rsa["kid"]
    assert ECKey.import_key(ec).is_private is RSAKey.import_key(rsa).is_private is False


def test_a3_9_no_redirect_is_followed_with_our_secret(clinics, ehr):
    clinic = clinics(registration(ehr, auth_method="client_secret_basic", client_secret="s3cret"))
    ehr.answers["/auth/token"] = Response(status=307, headers={"Location": f"{ehr.origin}/elsewhere"})
    assert finish(clinic, clinic.client(), ehr).status_code == 502
    assert not ehr.to("/elsewhere")
    assert len(ehr.to("/auth/token")) == 1


@pytest.mark.parametrize(
    ("answer", "status", "in_log"),
    [
        (error_answer("invalid_grant"), 502, "400 invalid_grant"),
        (error_answer("invalid_client", 401), 502, "401 invalid_client"),
        (error_answer("SECRETMARKER"), 502, "400 without a known error code"),
        (Response("<html>SECRETMARKER</html>", 200, mimetype="text/html"), 502, "not a JSON object"),
        (Response("<html>SECRETMARKER</html>", 500, mimetype="text/html"), 504, "answered 500"),
        (Response('{"access_token": "SECRETMARKER', 200), 502, "not a JSON object"),
        (Response('["SECRETMARKER"]', 200), 502, "not a JSON object"),
        (Response("[" * 100_000, 200), 502, "not a JSON object"),
        (Response(b'{"x": "' + b"x" * 1_100_000 + b'"}', 200), 502, "not a JSON object"),
        (Response(status=204), 502, "204"),
        (Response(status=404), 502, "404"),
    ],
)
def test_a3_10_token_endpoint_answers_that_are_no_token(answer, status, in_log, clinic, client, ehr, caplog):
    ehr.answers["/auth/token"] = answer
    page = finish(clinic, client, ehr)
    assert page.status_code == status
    assert PAGE in page.text
    assert in_log in caplog.text
    assert "SECRETMARKER" not in page.text + caplog.text


def test_a3_9_a_token_endpoint_that_hangs(clinic, client, ehr, monkeypatch):
    monkeypatch.setattr("launch.outbound.TIMEOUT", (0.2, 0.2))
    ehr.pause = 0.6
    page = finish(clinic, client, ehr)
    assert page.status_code == 504
    assert "did not answer in time" in page.text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token_type": "bearer"}, 303),
        ({"token_type": "BEARER"}, 303),
        ({"expires_in": None}, 303),
        ({"expires_in": "3600"}, 303),
        ({"expires_in": "soon"}, 303),
        ({"expires_in": -1}, 303),
        ({"expires_in": 1e999}, 303),
        ({"expires_in": [1]}, 303),
        ({"refresh_token": 3}, 303),
        ({"scope": ""}, 303),
        ({"active_ttl": 1, "__x": {}, "authorization_details": [], "tenant": "t", "intent": "foo"}, 303),
        ({"token_type": None}, 502),
        ({"token_type": "mac"}, 502),
        ({"scope": None}, 502),
        ({"scope": ["a"]}, 502),
        ({"access_token": None}, 502),
        ({"access_token": ""}, 502),
        ({"access_token": "two words"}, 502),
        ({"access_token": "line\r\nbreak"}, 502),
        ({"access_token": {"a": 1}}, 502),
    ],
    ids=json.dumps,
)
def test_a5_1_a5_7_a5_9_a5_10_a7_11_token_responses(changes, status, clinic, client, ehr):
    ehr.token = changes
    assert finish(clinic, client, ehr).status_code == status


@pytest.mark.parametrize("stated", [None, "soon", 0])
def test_a5_1_an_unstated_lifetime_is_taken_as_short(stated, clinic, client, ehr):
    ehr.token = {"expires_in": stated, "refresh_token": "", "access_token": "a"}
    url = finish(clinic, client, ehr).location
    clinic.clock += 299
    assert client.get(url).status_code == 200
    clinic.clock += 1
    assert client.get(url).status_code == 401
