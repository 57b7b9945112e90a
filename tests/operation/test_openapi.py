"""docs/openapi.json says what the JSON endpoints do: held by requests made from it, and by the routes of the app."""

import json
import re
from pathlib import Path

import pytest
import schemathesis
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import create_app
from config import Config
from launch.issuers import IssuerRegistration
from launch.keys import SigningKey
from tests.cds.hooks.hook_app import EC, signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.databases import made

ROOT = Path(__file__).parents[2]
RAW = json.loads((ROOT / "docs" / "openapi.json").read_text())
METRICS = "a metrics token of more than 32 characters"
OPERATIONS = [(method, path) for path, known in RAW["paths"].items() for method in known]
# Pages, and what leads from one to another: they answer people and speak HTML.
PAGES = ("/launch", "/standalone", "/callback", "/logout", "/visit/", "/static/")
# As schemathesis reads answers of an app in its own process: it unpacks none.
PLAIN = {"Accept-Encoding": "identity", "Authorization": f"Bearer {METRICS}"}
HELD = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUIET = settings(
    max_examples=40,
    derandomize=True,  # the same requests everywhere
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def application(folder, **changes):
    key = SigningKey(EC.thumbprint(), "ES384", EC)
    issuer = IssuerRegistration("https://ehr.example.org/fhir", "previsit", "private_key_jwt", keys=(key,))
    keys = (Fernet.generate_key().decode(),)
    known = {"metrics_token": METRICS, "public_url": "https://previsit.example.org", "issuers": (issuer,)}
    database = made(f"sqlite:///{folder}/app.sqlite3")
    config = Config("x" * 40, keys, database_url=database, **known | changes)
    return create_app(config)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """In the open mode of a sandbox, so that calls come further than the door."""
    made_app = application(tmp_path_factory.mktemp("open"), cds_open=True)
    yield made_app
    made_app.extensions["storage"].dispose()


@pytest.fixture(scope="module")
def schema(app):
    loaded = schemathesis.openapi.from_dict(RAW)
    loaded.app = app
    return loaded


def fitting(case):
    """The hook that its service answers: most requests would otherwise end at that first question."""
    if isinstance(case.body, dict) and "hook" in case.body and "service_id" in (case.path_parameters or {}):
        case.body["hook"] = str(case.path_parameters["service_id"]).removeprefix("previsit-")
    return case


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=lambda value: value)
def test_the_app_answers_as_the_file_says(method, path, schema):
    seen = set()

    @QUIET
    @given(case=schema[path][method.upper()].as_strategy())
    def ask(case):
        response = fitting(case).call(headers=PLAIN)
        seen.add(response.status_code)
        case.validate_response(response, checks=HELD)

    ask()
    assert seen
    if method == "get" and "{" not in path:
        assert seen == {200}


def test_what_is_asked_comes_as_far_as_the_chart(schema):
    """Requests made from the file are taken for hook requests, and not refused at the first look."""
    seen = []

    @QUIET
    @given(case=schema["/cds-services/{service_id}"]["POST"].as_strategy())
    def ask(case):
        case.path_parameters["service_id"] = "previsit-patient-view"
        seen.append(fitting(case).call(headers=PLAIN).status_code)

    ask()
    assert {200, 412} & set(seen)


@pytest.mark.parametrize("hook", ["patient-view", "order-sign"])
def test_cards_are_as_the_file_says(schema, hook):
    operation = schema["/cds-services/{service_id}"]["POST"]
    case = operation.Case(
        path_parameters={"service_id": f"previsit-{hook}"},
        body=hook_request(hook, OPIOID),
        media_type="application/json",
    )
    response = case.call(headers=PLAIN)
    assert response.status_code == 200
    assert hook != "patient-view" or response.json()["cards"]
    case.validate_response(response, checks=HELD)


def test_refusals_are_as_the_file_says(tmp_path, schema):
    """With a client that must sign its calls, and limits that are reached."""
    app = application(tmp_path, cds_clients=(signing_client(tmp_path),), requests_a_minute=3)
    client, operation = app.test_client(), schema["/cds-services/{service_id}"]["POST"]
    case = operation.Case(
        path_parameters={"service_id": "previsit-patient-view"}, body={}, media_type="application/json"
    )
    seen = []
    for _ in range(4):
        response = case.call(app=app, headers={"Accept-Encoding": "identity"})
        seen.append(response.status_code)
        case.validate_response(response, checks=HELD)
    assert seen == [401, 401, 401, 429]
    assert client.get("/metrics").status_code == 401
    app.extensions["storage"].dispose()


def test_every_route_that_answers_with_no_page_is_in_the_file(app):
    """A route that is added is a page, is in the file, or belongs to an address that is."""
    missing = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        leads_elsewhere = rule.endpoint in ("hooks.elsewhere", "hooks.preflight")
        if not path.startswith(PAGES) and path not in RAW["paths"] and not leads_elsewhere:
            missing.append(path)
    assert missing == []
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert set(RAW["paths"]) <= routes


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", "/.well-known/jwks.json", "/cds-services"]
)
def test_d30_what_anyone_or_a_monitor_may_ask_names_no_patient_no_ehr_and_no_version(app, path):
    said = app.test_client().get(path, headers={"Authorization": f"Bearer {METRICS}"})
    assert said.status_code == 200
    assert "ehr.example.org" not in said.text + str(said.headers)
    assert not re.search(r"(werkzeug|gunicorn|python|flask)/\d", str(said.headers), re.IGNORECASE)
