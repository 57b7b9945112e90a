"""Sign-ins that go wrong, before a launch is complete and after: one page each, and nothing else gets out."""

import re
from urllib.parse import urlencode

import pytest
import requests
from sqlalchemy.exc import OperationalError

from launch.problems import EHR_SILENT, LaunchProblem
from tests.journeys import faults
from tests.journeys.faulty_clinic import asked, clinic_at_work
from tests.journeys.page_text import own_blocks, text

PATIENT = "delia-whitfield"
OPEN_AGAIN = "Open the app again from the patient's chart."
REFERENCE = re.compile(r"Reference: [0-9a-f]{8}\b")


@pytest.fixture(scope="module")
def clinic():
    with clinic_at_work() as running:
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


def tokens_end(clinic):
    """Every access token stops working, as after a restart or an administrator's hand."""
    clinic.ehr.access._kept.clear()


def grants_end(clinic):
    for kept in clinic.ehr.refresh._kept.values():
        kept.value.is_revoked = True


def check_protected(answer):
    assert "no-store" in answer.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    for word in ("Traceback", "werkzeug", "Exception", ".py"):
        assert word not in answer.text


def test_a_token_revoked_between_two_looks_is_renewed_without_a_word(clinic, browser):
    first = clinic.launch(PATIENT, browser)
    tokens_end(clinic)
    again = browser.get(first.url)
    assert again.status_code == 200
    assert own_blocks(again.text) == own_blocks(first.text)


@pytest.mark.parametrize("answered_before", [0, 1, 5])
def test_a_token_revoked_in_the_middle_of_reading_is_renewed_once(clinic, browser, answered_before):
    first = clinic.launch(PATIENT, browser)
    before, fault = len(clinic.ehr.refresh._kept), faults.once(faults.status(401))
    clinic.faults.broken = {faults.ALL: faults.after(answered_before, fault)}
    again = browser.get(first.url)
    assert again.status_code == 200
    assert "Not everything could be read" not in text(again.text)
    assert own_blocks(again.text) == own_blocks(first.text)
    assert len(clinic.ehr.refresh._kept) == before + 1


def test_a_renewal_that_is_refused_ends_the_session(clinic, browser):
    first = clinic.launch(PATIENT, browser)
    tokens_end(clinic)
    grants_end(clinic)
    for _ in range(2):
        again = browser.get(first.url)
        assert again.status_code == 401
        page = text(again.text)
        assert "This session has ended" in page
        assert OPEN_AGAIN in page
        assert "Delia" not in page
        assert "MME" not in page
        check_protected(again)


@pytest.mark.parametrize(
    ("away", "status", "told"),
    [
        (LaunchProblem(EHR_SILENT), 504, "The EHR did not answer in time"),
        (OperationalError("SELECT", {}, OSError()), 503, "The app's own database did not answer"),
    ],
)
def test_a_renewal_that_could_not_be_asked_for_is_not_told_as_the_end(
    clinic, browser, monkeypatch, away, status, told
):
    first = clinic.launch(PATIENT, browser)
    tokens_end(clinic)

    def renewed(_):
        raise away

    with monkeypatch.context() as broken:
        broken.setattr("cds.reading.renewed_session", renewed)
        again = browser.get(first.url)
    assert again.status_code == status
    assert told in text(again.text)
    assert "ended" not in text(again.text)
    check_protected(again)
    assert own_blocks(browser.get(first.url).text) == own_blocks(first.text)


@pytest.mark.parametrize("kind", ["MedicationRequest", "Condition", "Observation", "Procedure"])
def test_c2_7_a_401_that_stays_on_one_type_is_that_type_not_shared(clinic, browser, kind):
    clinic.faults.broken = {kind: faults.status(401)}
    answer = clinic.launch(PATIENT, browser)
    assert answer.status_code == 200
    assert "not shared by the EHR" in text(answer.text)


@pytest.mark.parametrize("kind", ["Patient", "*"])
def test_c2_7_a_401_that_stays_on_everything_ends_the_session(clinic, browser, kind):
    clinic.faults.broken = {kind: faults.status(401)}
    answer = clinic.launch(PATIENT, browser)
    assert answer.status_code == 401
    page = text(answer.text)
    assert "This session has ended" in page
    assert OPEN_AGAIN in page
    assert "MME" not in page
    check_protected(answer)


