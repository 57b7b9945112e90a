"""From a referral prompt to the EHR and into the list of referrals under way, in a real browser."""

import re
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

import sandbox.practice
from app import create_demo
from tests.journeys.conftest import TODAY
from tests.journeys.ehr_server import running_at
from tests.journeys.shown import complaints, too_wide
from tests.journeys.test_launch import launch

pytestmark = pytest.mark.browser

POLICY = Path(__file__).parents[2] / "examples" / "policy.toml"
WHO = "Skyler Redfern"  # opioid use disorder without treatment


# `clinic` comes before `page` in each test, so that the server outlives the browser that still asks it something.
class Clinic:
    """A running demo with the example clinic's directory; `records` looks into the practice EHR."""

    def __init__(self, url, ehr):
        self.url, self.ehr = url, ehr

    def records(self, kind):
        ours = self.ehr.extensions["ehr"].store.all(kind)
        return [r for r in ours if any("/referral" in i.get("system", "") for i in r.get("identifier", ()))]


@pytest.fixture
def clinic(monkeypatch):
    made = []
    plain = sandbox.practice.practice_ehr

    def practice_ehr(**settings):
        made.append(plain(**settings))
        return made[-1]

    monkeypatch.setattr(sandbox.practice, "practice_ehr", practice_ehr)
    with running_at(lambda url: create_demo(url, today=TODAY, policy=POLICY)) as url:
        yield Clinic(url, made[0])


def choose(page, clinic, service):
    launch(page, clinic.url, WHO)
    page.locator("#RF-02").get_by_role("link", name="Draft a referral").click()
    page.get_by_label(re.compile(service)).check()
    page.get_by_role("button", name="Look at the draft").click()


def test_from_the_prompt_to_the_ehr_and_into_the_list(clinic, page):
    """Nothing is written on view; one click makes one order and one task, both valid FHIR R4."""
    choose(page, clinic, "Dr. Ines Okonkwo-Hale")
    assert page.title() == "Referral"
    assert "Referral to substance use disorder treatment program" in page.locator("#letter").inner_text()
    assert clinic.records("ServiceRequest") == []
    page.get_by_label("A note to the service").fill("Prefers mornings.")
    page.get_by_role("button", name="Send to the EHR").click()
    page.get_by_role("heading", name="The referral is in the EHR").wait_for()
    (order,), (task,) = clinic.records("ServiceRequest"), clinic.records("Task")
    assert (order["status"], order["intent"], order["priority"]) == ("draft", "order", "urgent")
    assert order["performer"] == [{"display": "Dr. Ines Okonkwo-Hale"}]
    assert order["requester"]["reference"].startswith("Practitioner/")
    assert order["reasonReference"]
    assert order["note"] == [{"text": "Prefers mornings."}]
    assert task["focus"] == {"reference": f"ServiceRequest/{order['id']}"}
    for made in (order, task):
        get_fhir_model_class(made["resourceType"]).model_validate(made)
    page.get_by_role("link", name="Back to the summary").click()
    (row,) = page.locator(".loops > li", has_text="Dr. Ines Okonkwo-Hale").all()
    assert "Drafted, to be signed" in row.inner_text()
    assert "Was due" not in row.inner_text()


def test_reloading_after_it_was_sent_sends_nothing_again(clinic, page):
    choose(page, clinic, "Dr. Ines Okonkwo-Hale")
    review = page.url
    for _ in range(2):
        page.goto(review)
        page.get_by_role("button", name="Send to the EHR").click()
        page.get_by_role("heading", name="The referral is in the EHR").wait_for()
        page.reload()
    assert len(clinic.records("ServiceRequest")) == len(clinic.records("Task")) == 1


def test_two_clicks_at_once_make_one_referral(clinic, page):
    choose(page, clinic, "Dr. Ines Okonkwo-Hale")
    page.get_by_role("button", name="Send to the EHR").dblclick()
    page.get_by_role("link", name="Back to the summary").first.wait_for()
    page.goto(f"{page.url.split('/referrals/')[0]}/")
    assert len(clinic.records("ServiceRequest")) == 1
    assert page.locator(".loops > li", has_text="Dr. Ines Okonkwo-Hale").count() == 1


def test_news_recorded_in_the_list_moves_the_referral_on(clinic, page):
    choose(page, clinic, "Dr. Ines Okonkwo-Hale")
    page.get_by_role("button", name="Send to the EHR").click()
    page.get_by_role("link", name="Back to the summary").click()
    for label, state in (("Visit booked", "Visit booked"), ("Report received", "Report received")):
        row = page.locator(".loops > li", has_text="Dr. Ines Okonkwo-Hale").first
        row.locator("summary", has_text="Record news").click()
        row.get_by_role("button", name=label, exact=True).click()
        page.wait_for_url("**/visit/**")
        assert page.locator(".loops .tag").first.inner_text() == state
    row = page.locator(".loops > li", has_text="Dr. Ines Okonkwo-Hale").first
    row.locator("summary", has_text="Record news").click()
    row.get_by_role("button", name="Closed", exact=True).click()
    ended = page.locator("#referrals details.prints", has_text="Ended (1)")
    ended.locator("summary", has_text="Ended").click()
    assert ended.get_by_text("Closed: Referral").is_visible()


def test_the_patients_preference_comes_first(clinic, page):
    launch(page, clinic.url, WHO)
    page.locator("#RF-02").get_by_role("link", name="Draft a referral").click()
    page.get_by_label("Where").select_option("community")
    page.get_by_role("button", name="Show these first").click()
    preferred, others = page.locator("fieldset", has=page.locator("input[name=to]")).all()
    assert "Cedar Bridge Treatment Program" in preferred.inner_text()
    assert "Dr. Ines Okonkwo-Hale" in others.inner_text()


def test_axe_finds_nothing_on_any_step(clinic, page):
    launch(page, clinic.url, WHO)
    page.locator("#RF-02").get_by_role("link", name="Draft a referral").click()
    steps = ["Look at the draft", "Send to the EHR", None]
    for step in steps:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert complaints(page) == []
        page.set_viewport_size({"width": 320, "height": 800})
        assert too_wide(page) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        if step:
            page.get_by_role("button", name=step).click()


def test_paper_holds_the_letter_and_nothing_to_click(clinic, page):
    choose(page, clinic, "Cedar Bridge")
    page.emulate_media(media="print")
    assert page.locator("#letter").is_visible()
    assert page.locator("button:visible, textarea:visible, form:visible").count() == 0
