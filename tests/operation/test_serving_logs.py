"""The JSON logs of the app as it is served, after all that clinicians and EHRs do: nothing of a patient (D10, D29)."""

import json
import re
import threading
import time
from pathlib import Path

import pytest
import requests
from werkzeug.wrappers import Response

from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.cds.test_outcomes import serve_chart
from tests.launch.stub_ehr import StubEhr
from tests.served import KEY, SECRET, Served, form_token

POLICY = Path(__file__).parents[2] / "examples" / "policy.toml"
SCOPES = "launch openid fhirUser patient/*.rs patient/ServiceRequest.c patient/Task.c"
PATIENT = "skyler-redfern"
MARKERS = ("marker", "skyler", "redfern", "whitfield", "oxycodone", "buprenorphine", "heroin", "eyj")


@pytest.fixture
def ehr():
    stub = StubEhr()
    serve_chart(stub, PATIENT)
    stub.token["scope"] = SCOPES
    search = stub.answers["/fhir/ServiceRequest"]
    created = Response('{"resourceType": "ServiceRequest", "id": "made-MARKER"}', 201)
    stub.answers["/fhir/ServiceRequest"] = lambda: created if stub.asked[-1].method == "POST" else search
    task = Response('{"resourceType": "Task", "id": "task-MARKER"}', 201)
    empty = {"resourceType": "Bundle", "type": "searchset"}
    stub.answers["/fhir/Task"] = lambda: task if stub.asked[-1].method == "POST" else empty
    yield stub
    stub.close()


@pytest.fixture
def served(tmp_path, ehr):
    path = tmp_path / "ehrs.toml"
    path.write_text(
        f'[[issuer]]\niss = "{ehr.iss}"\nclient_id = "previsit"\nwrite = ["ServiceRequest", "Task"]\n'
    )
    settings = {"PREVISIT_ISSUERS": str(path), "PREVISIT_POLICY": str(POLICY)}
    with Served(tmp_path, f"sqlite:///{tmp_path}/app.sqlite3", ehr, **settings) as server:
        yield server


class Clinician:
    def __init__(self, served):
        self.served, (self.browser, self.handle) = served, served.launched()

    def get(self, path, **query):
        return self.browser.get(self._url(path), params=query, timeout=60)

    def post(self, path, **fields):
        data = {"form_token": form_token(self.handle)} | fields
        return self.browser.post(self._url(path), data=data, timeout=60)

    def _url(self, path):
        return f"{self.served.url}/visit/{self.handle}/{path}"


def look_and_record(clinician):
    shown = clinician.get("", as_of="querymarker")
    assert shown.status_code in (200, 400)
    assert "Redfern" in clinician.get("").text
    assert clinician.get("along").status_code == 200
    assert clinician.get("summary.pdf").content.startswith(b"%PDF")
    noted = clinician.post("outcomes", rule_id="PV-02", kind="declined", note="notemarker")
    assert noted.status_code == 200


def ask_a_form(clinician):
    page = clinician.get("screening/phq-2").text
    fields = dict(re.findall(r'name="(sitting|unanswered)" value="([^"]*)"', page))
    answers = dict.fromkeys(re.findall(r'type="radio" name="([\d-]+)" value="3"', page), "3")
    assert len(answers) == 2
    assert "PHQ-2: 6" in clinician.post("screening/phq-2", **fields, **answers, save="app").text
    assert clinician.post("screening/phq-2", **dict.fromkeys(answers, "marker")).status_code == 400


def refer(clinician):
    rule = "referrals/RF-02"
    page = clinician.get(rule).text
    key = re.findall(r'name="to" value="([0-9a-f]{16})"', page)[0]
    drafted = clinician.get(rule, to=key).text
    fields = dict(re.findall(r'name="(to|on|seen)" value="([^"]*)"', drafted))
    noted = clinician.post(f"{rule}/text", **fields | {"note": "notemarker"})
    assert "notemarker" in noted.text
    fields = dict(re.findall(r'name="(to|on|seen)" value="([^"]*)"', noted.text))
    sent = clinician.post(f"{rule}/send", **fields, note="notemarker")
    assert sent.status_code == 200, sent.text
    assert any(
        one.method == "POST" and one.path == "/fhir/ServiceRequest" for one in clinician.served.ehr.asked
    )