UNKNOWN = "The app was asked to connect to an EHR that it is not registered with, so it did not connect."
INCOMPLETE = "The EHR's launch request was incomplete, repeated a value, or was too long."
NOT_OURS = "The sign-in was already used, took longer than 10 minutes, or was not started here."
BAD_ANSWER = "The EHR's answer to the sign-in was incomplete or repeated a value."
NO_PAGE = "There is no such page."
OURS = "ISS"  # stands for the address of the EHR that is registered
REQUESTS = [
    ("/launch", {"iss": "https://ehr.unknown.example/fhir", "launch": "x"}, 403, UNKNOWN),
    ("/launch", {"iss": "http://169.254.169.254/latest", "launch": "x"}, 403, UNKNOWN),
    ("/launch", {"iss": "javascript:alert(1)", "launch": "x"}, 403, UNKNOWN),
    ("/launch", {"launch": "x"}, 400, INCOMPLETE),
    ("/launch", {"iss": OURS}, 400, INCOMPLETE),
    ("/launch", {"iss": "", "launch": "x"}, 400, INCOMPLETE),
    ("/launch", {"iss": OURS, "launch": ""}, 400, INCOMPLETE),
    ("/launch", {"iss": [OURS, OURS], "launch": "x"}, 400, INCOMPLETE),
    ("/launch", {"iss": OURS, "launch": ["x", "y"]}, 400, INCOMPLETE),
    ("/launch", {"iss": OURS, "launch": "x" * 5_000}, 400, INCOMPLETE),
    ("/standalone", {}, 400, INCOMPLETE),
    ("/standalone", {"iss": "https://ehr.unknown.example/fhir"}, 403, UNKNOWN),
    ("/callback", {"state": "forged", "code": "x"}, 400, NOT_OURS),
    ("/callback", {"state": "forged", "error": "access_denied"}, 400, NOT_OURS),
    ("/callback", {"state": ["a", "b"], "code": "x"}, 400, BAD_ANSWER),
    ("/callback", {"code": "x"}, 400, BAD_ANSWER),
    ("/callback", {}, 400, BAD_ANSWER),
    ("/visit/no-such-handle/", {}, 401, "This browser is not signed in to the chart you asked for."),
    ("/visit/../../etc/passwd", {}, 404, NO_PAGE),
    ("/no-such-page", {}, 404, NO_PAGE),
    ("/static/none.css", {}, 404, NO_PAGE),
    ("/ehr-not", {"patient": "x"}, 404, NO_PAGE),
]


@pytest.mark.parametrize(("path", "parameters", "status", "sentence"), REQUESTS, ids=lambda v: str(v)[:40])
def test_a_request_that_cannot_be_used(clinic, browser, path, parameters, status, sentence):
    clinic.ehr.log.clear()
    given = {name: _here(clinic, value) for name, value in parameters.items()}
    answer = browser.get(f"{clinic.url}{path}?{urlencode(given, doseq=True)}", allow_redirects=False)
    assert answer.status_code == status
    assert sentence in text(answer.text)
    assert status == 404 or OPEN_AGAIN in text(answer.text) or "from your own EHR" in text(answer.text)
    check_protected(answer)
    # Threads of an earlier reading may still be asking for records.
    assert [entry.path for entry in clinic.ehr.log if not entry.path.startswith("/fhir/")] == []
    assert [entry.path for entry in clinic.ehr.log if ".well-known" in entry.path] == []


def _here(clinic, value):
    if isinstance(value, list):
        return [_here(clinic, one) for one in value]
    return clinic.ehr.fhir_base if value == OURS else value


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/launch"),
        ("DELETE", "/callback"),
        ("GET", "/logout"),
        ("PUT", "/visit/x/"),
        ("POST", "/healthz"),
    ],
)
def test_a_method_that_is_not_offered(clinic, browser, method, path):
    answer = browser.request(method, f"{clinic.url}{path}")
    assert answer.status_code == 405
    assert "This page cannot be used that way." in text(answer.text)
    assert answer.headers["Allow"]
    check_protected(answer)


ERRORS = [
    ("access_denied", 403, "The EHR, or the person signing in, did not allow the app to open this chart."),
    ("server_error", 502, "The EHR answered the sign-in with an error."),
    ("temporarily_unavailable", 504, "it did not answer in time."),
    ("<script>alert(1)</script>", 502, "The EHR answered the sign-in with an error."),
]


@pytest.mark.parametrize(("error", "status", "sentence"), ERRORS, ids=lambda v: str(v)[:24])
def test_the_ehr_answers_the_sign_in_with_an_error(clinic, browser, error, status, sentence):
    state = asked(clinic.begin(PATIENT, browser))["state"]
    told = {"state": state, "error": error, "error_description": "OurWords", "error_uri": "https://x.example"}
    answer = browser.get(f"{clinic.url}/callback?{urlencode(told)}")
    assert answer.status_code == status
    assert sentence in text(answer.text)
    assert REFERENCE.search(text(answer.text))
    assert "OurWords" not in answer.text
    assert "<script" not in answer.text
    check_protected(answer)


def test_a_code_that_the_ehr_did_not_give(clinic, browser):
    back = asked(clinic.begin(PATIENT, browser))
    answer = browser.get(f"{clinic.url}/callback?{urlencode({**back, 'code': 'forged'})}")
    assert answer.status_code == 502
    assert "The EHR's sign-in service refused the last step of the sign-in." in text(answer.text)
    assert REFERENCE.search(text(answer.text))
    check_protected(answer)


def test_an_answer_carried_to_another_browser(clinic, browser):
    """Somebody else's sign-in, sent as a link, must not open a chart here."""
    back = clinic.begin(PATIENT, browser).headers["Location"]
    with requests.Session() as another:
        another.trust_env = False
        answer = another.get(back)
    assert answer.status_code == 400
    assert "The browser did not keep the app's cookie" in text(answer.text)
    check_protected(answer)


def test_an_answer_used_twice(clinic, browser):
    back = clinic.begin(PATIENT, browser).headers["Location"]
    assert browser.get(back).status_code == 200
    answer = browser.get(back)
    assert answer.status_code == 400
    assert NOT_OURS in text(answer.text) or "the app's cookie" in text(answer.text)
    check_protected(answer)
