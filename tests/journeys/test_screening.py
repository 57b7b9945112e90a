"""A clinician asks on the spot: by keyboard, by touch, without JavaScript, and readable by everyone."""

import re

import pytest

from cds.screening.forms import forms
from tests.journeys.shown import complaints, too_wide
from tests.journeys.test_launch import launch

pytestmark = pytest.mark.browser
NAME = "Delia Whitfield"


def open_form(page, practice, form_id):
    launch(page, practice, NAME)
    page.goto(f"{page.url}screening/{form_id}")


@pytest.fixture
def page(chromium):
    """As everywhere; that a form with open questions is answered with 422 is no complaint."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    said = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert [text for text in said if "422" not in text] == []


@pytest.fixture
def without_scripts(chromium):
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_from_the_item_to_the_result_and_back_by_keyboard_alone(page, practice):
    launch(page, practice, NAME)
    link = page.get_by_role("link", name="Ask now: PC-PTSD-5")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="PC-PTSD-5", level=1).wait_for()
    assert NAME in page.locator(".patient-name").inner_text()
    first = page.locator("#q-102011-4")
    for _ in range(40):
        page.keyboard.press("Tab")
        if first.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")  # "Yes"
    for code, presses in (
        ("102012-2", 1),
        ("102013-0", 1),
        ("102014-8", 1),
        ("102015-5", 0),
        ("102016-3", 0),
    ):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == code
        page.keyboard.press("Space")
        for _ in range(presses):
            page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "app"
    page.keyboard.press("Enter")
    page.wait_for_url("**/kept/**")
    assert "PC-PTSD-5: 3" in page.locator(".told").inner_text()
    assert page.locator("#next-title").is_visible()
    page.get_by_role("link", name="Back to the summary").first.click()
    assert "PC-PTSD-5: 3" in page.locator("#CX-04").inner_text()
    assert page.get_by_role("link", name="Ask now: PC-PTSD-5").count() == 0


@pytest.mark.parametrize("place", [1, 2, 3])
def test_an_answer_that_cannot_wait_opens_at_once(page, practice, place):
    open_form(page, practice, "phq-9")
    assert not page.locator("#same-day").is_visible()
    page.locator(f'input[name="44260-8"][value="{place}"]').check()
    assert page.locator("#same-day").is_visible()
    assert "988" in page.locator("#same-day").inner_text()
    page.locator('input[name="44260-8"][value="0"]').check()
    assert not page.locator("#same-day").is_visible()


def test_without_javascript_it_opens_when_the_form_is_sent(without_scripts, practice):
    page = without_scripts
    open_form(page, practice, "phq-9")
    page.locator('input[name="44260-8"][value="1"]').check()
    assert not page.locator("#same-day").is_visible()
    page.get_by_role("button", name="Keep in this app only").click()
    assert page.locator("#same-day").is_visible()
    assert page.locator('input[name="44260-8"][value="1"]').is_checked()
    assert page.get_by_role("heading", name="8 questions still open").is_visible()
    page.get_by_role("button", name="Keep in this app only").click()
    assert page.locator("#same-day").is_visible()
    assert "at least 1" in page.locator(".told").inner_text()


def test_what_is_open_takes_the_focus_and_leads_to_the_question(page, practice):
    open_form(page, practice, "gad-7")
    page.get_by_role("button", name="Keep in this app only").click()
    page.get_by_role("heading", name="7 questions still open").wait_for()
    assert page.evaluate("document.activeElement.className") == "open"
    page.get_by_role("link", name="Question 4").click()
    assert page.evaluate("document.activeElement.id || location.hash") in ("q-69734-2", "#q-69734-2")


@pytest.mark.parametrize("form_id", forms())
def test_every_form_is_readable_by_everyone(page, practice, form_id):
    open_form(page, practice, form_id)
    assert complaints(page) == []
    page.get_by_role("button", name=re.compile("Keep in this app|Save")).last.click()  # with everything open
    assert complaints(page) == []
    page.emulate_media(color_scheme="dark")
    assert complaints(page, ["color-contrast"]) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(page) == []


def test_the_result_and_the_list_of_forms_are_readable_by_everyone(page, practice):
    open_form(page, practice, "phq-9")
    page.locator('input[name="44260-8"][value="1"]').check()
    assert complaints(page) == []
    for _ in range(2):
        page.get_by_role("button", name="Save to the EHR").click()
    page.wait_for_url("**/kept/**")
    assert complaints(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(page) == []
    page.get_by_role("link", name="Another form").click()
    assert complaints(page) == []
    assert too_wide(page) == []


@pytest.mark.parametrize("form_id", ["phq-9", "peg", "dast-10"])
def test_what_a_finger_touches_is_large_enough(page, practice, form_id):
    open_form(page, practice, form_id)
    page.set_viewport_size({"width": 320, "height": 800})
    for target in page.locator(".choice, .save button, .amount input").all():
        box = target.bounding_box()
        assert box["height"] >= 44
        assert box["width"] >= 44
