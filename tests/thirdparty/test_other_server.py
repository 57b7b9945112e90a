"""The app against a FHIR server that is not ours: through fetch, page and hooks, the same answers as from the file.

That server ignores search parameters it does not know, and so answers a search for one patient's questionnaires with
everybody's. The app must notice: where only others' came, what this patient has is not known.
"""

import json
from datetime import date
from pathlib import Path

import pytest
from werkzeug.wrappers import Request, Response

from app import create_app
from cds.summary import case_of, summarize
from cds.types_read import TYPES_READ, as_nothing_known
from chart.fhir import FhirServer, read_record
from chart.reader import read_bundle, read_chart
from config import Config
from launch.issuers import IssuerRegistration
from rules.catalogue import RULES
from rules.policy import Policy
from rules.rule import Status
from sandbox.patients import PATIENTS
from tests.cds.hooks.hook_app import HookApp, signing_client
from tests.cds.hooks.hook_json import hook_request
from tests.cds.recorded import KEY, SECRET
from tests.databases import made
from tests.journeys.ehr_server import running_ehr
from tests.journeys.page_text import text
from tests.launch.stub_ehr import StubEhr
from tests.thirdparty.conftest import TODAY
from tests.thirdparty.other_server import TOKEN

REAL = sorted((Path(__file__).parents[3] / "shared" / "real" / "synthea").glob("*.json"))
MIXED_UP = "Questionnaire answers could not be read (the EHR answered with another patient's records)"
patients = pytest.mark.parametrize("make", PATIENTS, ids=lambda make: make.__name__)


def fetched(server, patient_id, as_of=TODAY):
    read_from = FhirServer(server.base, TOKEN, allow_insecure_loopback=True)
    raw = read_record(read_from, patient_id, TYPES_READ, as_of=as_of, is_granted=lambda kind: True)
    told = {"unavailable": raw.unavailable, "set_aside": raw.set_aside, "sources": raw.sources}
    chart = read_chart(raw.resources, as_of, patient_id=patient_id, asked_for=TYPES_READ, **told)
    return as_nothing_known(chart)


def answers(chart):
    summary = summarize(case_of(chart, Policy()))
    return {
        a.rule.id: (a.status, a.priority, tuple(r.text for r in a.guidance.reasons))
        for a in summary.assessments
    }


@patients
def test_fetched_tells_what_the_file_tells(other_server, make):
    practice = make(TODAY)
    chart = fetched(other_server, practice.id)
    there, here = answers(chart), answers(as_nothing_known(read_bundle(practice.bundle, TODAY)))
    assert {gap.resource_type for gap in chart.unavailable if gap.reason == MIXED_UP} == {
        gap.resource_type for gap in chart.unavailable if gap.resource_type == "QuestionnaireResponse"
    }
    different = {rule: answer for rule, answer in there.items() if answer != here[rule]}
    for rule, (status, _, reasons) in different.items():
        assert MIXED_UP in " ".join(reasons) or MIXED_UP[15:] in " ".join(reasons), rule
        assert status in (Status.UNDETERMINED, here[rule][0]), rule


def test_another_patients_answers_are_noticed(other_server):
    charts = [fetched(other_server, make(TODAY).id) for make in PATIENTS]
    own = [{q.id for q in chart.questionnaire_responses} for chart in charts]
    assert any(own)
    assert sum(map(len, own)) == len(set().union(*own))  # nobody has another's
    assert all(any("another patient" in s.reason for s in chart.set_aside) for chart in charts)
    assert any(gap.reason == MIXED_UP for chart in charts for gap in chart.unavailable)


