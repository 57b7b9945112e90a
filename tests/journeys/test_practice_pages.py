"""The practice EHR's own pages in a browser: accessible, not too wide, and enough for a newcomer to find the way."""

import re

import pytest

from tests.journeys.shown import complaints, too_wide

pytestmark = pytest.mark.browser
PAGES = ("", "patients/augustine-pellerin", "options", "log", "nothing-here")


@pytest.fixture(scope="module")
def worn(chromium, practice):
    """A page in a browser that has launched once, so that the log has something to show."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{practice}/")
    page.get_by_role("button", name="Launch for Delia Whitfield").click()
    page.wait_for_url("**/visit/**")
    yield page
    context.close()


def opened(worn, practice, name):
    worn.set_viewport_size({"width": 1280, "height": 800})
    worn.goto(f"{practice}/ehr/{name}")
    for summary in worn.locator("details > summary").all()[:4]:
        summary.click()
    return worn


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_by_day_or_night(worn, practice, name):
    page = opened(worn, practice, name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert complaints(page) == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_lost_on_a_narrow_screen(worn, practice, name):
    page = opened(worn, practice, name)
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if name != "log":  # long addresses scroll in a box of their own
        assert too_wide(page) == []


def test_a_visit_of_the_day_opens_its_patients_chart(page, practice):
    page.goto(f"{practice}/")
    page.get_by_role("button", name="Open from the 10:00 visit of Harold Brandvold").click()
    page.wait_for_url("**/visit/**")
    assert page.locator(".patient-name").inner_text() == "Harold Brandvold"
    page.goto(f"{practice}/ehr/log")
    page.locator("summary", has_text="POST /token").first.click()
    assert page.get_by_text('"reference": "Appointment/harold-brandvold-appointment-1"').is_visible()


def test_a_fault_is_chosen_seen_and_found_in_the_log(page, practice):
    """From a patient's page to the reason, by clicks alone."""
    page.goto(f"{practice}/")
    page.get_by_role("link", name="Marisol Quintana").first.click()
    page.get_by_role("main").get_by_role("link", name="Launch with faults").click()
    page.get_by_label("403 for these types").fill("Condition")
    page.get_by_label("Client").select_option("asymmetric")
    page.get_by_role("button", name="Launch with these").click()
    page.wait_for_url("**/visit/**")
    assert page.locator(".patient-name").inner_text() == "Marisol Quintana"
    assert page.get_by_text("Problems and diagnoses were not shared by the EHR").first.is_visible()
    page.goto(f"{practice}/ehr/log")
    page.get_by_role("link", name=re.compile(r"^Launch \d+$")).first.click()  # the latest
    assert page.get_by_text("A fault that was asked for").first.is_visible()
