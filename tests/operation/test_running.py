"""Readiness, metrics, limits and request numbers of the whole app."""

import json
import logging
import re
import sys

import pytest
from cryptography.fernet import Fernet

from app import create_app
from config import BadSetting, Config, from_environment
from launch.issuers import IssuerRegistration
from operation.logs import HEADER, JsonLines
from tests.databases import made

TOKEN = "a metrics token of more than 32 characters"


@pytest.fixture
def make(tmp_path):
    apps = []

    def app(**settings):
        issuers = (IssuerRegistration("https://ehr.example.org/fhir", "previsit"),)
        keys = (Fernet.generate_key().decode(),)
        url = made(f"sqlite:///{tmp_path}/app.sqlite3")
        config = Config(
            "x" * 40, keys, "https://previsit.example.org", issuers, url, cds_open=True, **settings
        )
        apps.append(create_app(config))
        return apps[-1]

    yield app
    for one in apps:
        one.extensions["storage"].dispose()


def test_ready_while_the_database_is_there_and_current(make):
    answer = make().test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready", "database": "ready"})


def test_not_ready_without_the_database(make, tmp_path):
    app = make()
    app.extensions["storage"].dispose()
    (tmp_path / "app.sqlite3").unlink()
    (tmp_path / "app.sqlite3").mkdir()  # as a volume that is not mounted
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
    assert app.test_client().get("/healthz").status_code == 200  # alive: restarting it would mend nothing


def test_not_ready_on_another_schema(make):
    app = make()
    with app.extensions["storage"].begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert app.test_client().get("/readyz").json == {"status": "not ready", "database": "schema"}


def test_every_answer_has_the_number_that_is_in_the_log(make, caplog):
    browser = make().test_client()
    with caplog.at_level(logging.INFO):
        answer = browser.get("/launch?iss=https://evil.example/SECRETMARKER")
    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers[HEADER])
    assert browser.get("/healthz", headers={HEADER: "given"}).headers[HEADER] != "given"


# Metrics


def test_d30_metrics_count_by_route_and_name_no_one(make):
    browser = make(metrics_token=TOKEN).test_client()
    browser.get("/visit/SECRETMARKER/")
    browser.get("/nowhere/SECRETMARKER")
    shown = browser.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert shown.status_code == 200
    assert 'previsit_requests_total{method="GET",route="/visit/<handle>/",status="401"} 1.0' in shown.text
    assert 'route="none",status="404"} 1.0' in shown.text
    assert 'previsit_request_seconds_count{route="/visit/<handle>/"} 1.0' in shown.text
    assert "SECRETMARKER" not in shown.text


@pytest.mark.parametrize("header", [None, "Bearer other", TOKEN])
def test_metrics_answer_only_to_their_token(make, header):
    headers = {"Authorization": header} if header else {}
    assert make(metrics_token=TOKEN).test_client().get("/metrics", headers=headers).status_code == 401


def test_without_a_token_there_are_no_metrics(make):
    assert make().test_client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


# Limits


def test_d10_one_address_may_not_knock_for_ever(make):
    browser = make(requests_a_minute=5).test_client()
    seen = [browser.get("/launch").status_code for _ in range(6)]
    assert seen == [400, 400, 400, 400, 400, 429]
    last = browser.get("/launch")
    assert last.headers["Retry-After"] == "60"
    assert "Wait a minute" in last.text
    other = {"REMOTE_ADDR": "192.0.2.7"}
    assert browser.get("/launch", environ_overrides=other).status_code == 400
    assert browser.get("/healthz").status_code == browser.get("/readyz").status_code == 200


def test_an_ehr_that_calls_often_is_served_and_one_that_guesses_is_not(make):
    caller = make(requests_a_minute=5).test_client()
    assert {caller.get("/cds-services").status_code for _ in range(12)} == {200}
    bad = [caller.post("/cds-services/previsit-patient-view", json={}).status_code for _ in range(6)]
    assert bad == [400, 400, 400, 400, 400, 429]
    refused = caller.post("/cds-services/previsit-patient-view", json={})
    assert refused.json == {"error": "Too many requests; wait a minute."}


# Logs


def line(level=logging.INFO, fault=None, message="said"):
    record = logging.LogRecord("some.where", level, __file__, 1, message, None, fault)
    return json.loads(JsonLines().format(record))


def test_a_log_line_is_one_json_object():
    found = line(message='two\nlines and "quotes"')
    assert found == {
        "time": found["time"],
        "level": "info",
        "logger": "some.where",
        "message": 'two\nlines and "quotes"',
    }


def test_a_fault_is_logged_by_its_places_and_never_by_its_words():
    try:
        int("SECRETMARKER")
    except ValueError:
        found = line(logging.ERROR, sys.exc_info())
    assert found["fault"].startswith("ValueError at ")
    assert "test_a_fault_is_logged" in found["fault"]
    assert "SECRETMARKER" not in json.dumps(found)


def test_a_short_metrics_token_stops_the_start(tmp_path):
    (tmp_path / "issuers.toml").write_text('[[issuer]]\niss = "https://a.example/fhir"\nclient_id = "x"\n')
    environ = {
        "PREVISIT_SECRET_KEY": "x" * 32,
        "PREVISIT_TOKEN_KEYS": Fernet.generate_key().decode(),
        "PREVISIT_PUBLIC_URL": "https://previsit.example.org",
        "PREVISIT_ISSUERS": str(tmp_path / "issuers.toml"),
    }
    assert from_environment(environ).requests_a_minute == 3000
    with pytest.raises(BadSetting, match="METRICS_TOKEN is shorter than 32"):
        from_environment(environ | {"PREVISIT_METRICS_TOKEN": "short"})
