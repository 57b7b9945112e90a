"""What leaves the server: cookies, pages, logs and the database file hold no secret (A2.12, A7.8, A9.1, D9, D10)."""

from __future__ import annotations

import logging

import pytest
from cryptography.fernet import Fernet

from launch.store import Store
from tests.databases import engine_made
from tests.launch.conftest import TOKEN_KEY, query, registration


def test_a9_1_the_cookie(clinic, client, ehr):
    for answer in (
        clinic.begin(client, ehr.iss),
        clinic.finish(client, ehr, clinic.begin(client, ehr.iss).location),
    ):
        (cookie,) = answer.headers.getlist("Set-Cookie")
        name, *rules = cookie.split("; ")
        assert name.startswith("__Host-previsit=")
        assert set(rules) == {"Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"}


def test_a9_1_on_plain_loopback_a_cookie_that_browsers_take_there(clinics, ehr):
    clinic = clinics(registration(ehr), public_url="http://127.0.0.1:8000")
    (cookie,) = clinic.begin(clinic.client(), ehr.iss).headers.getlist("Set-Cookie")
    name, *rules = cookie.split("; ")
    assert name.startswith("previsit=")
    assert set(rules) == {"HttpOnly", "SameSite=Lax", "Path=/"}


def test_a2_12_a7_8_d9_d10_d31_nothing_secret_anywhere(clinics, ehr, tmp_path, caplog):
    """One launch, one refresh, one failure; then every place a secret could have gone is searched."""
    caplog.set_level(logging.DEBUG)
    clinic = clinics(
        registration(ehr), database_url=f"sqlite:///{tmp_path}/db.sqlite3", session_idle_minutes=120
    )
    client = clinic.client()
    begun = clinic.begin(client, ehr.iss, launch="launch-SECRETMARKER")
    answer = ehr.authorize(begun.location)
    landed = client.get(f"/callback?{answer}")
    clinic.clock += 3600
    assert client.get(landed.location).status_code == 200
    failed = client.get(f"/callback?{answer}")
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    asked = query(begun.location)
    cookie = client.get_cookie("__Host-previsit").value
    handle = landed.location.split("/")[2]
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("launch"))
    # The stub's own server and the HTTP client's connection log write paths: no secret is in a path either.
    everything = "\n".join(record.getMessage() for record in caplog.records)
    secrets = ["SECRETMARKER", asked["state"][0], asked["nonce"][0], cookie]
    secrets.append(ehr.to("/auth/token")[0].form["code_verifier"])
    for secret in secrets:
        assert secret not in everything
        assert secret.encode() not in stored
        assert secret not in failed.text
        assert secret not in landed.location
    assert handle not in ours
    assert handle.encode() not in stored
    assert "SECRETMARKER" not in begun.headers["Set-Cookie"] + landed.headers["Set-Cookie"]


def test_a_session_does_not_print_its_token(clinic, client, ehr):
    session = clinic.session(client, clinic.launched(client, ehr))
    assert "access-1" not in repr(session)


def test_d9_keys_rotate_and_a_retired_key_reads_as_no_session(tmp_path):
    url, newer = f"sqlite:///{tmp_path}/db.sqlite3", Fernet.generate_key().decode()
    store = Store(engine_made(url), [TOKEN_KEY])
    store.add_session("handle", store.new_browser(0), "iss", 0, {"a": 1})
    for keys, details in (([newer, TOKEN_KEY], {"a": 1}), ([newer], None)):
        reopened = Store(engine_made(url), keys)
        found = reopened.session("handle")
        assert (found and found.details) == details
        reopened.close()
    store.close()


def test_of_two_callbacks_with_one_state_one_wins():
    store = Store(engine_made("sqlite://"), [TOKEN_KEY])
    store.add_pending("state", "family", 10, {"a": 1})
    assert [store.take_pending("state", 0), store.take_pending("state", 0)] == [{"a": 1}, None]
    store.close()


def test_browsers_are_forgotten_with_their_launches():
    store = Store(engine_made("sqlite://"), [TOKEN_KEY])
    idle, busy = store.new_browser(0), store.new_browser(0)
    store.add_session("handle", busy, "iss", 9, {})
    store.purge(now=10, idle=5, longest=10)
    assert (store.browser(idle.id), store.browser(busy.id)) == (None, busy)
    store.close()


@pytest.mark.parametrize("path", ["/launch", "/callback?state=x&code=x", "/visit/x/"])
def test_d25_d29_no_stack_trace(path, client):
    page = client.get(path)
    assert page.status_code in {400, 401}
    assert "Traceback" not in page.text
