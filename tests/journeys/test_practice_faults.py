"""Each fault that the practice EHR offers, asked for on its page, and what the clinician then sees."""

import re
import time

import pytest
import requests

from sandbox.doors import DOORS
from sandbox.faults import HEADER, ID_TOKENS, KINDS, SIGN_INS
from tests.journeys.faulty_clinic import clinic_at_work
from tests.journeys.page_text import text, unlimited_comfort

PATIENT = "delia-whitfield"
ENDED = "This session has ended"
NOT_ALL = "Not everything could be read"
NO_CHART = "The chart could not be read"
WHO = "Who is signing in could not be confirmed"


@pytest.fixture(scope="module")
def clinic():
    with clinic_at_work() as running:
        yield running


def launched(clinic, headers=None, browser=None, **asked):
    """The page that a launch with these choices ends at."""
    browser = browser or requests.Session()
    browser.trust_env = False
    form = {"patient": PATIENT, **asked}
    return browser.post(f"{clinic.url}/ehr/launch", data=form, headers=headers, timeout=60)


def heading(answer):
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


def asking(name, value, **more):
    return {name: value, **more}


# What is asked for, the page it ends at, and words that must be on it.
SEEN = [
    (asking("401-after", "0"), 401, ENDED, "Open the app again from the patient's chart."),
    (asking("401-after", "5"), 401, ENDED, "The EHR ended the session."),
    (asking("403", "Condition"), 200, NOT_ALL, "Problems and diagnoses were not shared by the EHR"),
    (asking("403", "MedicationRequest"), 200, NOT_ALL, "Medication orders were not shared by the EHR"),
    (asking("403", "Patient"), 502, NO_CHART, "the EHR did not share the patient's own details"),
    (asking("403", "*"), 502, NO_CHART, "the EHR did not share the patient's own details"),
    (asking("429", "Observation", **{"retry-after": "600"}), 200, NOT_ALL, "the EHR is too busy"),
    (asking("429", "*"), 502, NO_CHART, "the EHR is too busy"),
    (asking("500", "Encounter"), 200, NOT_ALL, "Visits could not be read (the EHR reported a fault)"),
    (asking("cut-off", "MedicationRequest"), 200, NOT_ALL, "Medication orders could not be read (the answer broke"),
    (asking("without-scopes", "Procedure"), 200, NOT_ALL, "access was not granted at sign-in"),
    (asking("without-scopes", "*"), 502, NO_CHART, "did not allow this app to read"),
    (asking("refresh", "failing", **{"401-after": "5"}), 504, "The EHR did not answer in time", "Wait a minute."),
    (asking("context", "no-patient"), 400, "No patient was chosen", "Open a patient's chart first"),
    (asking("sign-in", "access_denied"), 403, "Access was not given", "did not allow the app"),
    (asking("sign-in", "invalid_scope"), 502, "The EHR refused the sign-in", "answered the sign-in with an error"),
    (asking("sign-in", "server_error"), 502, "The EHR refused the sign-in", "answered the sign-in with an error"),
    (asking("sign-in", "temporarily_unavailable"), 504, "The EHR did not answer in time", "Wait a minute."),
    (asking("sign-in", "wrong-issuer"), 400, "The answer came from another sign-in service", "Reference"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status", "said", "words"), SEEN, ids=lambda v: str(v)[:40])
def test_what_the_clinician_sees_of_a_fault(clinic, asked, status, said, words):
    answer = launched(clinic, **asked)
    assert answer.status_code == status
    assert said in text(answer.text)
    assert words in text(answer.text)
    assert unlimited_comfort(answer.text) == []


# Nothing to see: the app gets over it.
OVERCOME = [
    asking("401-after", "15"),
    asking("429", "Observation", times="1", **{"retry-after": "0"}),
    asking("429", "*", times="1"),
    asking("delay", "60"),
    asking("token-seconds", "30"),
    asking("context", "no-encounter"),
    asking("id-token", "missing"),
    asking("id-token", "no-user"),
]


@pytest.mark.parametrize("asked", OVERCOME, ids=str)
def test_a_fault_that_the_app_gets_over_leaves_the_page_whole(clinic, asked):
    answer = launched(clinic, **asked)
    assert answer.status_code == 200
    assert heading(answer) == "Delia Whitfield"
    assert NOT_ALL not in text(answer.text)


@pytest.mark.parametrize("wrong", sorted(ID_TOKENS.keys() - {"missing", "no-user", "patient-user"}))
def test_no_chart_opens_on_a_wrong_id_token(clinic, wrong):
    """Conformance A6.1."""
    answer = launched(clinic, **{"id-token": wrong})
    assert (answer.status_code, heading(answer)) == (502, WHO)
    assert "Delia" not in answer.text
    assert not [
        one for one in clinic.ehr.log if one.conversation == _last(clinic) and "/Patient/" in one.path
    ]


def test_no_chart_opens_for_a_patient_who_signs_in(clinic):
    """Conformance A6.8; decision 28."""
    answer = launched(clinic, **{"id-token": "patient-user"})
    assert answer.status_code == 403
    assert "Delia" not in answer.text


def _last(clinic):
    return max(one.conversation for one in clinic.ehr.log)


@pytest.mark.parametrize(("refresh", "status"), [("", 200), ("refused", 401)])
def test_a_token_that_ends_soon_is_renewed_or_ends_the_session(clinic, refresh, status):
    """Conformance A7.3 and A7.6; two seconds stand for the thirty that a person would choose."""
    browser = requests.Session()
    first = launched(clinic, browser=browser, **{"token-seconds": "2", "refresh": refresh})
    assert first.status_code == 200
    time.sleep(2.1)
    assert browser.get(first.url).status_code == status


def test_one_developers_faults_are_nobody_elses(clinic):
    mine, yours = requests.Session(), requests.Session()
    spoilt = launched(clinic, browser=mine, **{"403": "Condition"})
    assert NOT_ALL in text(spoilt.text)
    whole = launched(clinic, browser=yours)
    assert NOT_ALL not in text(whole.text)
    assert NOT_ALL in text(mine.get(spoilt.url).text)


def test_a_launch_may_ask_by_header(clinic):
    answer = launched(clinic, headers={HEADER: "403=Condition; delay=1"})
    assert "Problems and diagnoses were not shared by the EHR" in text(answer.text)


@pytest.mark.parametrize("door", DOORS, ids=lambda d: d.name)
def test_every_kind_of_client_scopes_and_issuer_opens_the_same_chart(clinic, door):
    """A1.1, A1.10, A4.1 and A6.3 at every door, by the app itself."""
    answer = launched(clinic, client=door.client, scopes=door.scopes, issuer=door.issuer)
    assert (answer.status_code, heading(answer)) == (200, "Delia Whitfield")
    assert NOT_ALL not in text(answer.text)
    asked = [one for one in clinic.ehr.log if one.conversation == _last(clinic)]
    assert {one.door for one in asked if one.path != "/launch"} == {door.name}


def test_the_visit_a_patient_is_in_goes_along(clinic):
    launched(clinic)
    answers = [
        one.answer for one in clinic.ehr.log if one.conversation == _last(clinic) and "/token" in one.path
    ]
    assert '"encounter": "delia-whitfield-encounter-5"' in answers[0]


def test_every_fault_on_offer_is_tried_here():
    tried = {name for asked, *_ in SEEN for name in asked} | {name for asked in OVERCOME for name in asked}
    assert tried | {"id-token"} == {kind.name for kind in KINDS}
    assert {asked["sign-in"] for asked, *_ in SEEN if "sign-in" in asked} == set(SIGN_INS)
