"""B4: methods, types, sizes, origins and errors at the doors."""

import pytest

from app import create_app
from cds.hooks.routes import LARGEST
from config import demo_config
from tests.cds.hooks.hook_app import signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.cds.hooks.validator import check_discovery

BODY = hook_request("patient-view", OPIOID)
ORIGIN = "https://ehr.example.org"


@pytest.fixture
def browser_app(hook_apps, tmp_path):
    return hook_apps(signing_client(tmp_path, origins=(ORIGIN,)))


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/fhir+json", ""]
)
def test_b4_1_only_json(hooks, kind):
    assert hooks.status(BODY, content_type=kind) == 415


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_b4_1_json_however_written(hooks, kind):
    assert hooks.status(BODY, content_type=kind) == 200


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("post", "/cds-services/unknown", 404),
        ("get", "/cds-services/unknown", 404),
        ("post", "/cds-services/unknown/feedback", 404),
        ("get", "/cds-services/previsit-patient-view/else/where", 404),
        ("get", "/cds-services/", 404),
        ("get", "/cds-services/previsit-patient-view", 405),
        ("put", "/cds-services/previsit-patient-view", 405),
        ("delete", "/cds-services/previsit-patient-view/feedback", 405),
        ("post", "/cds-services", 405),
    ],
)
def test_b4_4_errors_are_json(hooks, method, path, expected):
    response = getattr(hooks.app.test_client(), method)(path)
    assert response.status_code == expected
    assert set(response.json) == {"error"}
    assert ("Allow" in response.headers) == (expected == 405)


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_b2_14_d12_size(hooks, size):
    content = b'{"hook": "' + b"x" * (size - 12) + b'"}'
    assert len(content) == size
    assert hooks.post("patient-view", content).status_code == (413 if size > LARGEST else 400)


@pytest.mark.parametrize(
    "path",
    ["/cds-services", "/cds-services/previsit-order-sign", "/cds-services/previsit-order-sign/feedback"],
)
def test_b4_2_preflight_needs_no_token(browser_app, path):
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    response = browser_app.app.test_client().options(path, headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, OPTIONS"
    assert response.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert "Access-Control-Allow-Credentials" not in response.headers


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "https://ehr.example.org.evil.test", ""])
def test_b4_2_other_origins_get_no_leave(browser_app, origin):
    for response in (
        browser_app.app.test_client().options("/cds-services", headers={"Origin": origin}),
        browser_app.app.test_client().get("/cds-services", headers={"Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Origin" in response.headers["Vary"]


def test_b4_2_errors_too_can_be_read_by_the_browser(browser_app):
    response = browser_app.app.test_client().post(
        "/cds-services/previsit-patient-view", json=BODY, headers={"Origin": ORIGIN}
    )
    assert response.status_code == 401
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_in_open_mode_any_page_may_try_it(hook_apps):
    app = hook_apps(cds_open=True)
    response = app.app.test_client().get("/cds-services", headers={"Origin": "https://sandbox.example.org"})
    assert response.headers["Access-Control-Allow-Origin"] == "https://sandbox.example.org"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_d3_cookies_have_no_say(hooks):
    client = hooks.app.test_client()
    client.set_cookie("session", "anything")
    response = client.post("/cds-services/previsit-patient-view", json=BODY)
    assert response.status_code == 401
    assert "Set-Cookie" not in response.headers


def test_a_fault_of_ours_is_one_sentence_and_a_reference(hooks, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("marker: Ada Quist")

    monkeypatch.setattr("cds.hooks.routes.answer", broken)
    response = hooks.post("patient-view", BODY)
    assert response.status_code == 500
    assert "reference" in response.json["error"]
    assert "RuntimeError at broken" in caplog.text
    assert "Quist" not in caplog.text + response.text


def test_the_whole_app_offers_the_services():
    app = create_app(demo_config("http://localhost:8000"))
    client = app.test_client()
    response = client.get("/cds-services", headers={"Origin": "https://sandbox.example.org"})
    check_discovery(response.json)
    assert response.headers["Access-Control-Allow-Origin"] == "https://sandbox.example.org"
    answered = client.post("/cds-services/previsit-patient-view", json=hook_request("patient-view", OPIOID))
    assert answered.status_code in (200, 412)
    assert client.post("/cds-services/unknown", json={}).json == {"error": "There is no such service."}
    assert client.put("/cds-services/previsit-patient-view").mimetype == "application/json"
    app.extensions["launch"].store.close()
