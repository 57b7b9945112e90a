"""The same chart gives the same guidance through prefetch, through a bundle, and through FHIR."""

import json
from argparse import Namespace
from datetime import date

import pytest
from cryptography.fernet import Fernet
from flask import Flask

from cds.hooks.command import hook_command
from cds.hooks.gathering import gather
from cds.hooks.requests import read_request
from cds.hooks.services import services_for
from cds.summary import case_of, summarize
from chart.fhir import FhirServer
from chart.reader import read_bundle
from config import BadSetting, from_environment
from rules.catalogue import RULES
from rules.policy import Policy
from rules.rule import Hook, Status
from sandbox.patients import PATIENTS
from tests.cds.hooks.hook_json import OPIOID, draft, hook_request, prefetch
from tests.cds.hooks.validator import check_response
from tests.chart.fhir_json import bundle

TODAY = date(2026, 3, 2)
REAL = services_for(RULES)
LORAZEPAM = {"text": "lorazepam 1 MG Oral Tablet"}
VIEW = REAL["previsit-patient-view"]


def bundled(make):
    resources = [entry["resource"] for entry in make(TODAY).bundle["entry"]]
    return next(r for r in resources if r["resourceType"] == "Patient"), resources


def asked_for(patient, resources, hook="patient-view"):
    body = hook_request(hook, context={"patientId": patient["id"]})
    sent = prefetch(hook, *resources, services=REAL)
    # Observations come by category; the three keys share them out, as a server would.
    return {**body, "prefetch": {**sent, "patient": patient}}


def told(summary):
    return {
        a.rule.id: (a.status, a.priority, [r.text for r in a.guidance.reasons]) for a in summary.assessments
    }


@pytest.mark.parametrize("make", PATIENTS, ids=lambda make: make.__name__)
def test_prefetch_and_bundle_tell_the_same(make):
    patient, resources = bundled(make)
    here = [rule for rule in RULES if Hook.PATIENT_VIEW in rule.hooks]
    from_bundle = summarize(case_of(read_bundle(make(TODAY).bundle, TODAY), Policy()), tuple(here))
    chart = gather(read_request(asked_for(patient, resources), VIEW), VIEW, TODAY).chart
    assert told(summarize(case_of(chart, Policy()), VIEW.rules)) == told(from_bundle)


@pytest.mark.parametrize("make", PATIENTS[:6], ids=lambda make: make.__name__)
def test_fetched_and_prefetched_tell_the_same(make, stub):
    patient, resources = bundled(make)
    for resource in resources:
        stub.records.setdefault(resource["resourceType"], []).append(resource)
    stub.records["Patient"] = [patient]
    body = asked_for(patient, resources)
    sent = gather(read_request(body, VIEW), VIEW, TODAY).chart
    server = FhirServer(stub.base, stub.valid_token, allow_insecure_loopback=True)
    with Flask("hooks").app_context():  # what is read is written down for the request it is read in
        fetched = gather(read_request({**body, "prefetch": {}}, VIEW), VIEW, TODAY, server).chart
    first, second = (summarize(case_of(chart, Policy()), VIEW.rules) for chart in (sent, fetched))
    assert {a.rule.id: a.status for a in first.assessments} == {
        a.rule.id: a.status for a in second.assessments
    }


@pytest.mark.parametrize("hook", ["patient-view", "encounter-start", "appointment-book"])
@pytest.mark.parametrize("make", PATIENTS, ids=lambda make: make.__name__)
def test_every_practice_patient_through_every_visit_hook(hook_apps, make, hook):
    patient, resources = bundled(make)
    app = hook_apps(rules=RULES)
    body = asked_for(patient, resources, hook)
    cards = app.cards(body)
    speaking = {rule for card in cards for rule in card["extension"]["org.previsit.rules"]}
    service = REAL[f"previsit-{hook}"]
    chart = gather(read_request(body, service), service, TODAY).chart
    summary = summarize(case_of(chart, Policy()), service.rules)
    assert {a.rule.id for a in summary.assessments if a.status is Status.INDICATED} <= speaking


# The command


def run(tmp_path, body, service="patient-view", as_of=TODAY):
    file = tmp_path / "request.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body))
    return hook_command(
        Namespace(service=service, request=str(file), as_of=as_of, policy=None), date(2030, 1, 1)
    )


@pytest.mark.parametrize("service", ["patient-view", "previsit-patient-view"])
def test_the_command_answers_from_a_file(tmp_path, capsys, service):
    patient, resources = bundled(PATIENTS[0])
    body = asked_for(patient, resources)
    assert run(tmp_path, body, service) == 0
    answer = json.loads(capsys.readouterr().out)
    check_response(answer, body)
    assert answer["cards"]


