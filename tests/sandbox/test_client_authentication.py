"""How an app proves who it is at the token endpoint: nothing, a secret, or a signed assertion (E1, A3, A4)."""

import pytest
from joserfc.jwk import ECKey

from tests.sandbox.practice import BASE, EC_KEY, RSA_KEY, SECRET, Practice, assertion, basic


def exchange_as(practice: Practice, client: str, headers=None, **form):
    code = practice.code(client_id=client)
    return practice.exchange(code, headers, **{"client_id": None} | form)


def test_secret_in_the_basic_header(practice):
    """A3.5, A3.6: client_secret_basic, no client_id in the body."""
    assert exchange_as(practice, "basic", basic("basic", SECRET)).status_code == 200


@pytest.mark.parametrize(
    ("client", "headers", "form"),
    [
        ("basic", basic("basic", "wrong"), {}),
        ("basic", basic("basic", ""), {}),
        ("basic", {"Authorization": "Basic ***"}, {}),
        ("basic", {"Authorization": "Bearer abc"}, {}),
        ("basic", None, {"client_id": "basic"}),
        ("basic", None, {"client_id": "basic", "client_secret": SECRET}),
        ("basic", basic("basic", SECRET), {"client_id": "public"}),
        ("public", basic("public", ""), {}),
        ("signed", None, {"client_id": "signed"}),
    ],
)
def test_a_client_authenticates_as_it_is_registered_or_not_at_all(practice, client, headers, form):
    answer = exchange_as(practice, client, headers, **form)
    assert answer.status_code == 401
    assert answer.json["error"] == "invalid_client"


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY], ids=["RS384", "ES384"])
def test_signed_assertion(practice, key):
    """A4.1 to A4.4: both algorithms, fresh for each call."""
    first = exchange_as(practice, "signed", **assertion(practice.clock, key))
    assert first.status_code == 200
    refreshed = practice.token(
        grant_type="refresh_token",
        refresh_token=first.json["refresh_token"],
        **assertion(practice.clock, key),
    )
    assert refreshed.status_code == 200


STRANGER = ECKey.generate_key("P-384", parameters={"kid": EC_KEY.kid})


@pytest.mark.parametrize(
    "spoilt",
    [
        {"iss": "public"},
        {"sub": "public"},
        {"aud": BASE},
        {"aud": [f"{BASE}/token", "https://other.test"]},
        {"aud": None},
        {"exp": None},
        {"exp": 1_790_000_000},
        {"exp": 1_790_000_301},
        {"exp": "1790000200"},
        {"jti": None},
        {"jti": ""},
        {"header": {"typ": "JOSE"}},
        {"header": {"kid": "unknown"}},
        {"header": {"alg": "RS256"}, "key": RSA_KEY},
        {"key": STRANGER},
    ],
)
def test_a_spoilt_assertion_is_refused(practice, spoilt):
    """A4.2, A4.3: kid, typ, iss=sub=client_id, aud, exp at most five minutes, jti."""
    answer = exchange_as(practice, "signed", **assertion(practice.clock, **spoilt))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("text", ["", "no-jwt", "a.b.c", "a.e30.c", "a.WzFd.c", "a.\u00e9.c"])
def test_what_is_no_assertion_is_refused(practice, text):
    answer = exchange_as(practice, "signed", **assertion(practice.clock) | {"client_assertion": text})
    assert answer.json["error"] == "invalid_client"


def test_five_minutes_is_the_longest_an_assertion_may_live(practice):
    form = assertion(practice.clock, exp=1_790_000_300)
    assert exchange_as(practice, "signed", **form).status_code == 200


def test_an_assertion_works_once(practice):
    form = assertion(practice.clock)
    assert exchange_as(practice, "signed", **form).status_code == 200
    assert exchange_as(practice, "signed", **form).json["error"] == "invalid_client"
