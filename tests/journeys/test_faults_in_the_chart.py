"""Every fault of an EHR's FHIR answers, on every type: the page's status, its sentence, and no false comfort."""

import re

import pytest

from tests.journeys import faults
from tests.journeys.faults import ALL
from tests.journeys.faulty_clinic import IMPATIENT, clinic_at_work
from tests.journeys.page_text import blocks, own_blocks, text, unlimited_comfort

PATIENT = "delia-whitfield"  # orders and fills of one opioid, long-term
OPEN_AGAIN = "Open the app again from the patient's chart."
NAMES = {
    "MedicationRequest": ("Medication orders",),
    "Condition": ("Problems and diagnoses",),
    "Observation": ("Laboratory results", "Questionnaire scores", "Social history observations"),
    "Procedure": ("Procedures",),
}
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
OUTCOME = '{"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "exception"}]}'
LOGIN_PAGE = "<!doctype html><title>Sign in</title><h1>Please sign in</h1>"
# What the EHR does, what is said of the records of a type, what is said of the patient's own details.
FAULTS = {
    "403": (
        faults.status(403),
        "were not shared by the EHR",
        "the EHR did not share the patient's own details",
    ),
    "404": (
        faults.status(404),
        "could not be read (the EHR answered that it does not know them)",
        "the EHR does not know this patient",
    ),
    "429": (
        faults.status(429, Retry_After="60"),
        "could not be read (the EHR is too busy)",
        "the EHR is too busy",
    ),
    "500": (faults.status(500), "could not be read (the EHR reported a fault)", "the EHR reported a fault"),
    "hangs": (None, "could not be read (the EHR did not answer in time)", "the EHR did not answer in time"),
    "truncated JSON": (
        faults.body('{"resourceType": "Bundle", "entry": [{"reso'),
        "could not be read (the answer could not be understood)",
        "the answer could not be understood",
    ),
    "breaks off": (
        faults.breaks_off,
        "could not be read (the answer could not be understood)",
        "the answer could not be understood",
    ),
    "HTML page": (
        faults.body(LOGIN_PAGE, "text/html"),
        "could not be read (the answer could not be understood)",
        "the answer could not be understood",
    ),
    "over 20 MB": (
        faults.body(b" " * 20_000_001),
        "were only partly read (the answer was too large)",
        "the answer was too large",
    ),
    "another's records": (
        faults.others,
        "could not be read (the EHR answered with another patient's records)",
        "the EHR answered with another patient's record",
    ),
    "OperationOutcome": (
        faults.body(OUTCOME),
        "could not be read (the answer was not a list of records)",
        "the answer was not a patient's record",
    ),
    "redirect": (
        faults.status(302, Location=ELSEWHERE),
        "could not be read (the EHR did not accept the request)",
        "the EHR did not accept the request",
    ),
}
NOT_OFFERED = "are not offered by this EHR"  # and so hides nothing: see ALWAYS_OFFERED in chart.searches


@pytest.fixture(scope="module")
def clinic():
    with clinic_at_work() as running:
        yield running


@pytest.fixture(scope="module")
def sound(clinic):
    return clinic.launch(PATIENT)


@pytest.fixture(params=FAULTS, autouse=True)
def fault(request, clinic, sound):
    if request.param == "hangs":
        clinic.limits = IMPATIENT
    yield FAULTS[request.param][0] or clinic.faults.hang
    clinic.mend()


@pytest.fixture
def said(request):
    """(of the records of a type, of the patient's own details)"""
    return FAULTS[request.node.callspec.params["fault"]][1:]


@pytest.mark.parametrize("kind", NAMES)
def test_one_type_missing_is_said_on_top_and_comforts_nobody(clinic, sound, fault, said, kind):
    clinic.faults.broken = {kind: fault}
    answer = clinic.launch(PATIENT)
    page = blocks(answer.text)
    assert answer.status_code == 200
    not_offered = kind == "Procedure" and "does not know them" in said[0]
    start = page.index("Not everything could be read") + 1
    for name in NAMES[kind]:
        assert f"{name} {NOT_OFFERED if not_offered else said[0]}." in page[start : start + 4]
    assert not_offered or unlimited_comfort(answer.text) == []
    assert untold(answer) > untold(sound)
    assert "Stranger" not in answer.text


@pytest.mark.parametrize("kind", ["Patient", ALL])
def test_without_the_patient_there_is_no_summary(clinic, fault, said, kind):
    clinic.faults.broken = {kind: fault}
    answer = clinic.launch(PATIENT)
    assert answer.status_code == 502
    page = text(answer.text)
    assert "The chart could not be read" in page
    assert f"The patient's chart could not be read: {said[1]}." in page
    assert OPEN_AGAIN in page
    assert re.search(r"Reference: [0-9a-f]{8}\b", page)
    assert "MME" not in page
    assert "Nothing" not in page
    assert "Strangername" not in page


def test_everything_but_the_patient_missing(clinic, fault, said):
    clinic.faults.broken = {ALL: fault, "Patient": lambda _: None}
    answer = clinic.launch(PATIENT)
    assert answer.status_code == 200
    assert f"Medication orders {said[0]}." in blocks(answer.text)
    page = own_blocks(answer.text)
    assert "MME/day cannot be told" in page
    assert not [block for block in page if re.search(r"\d MME/day", block)]
    assert unlimited_comfort(answer.text) == []


def untold(answer):
    found = re.search(r"(\d+) could not be told", text(answer.text))
    return int(found[1]) if found else 0