def test_the_command_takes_the_day_it_is_given(tmp_path, capsys):
    body = hook_request("patient-view", OPIOID, prefetch=prefetch("patient-view", OPIOID, services=REAL))
    said = [run(tmp_path, body, as_of=day) or capsys.readouterr().out for day in (TODAY, date(2026, 12, 1))]
    assert said[0] != said[1]


@pytest.mark.parametrize(
    ("body", "service", "said"),
    [
        ("{", "patient-view", "is not JSON"),
        ("{}", "patient-view", "answers the hook patient-view"),
        ("{}", "unknown", "There is no service unknown"),
        (hook_request("patient-view", prefetch=None), "patient-view", "was not sent and could not be read"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, capsys, body, service, said):
    assert run(tmp_path, body, service) == 1
    assert said in capsys.readouterr().err


# Settings


@pytest.fixture
def environ(tmp_path):
    (tmp_path / "issuers.toml").write_text('[[issuer]]\niss = "https://a.example/fhir"\nclient_id = "x"\n')
    return {
        "PREVISIT_SECRET_KEY": "x" * 32,
        "PREVISIT_TOKEN_KEYS": Fernet.generate_key().decode(),
        "PREVISIT_PUBLIC_URL": "https://previsit.example.org",
        "PREVISIT_ISSUERS": str(tmp_path / "issuers.toml"),
    }


def test_clients_and_open_mode_come_from_settings(tmp_path, environ):
    file = tmp_path / "clients.toml"
    file.write_text(
        '[[client]]\niss = "https://ehr.example.org"\njwks_url = "https://ehr.example.org/jwks"\n'
    )
    chosen = {"PREVISIT_CDS_CLIENTS": str(file), "PREVISIT_CDS_OPEN": "1", "PREVISIT_CDS_MAX_CARDS": "3"}
    config = from_environment(environ | chosen)
    assert [client.iss for client in config.cds_clients] == ["https://ehr.example.org"]
    assert (config.cds_open, config.cds_max_cards) == (True, 3)


def test_without_settings_nobody_may_call(environ):
    config = from_environment(environ)
    assert (config.cds_clients, config.cds_open) == ((), False)


def test_a_bad_client_stops_the_start(tmp_path, environ):
    with pytest.raises(BadSetting, match="PREVISIT_CDS_CLIENTS cannot be used"):
        from_environment(environ | {"PREVISIT_CDS_CLIENTS": str(tmp_path / "missing.toml")})


# Orders, by the rules of the real catalogue


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
@pytest.mark.parametrize("make", PATIENTS, ids=lambda make: make.__name__)
def test_every_practice_patient_through_the_order_hooks(hook_apps, make, hook):
    patient, resources = bundled(make)
    body = asked_for(patient, resources, hook)
    about = {"subject": {"reference": f"Patient/{patient['id']}"}}
    drafts = [draft(days=14, **about), draft("d2", medicationCodeableConcept=LORAZEPAM, **about)]
    body["context"] |= {"draftOrders": bundle(*drafts), "selections": ["MedicationRequest/d1"]}
    app = hook_apps(rules=RULES, cds_max_cards=20)
    cards = app.cards(body)
    speaking = {rule for card in cards for rule in card["extension"]["org.previsit.rules"]}
    is_at_end_of_life = make.__name__ in ("ingeborg_halvorsen", "xiomara_delacroix")
    assert ("OR-11" in speaking) == (not is_at_end_of_life)
    service = REAL[f"previsit-{hook}"]
    gathered = gather(read_request(body, service), service, TODAY)
    summary = summarize(case_of(gathered.chart, Policy()), service.rules)
    assert {a.rule.id for a in summary.assessments if a.status is Status.INDICATED} <= speaking


@pytest.mark.parametrize("medicine", ["amoxicillin 500 mg capsule", "lisinopril 10 mg tablet"])
@pytest.mark.parametrize("make", PATIENTS[:8], ids=lambda make: make.__name__)
def test_other_orders_stay_quiet(hook_apps, make, medicine):
    patient, resources = bundled(make)
    body = asked_for(patient, resources, "order-sign")
    about = {"subject": {"reference": f"Patient/{patient['id']}"}}
    body["context"]["draftOrders"] = bundle(draft(medicationCodeableConcept={"text": medicine}, **about))
    assert hook_apps(rules=RULES).cards(body) == []
