"""A clinician's morning: open, take in, act, refer, trace, copy, next patient; by keyboard and as the front desk."""

import re

import pytest

from tests.journeys.shown import complaints, open_all, too_wide
from tests.journeys.test_launch import launch

pytestmark = pytest.mark.browser
FIRST, NEXT = "Oleksandr Hrytsenko", "Delia Whitfield"


def test_a_morning(page, practice):
    launch(page, practice, FIRST)
    # Take in: without scrolling, what needs attention, how much, and why.
    assert page.locator("#today .tag-today").first.is_visible()
    assert page.locator(".number").inner_text() == "60 MME/day"
    # Act: record an answer where the item stands.
    item = page.locator("#PV-08")
    item.get_by_text("Record an answer").click()
    item.get_by_role("button", name=re.compile("Done elsewhere")).click()
    page.wait_for_url("**#PV-08")
    assert "Recorded in this app: done elsewhere" in page.locator("#PV-08 .recorded").text_content()
    # Refer: the option the patient prefers, a draft to look at, one click, and it is among those under way.
    page.locator("#referrals .item").first.get_by_role("link", name="Draft a referral").click()
    page.get_by_label(re.compile("A colleague")).check()
    page.get_by_role("button", name="Look at the draft").click()
    page.get_by_role("button", name="Send to the EHR").click()
    page.get_by_role("heading", name="The referral is in the EHR").wait_for()
    page.get_by_role("link", name="Back to the summary").click()
    assert page.locator(".loops > li", has_text="Drafted, to be signed").count() == 1
    # Trace: from the reason to the record behind it, in the list of what was read.
    page.locator("#PV-01 .fold > summary").click()
    page.locator("#PV-01 .records a").first.click()
    assert page.locator("#records li:target").is_visible()
    # Copy: one click, and the note is on the clipboard.
    page.get_by_role("link", name="Take along").click()
    page.get_by_role("button", name="Copy: For the visit note").click()
    assert page.get_by_text("Copied").is_visible()
    chosen = page.evaluate("document.getSelection().toString() || document.activeElement.value")
    assert chosen.startswith(f"{FIRST}, born 30 Jul 1976")
    page.get_by_role("link", name="Back to the summary").click()
    # Next patient: nothing of the first is left.
    launch(page, practice, NEXT)
    assert page.locator(".patient-name").inner_text() == NEXT
    assert FIRST not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_taking_along_and_the_front_desk_are_clean_by_axe_and_fit(page, practice, scheme):
    page.emulate_media(color_scheme=scheme)
    launch(page, practice, FIRST)
    page.set_viewport_size({"width": 320, "height": 800})
    open_all(page)
    assert too_wide(page) == []  # with the choice of a role, as it is where the EHR tells none
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("link", name="Take along").click()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert complaints(page) == []
        assert too_wide(page) == []
    page.get_by_role("link", name="Back to the summary").click()
    page.get_by_label("Seen as").select_option("front desk")
    page.get_by_role("button", name="Change").click()
    page.get_by_role("heading", name="To arrange").wait_for()
    assert complaints(page) == []
    assert too_wide(page) == []


def test_the_whole_way_by_keyboard(page, practice):
    launch(page, practice, FIRST)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the summary
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Take along":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="For the visit note").wait_for()
    assert page.locator("main").count() == 1


def test_a_page_that_is_still_being_read_is_clean_by_axe(chromium, practice):
    """The shell, the progress and what is known so far, as they stand while a slow EHR answers."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{practice}/launch")
    page.set_content(_while_reading(page))
    assert complaints(page) == []
    context.close()


def _while_reading(page):
    from flask import render_template

    from cds.page import page_of
    from tests.cds.pages import APP, practice_summary

    summary = practice_summary("oleksandr-hrytsenko")
    with APP.test_request_context():
        head = render_template("reading.html", chart=summary.case.chart, handle="h", form_token="t")
        middle = render_template("progress.html", waiting=("Documents", "Tasks"))
        so_far = render_template("so_far.html", **page_of(summary, "the EHR"))
    top, _, end = head.partition("<!-- main -->")
    style = (page.context.request.get(page.url.split("/launch")[0] + "/static/previsit.css")).text()
    return re.sub(r"<link rel=\"stylesheet\"[^>]*>", f"<style>{style}</style>", top) + middle + so_far + end
