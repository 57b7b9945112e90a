"""Taking the summary along and seeing it as another role, through the whole product."""

import re

import pytest
import requests

from tests.journeys.faulty_clinic import clinic_at_work
from tests.journeys.page_text import text

PATIENT = "oleksandr-hrytsenko"


@pytest.fixture(scope="module")
def clinic():
    with clinic_at_work() as clinic:
        yield clinic


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


@pytest.fixture
def page(clinic, browser):
    return clinic.launch(PATIENT, browser)


def token(html):
    return re.search(r'name="form_token" value="([^"]+)"', html)[1]


def chosen(browser, page, role):
    return browser.post(f"{page.url}role", data={"form_token": token(page.text), "role": role})


def documents(clinic):
    return [d for d in clinic.ehr.store.all("DocumentReference") if d.get("identifier")]


def test_looking_writes_nothing_and_saving_twice_makes_one_document(clinic, browser, page):
    along = browser.get(f"{page.url}along")
    assert browser.get(f"{page.url}summary.pdf").content.startswith(b"%PDF-")
    assert documents(clinic) == []
    for said in ("was saved to the patient’s chart", "holds this document already"):
        answer = browser.post(f"{page.url}document", data={"form_token": token(along.text)})
        assert said in text(answer.text)
    (saved,) = documents(clinic)
    assert saved["subject"] == {"reference": f"Patient/{PATIENT}"}
    assert saved["content"][0]["attachment"]["contentType"] == "application/pdf"


def test_without_our_own_form_nothing_is_saved(clinic, browser, page):
    before = len(documents(clinic))
    for sent in ({}, {"form_token": "0" * 128}):
        assert browser.post(f"{page.url}document", data=sent).status_code == 403
    assert browser.get(f"{page.url}document").status_code == 405
    assert len(documents(clinic)) == before


def test_the_texts_stand_on_a_page_without_any_script(browser, page):
    along = browser.get(f"{page.url}along").text
    note = re.search(r'<textarea id="note"[^>]*>(.*?)</textarea>', along, re.DOTALL)[1]
    assert "Needs attention today" in note
    assert "Large or sudden decrease" in note
    assert re.search(r'<textarea id="short"[^>]*>Oleksandr Hrytsenko', along)


def test_the_name_of_the_pdf_names_nobody(browser, page):
    answer = browser.get(f"{page.url}summary.pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="pre-visit-summary.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_front_desk_sees_what_to_arrange_and_nothing_clinical(browser, page):
    shown = chosen(browser, page, "front desk").text
    assert "To arrange" in text(shown)
    assert not re.search(
        r"MME|opioid|naloxone|morphine", shown.split("<main")[1].split("</main>")[0], re.IGNORECASE
    )
    assert "Take along" not in shown
    for place in ("along", "summary.pdf", "screening/phq-9", "screening/"):
        assert browser.get(f"{page.url}{place}").status_code == 403
    sent = {"form_token": token(shown), "rule_id": "PV-08", "kind": "declined"}
    assert browser.post(f"{page.url}outcomes", data=sent).status_code == 403


def test_a_role_holds_for_its_launch_and_no_other(clinic, browser, page):
    chosen(browser, page, "nurse or medical assistant")
    assert "<option selected>nurse or medical assistant" in browser.get(page.url).text
    other = clinic.launch("delia-whitfield", browser)
    assert "<option selected>prescriber" in other.text


@pytest.mark.parametrize("role", ["", "administrator", "Prescriber"])
def test_no_other_role_can_be_chosen(browser, page, role):
    assert "<option selected>prescriber" in chosen(browser, page, role).text


def test_what_the_ehr_tells_stands(clinic, browser):
    """fhirUser leads to the person's own record; its words decide, and nothing is left to choose."""
    user = clinic.ehr.store.get("Practitioner", "practice-user")
    user["qualification"] = [{"code": {"text": "Registered nurse"}}]
    try:
        page = clinic.launch(PATIENT, browser)
        assert "Seen as nurse or medical assistant" in text(page.text)
        assert '<select id="role"' not in page.text
        assert "Seen as nurse" in text(chosen(browser, page, "prescriber").text)
    finally:
        del user["qualification"]
