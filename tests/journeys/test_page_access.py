"""WCAG 2.2 AA on every page and state: axe, narrow and zoomed, by keyboard, on the first screen, on paper."""

import gzip
import re

import pytest

from tests.cds.pages import page_html, practice_chart, practice_summary, summary_of
from tests.journeys.shown import ADDRESS, STATIC, complaints, open_all, show, too_wide

pytestmark = pytest.mark.browser
LOST = ("MedicationRequest", "Condition", "Observation")
LIGHTEST = 40_000  # bytes; the budget is 150 kB
ON_FIRST_SCREEN = (
    ".patient-name", ".patient-facts", ".headline", ".gaps", "#today article h3", "#today .advice", ".number",
    "#ltot-title + p",
)  # fmt: skip


# One of each kind of page: much to do and nothing to do, much that cannot be told, an empty chart, many opioids,
# a referral under way, a minor, an event on the dose. Any other patient's page is made of the same parts.
KINDS = (
    "harold-brandvold", "nokomis-fairbanks", "augustine-pellerin", "perpetua-achebe-lindholm",
    "ottoline-brightwater-sesay", "cornelius-abioye-marsh", "linh-tran", "priya-raghunathan-bell",
    "skyler-redfern", "oleksandr-hrytsenko",
)  # fmt: skip


@pytest.fixture(scope="module", params=[*KINDS, "harold-brandvold, partly read"])
def opened(chromium, request):
    """(page, its HTML): one browser page a patient, shared by the tests of this file."""
    name, _, lost = request.param.partition(", ")
    html = page_html(summary_of(practice_chart(name, LOST)) if lost else practice_summary(name))
    context = chromium.new_context()
    page = context.new_page()
    show(page, html)
    yield page, html
    context.close()


@pytest.fixture
def shown(opened):
    page, _ = opened
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(media="null", color_scheme="light")
    page.reload()
    return page


FOCUS = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const head = document.querySelector('.patient').getBoundingClientRect();
    const isUnder = !at.closest('.patient, .skip') && head.top <= 0 && box.top < head.bottom - 1;
    return [getComputedStyle(at).outlineStyle, isUnder || box.bottom > innerHeight + 1];
}"""


@pytest.fixture
def partly_read(page):
    show(page, page_html(summary_of(practice_chart("harold-brandvold", LOST))))
    return page


def test_axe_finds_nothing(shown):
    open_all(shown)
    assert complaints(shown) == []


def test_contrast_holds_in_the_dark(shown):
    open_all(shown)
    shown.emulate_media(color_scheme="dark")
    assert complaints(shown, ["color-contrast"]) == []


def test_nothing_is_lost_to_the_right(shown):
    open_all(shown)
    for width in (320, 640):
        shown.set_viewport_size({"width": width, "height": 800})
        assert too_wide(shown) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (700, 900)])
def test_the_first_screen_holds_who_what_today_and_how_much(shown, width, height):
    shown.set_viewport_size({"width": width, "height": height})
    for part in shown.locator(", ".join(ON_FIRST_SCREEN)).all():
        box = part.bounding_box()
        assert box["y"] + box["height"] <= height, part.inner_text()


def test_it_prints_on_two_sheets_at_most(shown):
    """Letter is the shorter of the two papers. Seventeen opioid orders, as one patient has, take a third sheet."""
    most = 3 if shown.locator(".patient-name", has_text="Ottoline").count() else 2
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", shown.pdf(format="Letter"))) <= most


def test_the_page_is_light(opened):
    """Compressed, as a proxy sends it; a form beside each item weighs much less that way."""
    _, html = opened
    sent = gzip.compress(html.encode() + (STATIC / "previsit.css").read_bytes())
    assert len(sent) < LIGHTEST


@pytest.mark.parametrize("path", ["/ehr/", "/ehr/log", "/launch", "/no-such-page"])
def test_axe_finds_nothing_on_start_log_and_problem_pages(chromium, practice, path):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{practice}{path}")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert complaints(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert too_wide(page) == []
    context.close()


def test_the_skip_link_comes_first_and_leads_to_the_summary(partly_read):
    partly_read.keyboard.press("Tab")
    skip = partly_read.locator(":focus")
    assert skip.inner_text() == "Skip to the summary"
    assert skip.bounding_box()["x"] >= 0
    partly_read.keyboard.press("Enter")
    assert partly_read.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_every_stop_of_the_keyboard_is_seen(partly_read, key):
    """Focus has an outline and is never hidden under the patient's line."""
    for _ in range(30):
        partly_read.keyboard.press(key)
        outline, is_hidden = partly_read.evaluate(FOCUS)
        assert outline == "solid"
        assert not is_hidden


def test_a_link_opens_the_fold_it_leads_into(partly_read):
    link = partly_read.locator("#today .also a", has_text="Suicide risk")
    target = link.get_attribute("href")
    assert not partly_read.locator(target).is_visible()
    link.click()
    assert partly_read.locator(target).is_visible()


def test_paper_holds_what_is_folded_and_matters_and_no_form(page):
    show(page, page_html(practice_summary("harold-brandvold")))
    page.emulate_media(media="print")
    assert page.get_by_text("1 patch every 72 hours").is_visible()
    assert page.get_by_text("Visit about opioid therapy on record").first.is_visible()
    assert page.locator("button:visible, form:visible, .fold:not(.prints):visible").count() == 0


def test_what_could_not_be_told_is_printed(partly_read):
    partly_read.emulate_media(media="print")
    assert partly_read.locator("#prepare .untold .item-title:visible").count() > 3


def test_no_request_leaves_for_anywhere_else(page):
    """A9.4, A9.5: one origin, and nothing kept in the browser but the cookie."""
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    show(page, page_html(practice_summary("harold-brandvold")))
    assert len(asked) > 1
    assert all(url.startswith(f"{ADDRESS}/") for url in asked)
