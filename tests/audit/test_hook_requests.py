"""What is written down of hook calls and feedback: by service and client, answered or refused (D11, B3.10)."""

import pytest
from flask import Flask
from sqlalchemy import select

from audit import codes
from audit.wiring import init_audit
from cds.hooks.parts import init_hooks
from storage.tables.audit import events
from tests.audit.balp import check_event, details, of_type
from tests.audit.chains import as_owner
from tests.audit.clinic import act_of
from tests.cds.hooks.hook_app import HookApp, signing_client
from tests.cds.hooks.hook_json import OPIOID, hook_request

VISIT = hook_request("patient-view", OPIOID)
MARKER = "SECRETMARKER"


class AuditedHooks(HookApp):
    """The hook services with the trail before them, as app.py puts it."""

    def __init__(self, *clients, **settings):
        super().__init__(*clients, **settings)
        self.app = Flask("hooks")
        self.app.extensions["policy"] = None
        init_audit(self.app, self.config, clock=lambda: self.now)
        init_hooks(self.app, self.config, clock=lambda: self.now)
        self.hooks = self.app.extensions["hooks"]
        self.trail = self.app.extensions["audit"]

    def bodies(self):
        import json

        with self.trail.engine.connect() as db:
            return [json.loads(b) for b in db.execute(select(events.c.body).order_by(events.c.seq)).scalars()]


@pytest.fixture
def hooks(tmp_path):
    app = AuditedHooks(signing_client(tmp_path))
    yield app
    app.close()


def test_a_call_that_is_answered(hooks):
    assert hooks.post("patient-view", VISIT).status_code == 200
    (body,) = hooks.bodies()
    check_event(body)
    assert (act_of(body), body["outcome"]) == ("hook-called", "0")
    said = details(body)
    assert said["service"] == "previsit-patient-view"
    assert int(said["cards"]) >= 0
    user, ehr, _ = body["agent"]
    assert user["who"]["reference"].endswith(VISIT["context"]["userId"])
    assert ehr["who"]["identifier"]["value"] == "https://ehr.example.org"
    (patient,) = of_type(body, codes.PERSON)
    assert patient["what"]["reference"].endswith(f"/Patient/{VISIT['context']['patientId']}")


REFUSED = {
    "no token": ({"headers": {"Authorization": ""}}, 401, "not trusted: no bearer JWT", "not known"),
    "an old token": ({"claims": {"exp": 1}}, 401, "not trusted: claims refused: exp, life", "https://ehr.example.org"),
    "another's token": ({"claims": {"iss": "https://other.example"}}, 401, "not trusted: unknown issuer", "not known"),
    "not JSON": ({"body": b"{" + MARKER.encode()}, 400, "400", "https://ehr.example.org"),
    "too little sent": ({"body": {**VISIT, "prefetch": {}}}, None, None, "https://ehr.example.org"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_call_that_is_refused(hooks, case):
    how, status, why, client = REFUSED[case]
    token = hooks.token(hooks.url("patient-view"), **how.get("claims", {}))
    answer = hooks.post("patient-view", how.get("body", VISIT), token=token, headers=how.get("headers", {}))
    (body,) = hooks.bodies()
    check_event(body)
    assert act_of(body) == "hook-called"
    assert details(body)["service"] == "previsit-patient-view"
    who = body["agent"][1]["who"]
    assert who.get("identifier", {}).get("value") == client or who == {"display": client}
    assert MARKER not in str(body)
    if status:
        assert (answer.status_code, body["outcomeDesc"]) == (status, why)
        assert ("refused" in [c["code"] for c in body["subtype"]]) is (status == 401)


def test_feedback(hooks):
    sent = {"card": "00000000-0000-4000-8000-000000000001", "outcome": "overridden"}
    item = sent | {"outcomeTimestamp": "2026-03-02T09:00:00Z", "overrideReason": {"userComment": MARKER}}
    assert hooks.post("patient-view", {"feedback": [item]}, suffix="/feedback").status_code == 200
    (body,) = hooks.bodies()
    check_event(body)
    assert act_of(body) == "feedback-given"
    assert (details(body)["items"], details(body)["overridden"]) == ("1", "1")
    assert MARKER not in str(body)


def test_d13_without_its_record_a_call_is_not_answered(hooks):
    """The database answers the token's one use, but not the audit: 503 in JSON, and no card."""
    as_owner(hooks.trail, "DROP TABLE audit_event")
    answer = hooks.post("patient-view", VISIT)
    assert (answer.status_code, answer.json) == (503, {"error": "The service cannot answer now."})
    assert answer.headers["Retry-After"] == "30"


def test_who_asks_too_often_and_who_asks_beforehand_fill_no_trail(hooks):
    client = hooks.app.test_client()
    assert client.options("/cds-services/previsit-patient-view").status_code == 204
    assert client.get("/cds-services").status_code == 200
    assert hooks.bodies() == []
