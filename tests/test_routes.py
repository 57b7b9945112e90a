"""Every page of the app declares who may see it, and what is not public is refused without a sign-in (D23, A5.11)."""

import dataclasses

import pytest

from app import create_app
from config import demo_config

# What anyone may ask, each for its reason. A new route that is not here must refuse strangers.
PUBLIC = {
    "static": "the style sheet",
    "launch.launch_from_ehr": "a launch begins; unknown EHRs are refused in it",
    "launch.launch_standalone": "likewise",
    "launch.callback": "a launch ends; bound to the browser that began it",
    "launch.jwks": "our public keys",
    "cds.healthz": "whether it runs",
    "screening.questionnaire": "the published text of a form, without answers",
    "hooks.discovery": "the list of services",
    "hooks.preflight": "what a browser asks before it calls",
    "hooks.preflight_discovery": "likewise",
    "hooks.elsewhere": "there is nothing there",
}
PUBLIC_WORDS = ("health", "ready", "metrics")  # operation, which D30 holds to naming no patient
ARGUMENTS = {"handle": "x", "form_id": "peg", "serial": 1, "service_id": "previsit-patient-view"}


@pytest.fixture(scope="module")
def app():
    return create_app(dataclasses.replace(demo_config("http://127.0.0.1:8000"), cds_open=False))


def guarded(app):
    for rule in app.url_map.iter_rules():
        is_public = rule.endpoint in PUBLIC or any(word in rule.endpoint for word in PUBLIC_WORDS)
        if not is_public:
            yield from ((rule, method) for method in sorted(rule.methods - {"HEAD", "OPTIONS"}))


def test_d23_what_is_not_public_refuses_whoever_is_not_signed_in(app):
    client, let_in = app.test_client(), []
    for rule, method in guarded(app):
        with app.test_request_context():
            address = rule.build(
                {name: ARGUMENTS.get(name, "x") for name in rule.arguments}, append_unknown=False
            )[1]
        body = {"json": {}} if rule.endpoint.startswith("hooks.") else {"data": {}}
        answer = client.open(address, method=method, **body if method == "POST" else {})
        if answer.status_code not in (401, 403, 405):
            let_in.append((rule.endpoint, method, answer.status_code))
        assert "MME" not in answer.text
    assert let_in == []


def test_d23_the_public_pages_are_those_that_are_there(app):
    there = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(PUBLIC) <= there
    assert {"cds.visit", "outcomes.record", "launch.logout"} <= {rule.endpoint for rule, _ in guarded(app)}
