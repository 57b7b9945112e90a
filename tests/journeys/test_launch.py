"""A clinician opens the summary from the practice EHR, in a real browser."""

import pytest

pytestmark = pytest.mark.browser


def launch(page, practice, name):
    page.goto(f"{practice}/")
    page.get_by_role("button", name=f"Launch for {name}").click()
    page.wait_for_url("**/visit/**")


def test_one_click_leads_from_the_chart_to_this_patients_summary(page, practice):
    launch(page, practice, "Delia Whitfield")
    assert page.locator(".patient-name").inner_text() == "Delia Whitfield"
    assert page.get_by_role("heading", name="Opioid dose today").is_visible()


def test_two_patients_in_two_tabs_never_mix(page, practice):
    """Conformance A5.12."""
    launch(page, practice, "Delia Whitfield")
    second = page.context.new_page()
    names = second.goto(f"{practice}/") and second.get_by_role("button", name="Launch for")
    other = names.nth(3).get_attribute("aria-label").removeprefix("Launch for ")
    launch(second, practice, other)
    page.reload()
    assert page.locator(".patient-name").inner_text() == "Delia Whitfield"
    second.reload()
    assert second.locator(".patient-name").inner_text() == other


def test_after_signing_out_the_page_is_gone(page, practice):
    """Conformance A7.9."""
    launch(page, practice, "Delia Whitfield")
    address = page.url
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    response = page.request.get(address)
    assert response.status == 401
    assert "Delia" not in response.text()


def test_d21_after_signing_out_the_back_button_shows_nothing(chromium, practice):
    context = chromium.new_context()
    page = context.new_page()
    launch(page, practice, "Delia Whitfield")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="You are signed out").wait_for()
    page.go_back()
    page.get_by_role("heading", name="This session has ended").wait_for()
    assert "Delia" not in page.content()
    context.close()


def test_the_summary_needs_no_javascript(chromium, practice):
    """A9.5, D6."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    launch(page, practice, "Delia Whitfield")
    assert page.get_by_role("heading", name="Sources and limits").is_visible()
    context.close()
