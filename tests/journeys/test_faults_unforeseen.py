"""Faults that nobody foresaw, and what is logged of any visit: nothing of the patient, nothing of the sign-in."""

import logging
import re
from urllib.parse import parse_qsl, urlsplit

import orjson
import pytest
import requests

from cds.page import page_of
from tests.journeys import faults
from tests.journeys.faulty_clinic import clinic_at_work
from tests.journeys.page_text import text
from tests.journeys.test_faults_of_sign_in import REFERENCE, check_protected, grants_end, tokens_end
from tests.sandbox.practice import bundle

PATIENT = "marker-patient-id"
MARKERS = ("Markername", "MRNMARKER", "Markerdrug", "markerward", PATIENT, "1961-02-03")
PERSON = {
    "resourceType": "Patient",
    "id": PATIENT,
    "name": [{"text": "Zora Markername"}],
    "birthDate": "1961-02-03",
    "identifier": [{"type": {"coding": [{"code": "MR"}]}, "system": "urn:markerward", "value": "MRNMARKER"}],
}
ORDER = {
    "resourceType": "MedicationRequest",
    "id": "order-1",
    "status": "active",
    "intent": "order",
    "subject": {"reference": f"Patient/{PATIENT}"},
    "medicationCodeableConcept": {"text": "Oxycodone Markerdrug 5 mg tablet"},
    "authoredOn": "2026-01-02",
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    data = tmp_path_factory.mktemp("data")
    (data / "markers.json").write_bytes(orjson.dumps(bundle([PERSON, ORDER])))
    with clinic_at_work(data) as running:
        yield running


@pytest.fixture(autouse=True)
def _mended(clinic):
    yield
    clinic.mend()


@pytest.fixture
def browser():
    with requests.Session() as session:
        session.trust_env = False
        yield session


class Logged:
    """Everything that was logged at any level or printed, since the last look."""

    def __init__(self, caplog, capfd):
        self.caplog, self.capfd = caplog, capfd

    def take(self):
        said = self.capfd.readouterr()
        records = [logging.Formatter().format(record) for record in self.caplog.records]
        self.caplog.clear()
        return "\n".join([*records, said.out, said.err])


@pytest.fixture
def logged(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    return Logged(caplog, capfd)


def stumble(*_, **__):
    raise ValueError(f"{PERSON['name']} {ORDER['medicationCodeableConcept']} {PATIENT}")


class Stumbling:
    __str__ = __html__ = stumble


def in_a_rule(monkeypatch):
    monkeypatch.setattr("rules.rule.Rule.assess", stumble)


def in_the_template(monkeypatch):
    monkeypatch.setattr("cds.visit.page_of", lambda *given: page_of(*given) | {"headline": Stumbling()})


def in_the_reader(monkeypatch):
    monkeypatch.setattr("cds.reading.read_chart", stumble)


@pytest.mark.parametrize("where", [in_a_rule, in_the_template, in_the_reader])
def test_one_calm_sentence_a_reference_and_nothing_of_the_patient(clinic, monkeypatch, logged, where):
    where(monkeypatch)
    answer = clinic.launch(PATIENT)
    assert answer.status_code == 500
    page = text(answer.text)
    assert "Something went wrong" in page
    assert "The summary could not be shown." in page
    reference = REFERENCE.search(page)[0].split()[-1]
    check_protected(answer)
    log = logged.take()
    assert re.search(rf"unforeseen ValueError at [\w.]+:\d+ reference={reference}", log)
    assert "Traceback" not in log
    for marker in MARKERS:
        assert marker not in answer.text
        assert marker not in log


def test_after_the_fault_the_same_page_works(clinic, monkeypatch, browser):
    with monkeypatch.context() as during:
        in_a_rule(during)
        stumbled = clinic.launch(PATIENT, browser)
    assert stumbled.status_code == 500
    assert "Zora Markername" in browser.get(stumbled.url).text


def values_in(answer):
    """What the sign-in passed along in addresses: launch, state, code, challenge, nonce, handle."""
    passed = [urlsplit(step.headers.get("Location", "")) for step in answer.history]
    values = {value for place in passed for name, value in parse_qsl(place.query) if name in SECRET}
    return values | {urlsplit(answer.url).path.split("/")[2]}


SECRET = {"launch", "state", "code", "code_challenge", "nonce"}


def secrets_of(clinic, browser):
    kept = (clinic.ehr.access, clinic.ehr.refresh, clinic.ehr.codes, clinic.ehr.launches)
    tokens = {secret for vault in kept for secret in vault._kept}
    return tokens | {cookie.value for cookie in browser.cookies}


def test_a_launch_a_page_a_renewal_and_a_sign_out_log_nothing(clinic, browser, logged):
    answer = clinic.launch(PATIENT, browser)
    assert "Zora Markername" in answer.text
    secrets = values_in(answer) | secrets_of(clinic, browser)
    tokens_end(clinic)
    assert browser.get(answer.url).status_code == 200
    secrets |= secrets_of(clinic, browser)
    form = dict(re.findall(r'name="(handle|form_token)" value="([^"]+)"', answer.text))
    assert browser.post(f"{clinic.url}/logout", data=form).status_code == 200
    check_silent(logged.take(), secrets)


FAULTS = [
    faults.status(403),
    faults.status(404),
    faults.status(500),
    faults.body('{"resourceType": "Bundle", "entry": [{"res'),
    faults.body("<title>Zora Markername</title>", "text/html"),
    faults.body(orjson.dumps(bundle([PERSON, ORDER, {"resourceType": PATIENT}]))),
    faults.others,
]


@pytest.mark.parametrize("fault", FAULTS, ids=range(len(FAULTS)))
@pytest.mark.parametrize("kind", ["MedicationRequest", "Patient", "Observation"])
def test_faults_of_the_ehr_are_logged_without_the_patient(clinic, browser, logged, kind, fault):
    clinic.faults.broken = {kind: fault}
    answer = clinic.launch(PATIENT, browser)
    assert answer.status_code in {200, 502}
    log = logged.take()
    check_silent(log, values_in(answer) | secrets_of(clinic, browser))
    assert kind != "Patient" or "chart not readable: The patient" in log


def test_sign_ins_that_fail_are_logged_without_a_value(clinic, browser, logged):
    begun = clinic.begin(PATIENT, browser)
    back = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
    for query in (back | {"code": "forgedmarker"}, back, {"error": "Markername", "state": back["state"]}):
        assert browser.get(f"{clinic.url}/callback", params=query).status_code in {400, 502}
    browser.get(
        f"{clinic.url}/launch", params={"iss": f"https://{PATIENT}.example", "launch": "forgedmarker"}
    )
    browser.get(f"{clinic.url}/visit/forgedmarker/")
    log = logged.take()
    assert "launch stopped: unknown_issuer" in log
    assert "forgedmarker" not in log
    check_silent(log, set(back.values()) | secrets_of(clinic, browser))


def test_a_session_that_ends_is_logged_without_a_value(clinic, browser, logged):
    answer = clinic.launch(PATIENT, browser)
    secrets = values_in(answer) | secrets_of(clinic, browser)
    tokens_end(clinic)
    grants_end(clinic)
    assert browser.get(answer.url).status_code == 401
    check_silent(logged.take(), secrets)


def check_silent(log, secrets):
    assert all(len(secret) >= 20 for secret in secrets), "a short value would be found by chance"
    assert len(secrets) >= 3
    for secret in {*MARKERS, *secrets, "patient=", "?"}:
        assert secret not in log, f"{secret} was logged:\n{log}"
