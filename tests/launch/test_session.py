"""Sessions: ownership, tokens in use, refresh, timeouts, sign-out (A5.11, A5.12, A7, D2, D3, D21)."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from werkzeug.wrappers import Response

from launch.browser import form_token
from launch.session import renewed_session
from tests.launch.conftest import registration
from tests.launch.stub_ehr import error_answer

COOKIE = "__Host-previsit"


@pytest.fixture
def long_clinic(ehr, clinics):
    """A clinic that never idles out within a token's life."""
    return clinics(registration(ehr), session_idle_minutes=120)


def sign_out(clinic, client, url, **headers):
    handle = url.split("/")[2]
    with clinic.app.test_request_context():
        token = form_token(handle)
    return client.post("/logout", data={"handle": handle, "form_token": token}, headers=headers)


def test_a5_11_a_handle_opens_only_in_its_own_browser(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    stranger = clinic.client()
    assert stranger.get(url).status_code == 401
    clinic.launched(stranger, ehr)
    page = stranger.get(url)
    assert page.status_code == 401
    assert page.text.count("not signed in to the chart") == 1
    assert "SECRETMARKER" not in page.text
    assert client.get("/visit/guessed/").status_code == 401
    assert client.get(url).status_code == 200


def test_a5_12_two_patients_in_two_tabs_never_mix(clinic, client, ehr):
    """D4."""
    urls = {}
    for patient in ("pat-1", "pat-2", "pat-3"):
        ehr.token["patient"] = patient
        urls[patient] = clinic.launched(client, ehr)
    for patient, url in urls.items():
        assert client.get(url).text == f"chart of {patient}"
    assert len({clinic.session(client, url).access_token for url in urls.values()}) == 3


def test_d2_the_cookie_is_renewed_at_sign_in_and_the_one_before_opens_nothing(clinic, client, ehr):
    location = clinic.begin(client, ehr.iss).location
    before = client.get_cookie(COOKIE).value
    url = clinic.finish(client, ehr, location).location
    after = client.get_cookie(COOKIE).value
    assert before != after
    client.set_cookie(COOKIE, before)
    assert client.get(url).status_code == 401
    client.set_cookie(COOKIE, after)
    assert client.get(url).status_code == 200


def test_d2_an_id_known_before_a_later_sign_in_does_not_open_it_even_after_a_launch_of_its_own(
    clinic, client, ehr
):
    clinic.launched(client, ehr)
    known_to_others = client.get_cookie(COOKIE).value
    url = clinic.launched(client, ehr)
    intruder = clinic.client()
    intruder.set_cookie(COOKIE, known_to_others)
    assert intruder.get(url).status_code == 401
    clinic.launched(intruder, ehr)
    assert intruder.get(url).status_code == 401


def test_two_sign_ins_at_once_leave_both_tabs_open(clinic, client, ehr):
    answers = [ehr.authorize(clinic.begin(client, ehr.iss).location) for _ in range(2)]
    cookie = client.get_cookie(COOKIE).value
    urls = []
    for answer in answers:
        client.set_cookie(COOKIE, cookie)  # sent before the other's answer came back
        urls.append(client.get(f"/callback?{answer}").location)
    assert [client.get(url).status_code for url in urls] == [200, 200]


@pytest.mark.parametrize(("left", "refreshes"), [(61, 0), (60, 1), (0, 1), (-600, 1)])
def test_a7_3_refreshed_when_a_minute_or_less_is_left(left, refreshes, long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    long_clinic.clock += 3600 - left
    session = long_clinic.session(client, url)
    assert session.access_token == f"access-{1 + refreshes}-SECRETMARKER"
    assert len(ehr.to("/auth/token")) == 1 + refreshes
    assert session.patient_id == "pat-1-SECRETMARKER"


def test_a7_3_a_short_lived_token_is_not_refreshed_on_every_request(clinic, client, ehr):
    ehr.token["expires_in"] = 40
    url = clinic.launched(client, ehr)
    for _ in range(5):
        clinic.session(client, url)
    assert len(ehr.to("/auth/token")) == 1
    clinic.clock += 20
    clinic.session(client, url)
    assert len(ehr.to("/auth/token")) == 2


@pytest.mark.parametrize("database", ["sqlite://", "file"])
def test_a7_3_twenty_requests_at_expiry_make_one_refresh(database, clinics, ehr, tmp_path):
    if database == "file":
        database = f"sqlite:///{tmp_path}/test.sqlite3"
    clinic = clinics(registration(ehr), session_idle_minutes=120, database_url=database)
    client = clinic.client()
    url = clinic.launched(client, ehr)
    cookie = client.get_cookie(COOKIE).value
    clinic.clock += 3600
    ehr.pause = 0.2

    def visit(_):
        tab = clinic.client()
        tab.set_cookie(COOKIE, cookie)
        return tab.get(url).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(visit, range(20))) == [200] * 20
    assert len(ehr.to("/auth/token")) == 2


def test_a7_3_a_failed_refresh_does_not_keep_the_others_waiting(long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    cookie = client.get_cookie(COOKIE).value
    long_clinic.clock += 3600
    ehr.answers["/auth/token"] = slow_refusal

    def visit(_):
        tab = long_clinic.client()
        tab.set_cookie(COOKIE, cookie)
        return tab.get(url).status_code

    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(visit, range(4))) == {504}
    assert time.monotonic() - started < 5


def slow_refusal():
    time.sleep(0.3)
    return Response(status=503)


def test_an_issuer_no_longer_registered_opens_nothing(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    location = clinic.begin(client, ehr.iss).location
    object.__setattr__(clinic.config, "issuers", ())
    assert client.get(url).status_code == 401
    assert clinic.finish(client, ehr, location).status_code == 401
    assert len(ehr.to("/auth/token")) == 1


@pytest.mark.parametrize("rotates", [True, False])
def test_a7_4_refresh_tokens_kept_or_replaced(rotates, long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    for number in (1, 2, 3):
        if rotates:
            ehr.token["refresh_token"] = f"rotated-{number}"
        long_clinic.clock += 3600
        long_clinic.session(client, url)
    sent = [asked.form.get("refresh_token") for asked in ehr.to("/auth/token")[1:]]
    first = "refresh-1-SECRETMARKER"
    assert sent == ([first, "rotated-1", "rotated-2"] if rotates else [first] * 3)


def test_a7_5_a_refresh_asks_for_no_scope_and_keeps_or_takes_the_grant(long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    granted = long_clinic.session(client, url).scopes
    ehr.token["scope"] = None
    long_clinic.clock += 3600
    assert long_clinic.session(client, url).scopes == granted
    ehr.token["scope"] = "patient/Patient.rs"
    long_clinic.clock += 3600
    assert long_clinic.session(client, url).scopes == ("patient/Patient.rs",)
    assert all("scope" not in asked.form for asked in ehr.to("/auth/token"))


def test_a7_6_invalid_grant_ends_the_session_without_a_loop(long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    long_clinic.clock += 3600
    ehr.answers["/auth/token"] = error_answer("invalid_grant")
    for _ in range(3):
        page = client.get(url)
        assert page.status_code == 401
        assert "Open the app again from the patient&#39;s chart." in page.text
    assert len(ehr.to("/auth/token")) == 2


@pytest.mark.parametrize("left", [30, 0])
def test_a_refresh_that_fails_for_now_costs_nothing_while_the_token_is_good(left, long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    long_clinic.clock += 3600 - left
    ehr.answers["/auth/token"] = Response(status=503)
    assert client.get(url).status_code == (200 if left else 504)
    del ehr.answers["/auth/token"]
    assert long_clinic.session(client, url).access_token == "access-2-SECRETMARKER"


def test_a5_11_a_refresh_for_another_patient_ends_the_session(long_clinic, ehr):
    client = long_clinic.client()
    url = long_clinic.launched(client, ehr)
    long_clinic.clock += 3600
    ehr.token["patient"] = "someone-else"
    assert client.get(url).status_code == 401
    ehr.token["patient"] = "pat-1-SECRETMARKER"
    assert client.get(url).status_code == 401


def test_a7_3_renewed_after_one_refusal_by_the_fhir_server(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    session = clinic.session(client, url)
    headers = {"Cookie": f"{COOKIE}={client.get_cookie(COOKIE).value}"}
    with clinic.app.test_request_context(headers=headers):
        renewed = renewed_session(session)
        assert renewed.access_token == "access-2-SECRETMARKER"
        assert renewed_session(session).access_token == renewed.access_token  # the other searches' 401s
    assert len(ehr.to("/auth/token")) == 2


@pytest.mark.parametrize(("shift", "status"), [(3599, 200), (3600, 401)])
def test_a7_10_without_a_refresh_token_never_beyond_the_life_of_the_token(shift, status, long_clinic, ehr):
    client = long_clinic.client()
    ehr.token["refresh_token"] = ""
    url = long_clinic.launched(client, ehr)
    long_clinic.clock += shift
    assert client.get(url).status_code == status
    assert len(ehr.to("/auth/token")) == 1


@pytest.mark.parametrize(("shift", "status"), [(899, 200), (900, 401)])
def test_a7_10_d21_idle_for_fifteen_minutes(shift, status, clinic, client, ehr):
    url = clinic.launched(client, ehr)
    clinic.clock += 600
    assert client.get(url).status_code == 200
    clinic.clock += shift
    page = client.get(url)
    assert page.status_code == status
    assert ("not used for a while" in page.text) is (status == 401)


@pytest.mark.parametrize(("shift", "status"), [(479 * 60, 200), (480 * 60, 401)])
def test_a7_10_d21_eight_hours_however_busy(shift, status, clinic, client, ehr):
    ehr.token["expires_in"] = 86400
    url = clinic.launched(client, ehr)
    start = clinic.clock
    while clinic.clock + 600 < start + shift:
        clinic.clock += 600
        assert client.get(url).status_code == 200
    clinic.clock = start + shift
    assert client.get(url).status_code == status


def rows(clinic):
    with clinic.store.engine.begin() as db:
        return [
            db.execute(text(f"select count(*) from launch_{name}")).scalar()
            for name in ("pending", "session")
        ]


def test_a7_8_ended_and_forgotten_launches_leave_no_token_behind(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    clinic.begin(client, ehr.iss)
    assert rows(clinic) == [1, 1]
    clinic.clock += 900
    client.get(url)
    assert rows(clinic) == [1, 0]
    ehr.now = clinic.clock
    clinic.launched(client, ehr)
    clinic.clock += 3600
    clinic.begin(client, ehr.iss)  # nobody came back to the last one: a launch an hour later sweeps it out
    assert rows(clinic) == [1, 0]


def test_a7_9_sign_out_ends_every_chart_of_this_browser_and_revokes(clinic, client, ehr):
    other = clinic.client()
    others_url = clinic.launched(other, ehr)
    urls = [clinic.launched(client, ehr) for _ in range(2)]
    old = client.get_cookie(COOKIE).value
    page = sign_out(clinic, client, urls[0])
    assert page.status_code == 200
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, old)
    assert [client.get(url).status_code for url in urls] == [401, 401]
    revoked = {asked.form["token"] for asked in ehr.to("/auth/revoke")}
    assert revoked == {"refresh-2-SECRETMARKER", "refresh-3-SECRETMARKER"}
    assert other.get(others_url).status_code == 200


def test_a7_9_sign_out_works_though_the_ehr_does_not(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    ehr.answers["/auth/revoke"] = Response(status=500)
    assert sign_out(clinic, client, url).status_code == 200
    assert client.get(url).status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_d3_a_foreign_page_cannot_sign_us_out(headers, clinic, client, ehr):
    url = clinic.launched(client, ehr)
    assert sign_out(clinic, client, url, **headers).status_code == 403
    assert client.get(url).status_code == 200


@pytest.mark.parametrize("token", [None, "", "forged", "é"])
def test_d3_no_form_token_no_sign_out(token, clinic, client, ehr):
    url = clinic.launched(client, ehr)
    form = {"handle": url.split("/")[2]} | ({"form_token": token} if token is not None else {})
    assert client.post("/logout", data=form).status_code == 403
    assert client.get("/logout").status_code == 405
    assert client.get(url).status_code == 200


def test_d3_our_own_page_may(clinic, client, ehr):
    url = clinic.launched(client, ehr)
    ours = {"Origin": clinic.config.public_url, "Sec-Fetch-Site": "same-origin"}
    assert sign_out(clinic, client, url, **ours).status_code == 200