@patients
def test_hooks_that_fetch_there_say_what_is_due(other_server, tmp_path, make):
    app = HookApp(signing_client(tmp_path, fhir_servers=(other_server.base,)), rules=RULES)
    granted = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "patient/*.read",
        "subject": "x",
    }
    context = {"userId": "Practitioner/1", "patientId": make(TODAY).id}
    body = hook_request("patient-view", context=context, prefetch={})
    body |= {"fhirServer": other_server.base, "fhirAuthorization": granted}
    cards = app.cards(body)
    due = {
        rule
        for rule, (status, *_) in answers(fetched(other_server, make(TODAY).id)).items()
        if status is Status.INDICATED
    }
    speaking = {rule for card in cards for rule in card["extension"]["org.previsit.rules"]}
    on_hook = {rule.id for rule in RULES if "patient-view" in {hook.value for hook in rule.hooks}}
    # Opening an empty chart is worth no card (decision 13); the page says that nothing came.
    has_records = [r for r in app_resources(make) if r["resourceType"] != "Appointment"]
    assert due & on_hook <= speaking or not has_records
    app.close()


def app_resources(make):
    return [e["resource"] for e in make(TODAY).bundle["entry"] if e["resource"]["resourceType"] in TYPES_READ]


@pytest.fixture
def gateway(other_server):
    """An EHR's front: its own sign-in, the other server's records behind the token it gave."""
    ehr = StubEhr()
    http = other_server.session()

    def answer(environ, start):
        request = Request(environ)
        if request.path.startswith("/fhir/.well-known"):
            body = ehr.configuration()
            return Response(json.dumps(body), mimetype="application/json")(environ, start)
        assert request.headers["Authorization"] == "Bearer access-1"
        found = http.get(f"{other_server.base}{request.full_path.removeprefix('/fhir')}", timeout=30)
        return Response(found.content, found.status_code, mimetype=found.headers["Content-Type"])(
            environ, start
        )

    with running_ehr(answer) as origin:
        yield ehr, f"{origin}/fhir"
    ehr.close()


@patients
def test_the_page_of_a_launch_shows_what_is_due(other_server, gateway, tmp_path, make):
    ehr, iss = gateway
    patient = make(TODAY).id
    ehr.token |= {"patient": patient, "access_token": "access-1", "refresh_token": None}
    page = opened(ehr, iss, f"sqlite:///{tmp_path}/app.sqlite3")
    chart = fetched(other_server, patient, date.today())
    shown = " ".join(text(page).split())
    due = [rule for rule, (status, *_) in answers(chart).items() if status is Status.INDICATED]
    assert [rule for rule in due if f'id="{rule}"' not in page] == []
    assert str(case_of(chart, Policy()).mme) in shown
    assert ("another patient's records" in shown) == (MIXED_UP in {gap.reason for gap in chart.unavailable})


def opened(ehr, iss, database):
    """The page of one launch, as a browser gets it."""
    hosts = frozenset({ehr.origin.removeprefix("http://")})
    registration = IssuerRegistration(iss, "previsit", allowed_hosts=hosts)
    settings = {"database_url": made(database), "allow_insecure_loopback": True}
    app = create_app(Config(SECRET, (KEY,), "https://previsit.example.org", (registration,), **settings))
    browser = app.test_client()
    begun = browser.get("/launch", query_string={"iss": iss, "launch": "l"})
    landed = browser.get(f"/callback?{ehr.authorize(begun.location)}")
    page = browser.get(landed.location)
    assert page.status_code == 200
    return page.text


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="the public bundles are not beside the checkout")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name.split("_")[0])
def test_real_records_fetched_tell_what_the_file_tells(other_server, path):
    bundle = json.loads(path.read_text())
    resources = [entry["resource"] for entry in bundle["entry"]]
    patient = next(r["id"] for r in resources if r["resourceType"] == "Patient")
    other_server.load(
        r for r in referring_by_id(bundle) if r["resourceType"] in TYPES_READ or r["id"] == patient
    )
    there, here = fetched(other_server, patient), as_nothing_known(read_bundle(bundle, TODAY))
    assert case_of(there, Policy()).mme.total == case_of(here, Policy()).mme.total
    assert [m.id for m in there.medication_requests] == [m.id for m in here.medication_requests]


def referring_by_id(bundle):
    """The resources as a server keeps them: urn:uuid references become Type/id."""
    text = json.dumps([entry["resource"] for entry in bundle["entry"]])
    for entry in bundle["entry"]:
        if entry["fullUrl"].startswith("urn:uuid:"):
            text = text.replace(
                entry["fullUrl"], f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
            )
    return json.loads(text)
