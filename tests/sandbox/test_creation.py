"""Resources written by an app: within its scope, about its patient, in proper shape."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sandbox.practice import FHIR, concept, resource

WRITE = "launch patient/*.rs patient/ServiceRequest.c patient/Task.c patient/Observation.c"


def referral(patient="anna", **more):
    usual = {"status": "draft", "intent": "proposal", "code": {"text": "Behavioral health"}}
    return {k: v for k, v in resource("ServiceRequest", "mine", patient, **usual | more).items() if k != "id"}


@pytest.fixture
def token(practice):
    return practice.tokens(scope=WRITE)


def test_a_draft_referral_is_created_and_found(practice, token):
    answer = practice.post("ServiceRequest", referral(), token)
    assert answer.status_code == 201
    made = answer.json
    assert answer.headers["Location"] == f"{FHIR}/ServiceRequest/{made['id']}"
    assert made["meta"]["versionId"] == "1"
    assert practice.get(f"ServiceRequest/{made['id']}", token).json == made
    assert practice.get("ServiceRequest?patient=anna&status=draft", token).json["total"] == 1


def test_the_server_chooses_the_id(practice, token):
    made = practice.post("ServiceRequest", referral() | {"id": "mine"}, token).json
    assert made["id"] != "mine"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (referral("ben"), 403),
        (referral("nobody"), 422),
        (referral(None), 422),
        (referral(status=None), 422),
        (referral(intent=[]), 422),
        (referral(colour="red"), 422),
        (referral(contained=[{"resourceType": "Nothing"}]), 422),
        (referral() | {"resourceType": "Task"}, 400),
        ({}, 400),
        ([], 400),
        ("text", 400),
    ],
)
def test_what_is_not_in_order_is_refused(practice, token, body, status):
    answer = practice.post("ServiceRequest", body, token)
    assert answer.status_code == status
    assert answer.json["resourceType"] == "OperationOutcome"
    assert practice.store.all("ServiceRequest") == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"<html>", b"[" * 2000, b'{"resourceType": "ServiceRequest", "a": NaN}']
)
def test_what_is_not_json_is_refused(practice, token, body):
    headers = {"Authorization": f"Bearer {token['access_token']}", "Content-Type": "application/fhir+json"}
    assert practice.http.post("/fhir/ServiceRequest", data=body, headers=headers).status_code == 400


def test_other_content_types_are_refused(practice, token):
    answer = practice.post("ServiceRequest", referral(), token, **{"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_a_body_too_large_is_refused(practice, token):
    assert practice.post("ServiceRequest", referral(note="x" * 3_000_000), token).status_code == 413


@pytest.mark.parametrize(
    ("kind", "scope", "status"),
    [
        ("ServiceRequest", "launch patient/*.rs", 403),
        ("ServiceRequest", "launch patient/ServiceRequest.write", 201),
        ("ServiceRequest", "launch patient/Task.c", 403),
        ("Condition", WRITE, 405),
    ],
)
def test_creating_needs_the_scope_for_the_type(practice, kind, scope, status):
    token = practice.tokens(scope=scope)
    assert practice.post(kind, referral() | {"resourceType": kind}, token).status_code == status


def test_if_none_exist_finds_what_is_already_there(practice, token):
    """C2.9: a repeated write makes no second record."""
    body = referral(identifier=[{"system": "http://app", "value": "1"}])
    condition = {"If-None-Exist": "identifier=http://app|1"}
    first = practice.post("ServiceRequest", body, token, **condition)
    second = practice.post("ServiceRequest", body, token, **condition)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["id"] == second.json["id"]
    practice.post("ServiceRequest", body, token)
    assert practice.post("ServiceRequest", body, token, **condition).status_code == 412


@pytest.mark.parametrize(
    ("reason", "status"),
    [("Observation/none", 422), ("Condition/bens", 422), ("Condition/annas", 201), ("urn:uuid:1", 201)],
)
def test_what_it_points_to_must_be_here_and_this_patients(practice, token, reason, status):
    for owner in ("anna", "ben"):
        practice.store.add(resource("Condition", f"{owner}s", owner, code=concept("F11.20")))
    body = referral(reasonReference=[{"reference": reason}])
    assert practice.post("ServiceRequest", body, token).status_code == status


def test_the_same_write_twice_at_once_makes_one_record(practice, token):
    """C2.9: a double click."""
    body = referral(identifier=[{"system": "http://app", "value": "1"}])
    condition = {"If-None-Exist": "identifier=http://app|1"}
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(practice.post, "ServiceRequest", body, token, **condition) for _ in range(8)]
    assert sorted(one.result().status_code for one in sent) == [200] * 7 + [201]
    assert len(practice.store.all("ServiceRequest")) == 1


def test_tasks_and_observations_too(practice, token):
    task = {
        "resourceType": "Task",
        "status": "draft",
        "intent": "order",
        "for": {"reference": "Patient/anna"},
    }
    assert practice.post("Task", task, token).status_code == 201
    score = {"resourceType": "Observation", "status": "final", "code": concept("44261-6"), "valueInteger": 9}
    score["subject"] = {"reference": "Patient/anna"}
    assert practice.post("Observation", score, token).status_code == 201