def hooks(served):
    body = hook_request("patient-view", OPIOID)
    body["context"]["patientId"] = "patient-marker"
    assert served.call(body, token="a.tokenmarker.c").status_code == 401
    assert served.call(body).status_code in (200, 412)
    answered = served.call(hook_request("patient-view", OPIOID))
    assert answered.json()["cards"]
    feedback = {
        "feedback": [
            {
                "card": "cardmarker",
                "outcome": "overridden",
                "overrideReason": {"userComment": "commentmarker"},
            }
        ]
    }
    requests.post(f"{served.hook_url(body)}/feedback", json=feedback, timeout=30)
    requests.post(served.hook_url(body), data=b'{"hook": "bodymarker', timeout=30)


def what_goes_wrong(served, clinician):
    """Faults write most: refused launches, an EHR that fails, replies that cannot be read."""
    url = served.url
    for path in (
        "/launch?iss=https://issmarker.example&launch=launchmarker",
        "/callback?code=codemarker&state=statemarker",
        "/callback?error=access_denied&error_description=errormarker&state=statemarker",
        "/nowhere/pathmarker?q=querymarker",
        "/visit/handlemarker/?as_of=querymarker",
        "/cds-services/servicemarker",
    ):
        assert (
            requests.get(f"{url}{path}", headers={"Cookie": "c=cookiemarker"}, timeout=30).status_code >= 400
        )
    ehr, kept = served.ehr, dict(served.ehr.answers)
    broken = json.dumps({"resourceType": "OperationOutcome", "issue": [{"diagnostics": "diagmarker"}]})
    strange = {
        "resourceType": "Bundle",
        "entry": [{"resource": {"resourceType": "Patient", "birthDate": {"m": "marker"}}}],
    }
    for answer in (Response(broken, 500), Response("<p>pagemarker</p>", 200), Response("", 401), strange):
        for path in kept:
            if path.startswith("/fhir/"):
                ehr.answers[path] = answer
        clinician.get("")
    ehr.answers |= kept
    ehr.answers["/auth/token"] = Response(json.dumps({"error": "x", "error_description": "tokenmarker"}), 400)
    begun = requests.get(
        f"{url}/launch", params={"iss": ehr.iss, "launch": "l"}, allow_redirects=False, timeout=30
    )
    failed = requests.get(
        f"{url}/callback?{ehr.authorize(begun.headers['Location'])}", cookies=begun.cookies, timeout=30
    )
    assert failed.status_code >= 400
    del ehr.answers["/auth/token"]


def lines(said):
    """Every line is JSON: what prints something else goes past the one place that knows what may be said."""
    return [json.loads(line) for line in said.splitlines() if line.strip()]


def test_d10_d29_a_day_of_everything_leaves_nothing_of_a_patient_in_the_log(served):
    clinician = Clinician(served)
    look_and_record(clinician)
    ask_a_form(clinician)
    refer(clinician)
    hooks(served)
    what_goes_wrong(served, clinician)
    assert clinician.post("../../logout").status_code < 500
    said = served.said()
    told = lines(said)
    messages = " ".join(line["message"] for line in told)
    for expected in (
        "screening kept: phq-2",
        "referral sent: RF-02",
        "launch stopped: state_unknown",
        "not trusted",
    ):
        assert expected in messages
    assert [mark for mark in MARKERS if mark in said.lower()] == []
    for secret in (SECRET, KEY, clinician.handle, *(cookie.value for cookie in clinician.browser.cookies)):
        assert secret not in said
    assert "Traceback" not in said
    assert {line.get("request", "") for line in told} > {""}


def test_a_request_under_way_is_finished_when_the_server_is_told_to_stop(served):
    """SIGTERM, as a service manager or a container sends it: the sign-in that the EHR is slow with still ends well."""
    served.ehr.pause = 3.0
    answers, asked = [], len(served.ehr.to("/auth/token"))
    browser = threading.Thread(target=lambda: answers.append(served.launched()))
    browser.start()
    while len(served.ehr.to("/auth/token")) == asked:
        time.sleep(0.05)
    served.process.terminate()
    begun = time.monotonic()
    browser.join(30)
    assert [bool(handle) for _, handle in answers] == [True]
    assert served.process.wait(15) == 0
    assert time.monotonic() - begun < 12
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{served.url}/healthz", timeout=5)
    assert "Traceback" not in served.said()
