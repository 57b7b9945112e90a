"""An integrator tries the hooks from the practice EHR, in a real browser without JavaScript."""

import pytest

from tests.journeys.shown import complaints, too_wide

pytestmark = pytest.mark.browser


def ask(page, practice, patient, draft):
    page.goto(f"{practice}/ehr/")
    page.get_by_role("link", name="CDS Hooks console").click()
    page.get_by_label("Patient").select_option(label=patient)
    page.get_by_label("When (hook)").select_option("order-sign")
    page.get_by_label("Draft order to start from").select_option(draft)
    page.get_by_role("button", name="Use these").click()
    page.get_by_role("button", name="Send to the app").click()
    page.get_by_role("heading", name="Cards", exact=True).wait_for()


def test_from_a_draft_order_to_its_cards_a_choice_and_the_summary(chromium, practice):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    ask(page, practice, "Delia Whitfield", "lorazepam")
    card = page.get_by_role("article").filter(has_text="Opioid with a sedating medicine")
    assert card.get_by_text("Critical").is_visible()
    card.get_by_role("button", name="Accept").click()
    assert page.get_by_text("Feedback was sent and taken").is_visible()
    assert "lorazepam" not in page.get_by_label("Draft orders (FHIR Bundle)").input_value()
    page.go_back()
    card.get_by_label("Reason to set it aside").select_option("Seen: I will act on it")
    card.get_by_role("button", name="Override").click()
    assert page.get_by_role("heading", name="Overridden").is_visible()
    page.get_by_role("link", name="Back to the cards").click()
    card.get_by_role("button", name="Open the opioid summary").click()
    page.wait_for_url("**/visit/**")
    assert page.locator(".patient-name").inner_text() == "Delia Whitfield"
    context.close()


@pytest.mark.parametrize("width", [1280, 360])
def test_its_pages_are_usable_by_everyone(page, practice, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{practice}/ehr/console/")
    assert complaints(page) == []
    assert too_wide(page) == []
    ask(page, practice, "Delia Whitfield", "oxycodone")
    assert page.get_by_role("article").count()
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert complaints(page) == []
    assert too_wide(page) == []
