"""A chart whose every string is markup, far too long, or turns the direction of text: nothing runs, nothing breaks."""

from dataclasses import replace

import pytest

from chart.records import Gap, SetAside, SourceRead, Unavailable
from chart.terms import Concept
from tests.builders import chart, condition, encounter, fill, observation, order, statement
from tests.cds.pages import page_html, summary_of
from tests.journeys.shown import complaints, open_all, show, too_wide

pytestmark = pytest.mark.browser
MARKUP = (
    "<script>hit=1</script><img src=x onerror=hit=2>\"'><svg onload=hit=3>{{7*7}}</title></textarea>&amp;"
)
TEXTS = {
    "markup": MARKUP,
    "400 letters": "Abcdefghij" * 40,
    "400 letters of markup": f"<b>{'w' * 400}</b>",
    "right to left": "אוקסיקודון 5 מ״ג ‮RTL override‬ مريض",
    "emoji": "👩🏽‍⚕️💊🧪" * 30,
    "controls": "zero\u200bwidth\u2028line\u0007bell\u202eturned",
}


def hostile_chart(text):
    named = {"concept": Concept((), text)}
    found = chart(
        order("oxycodone", 5, 4, **named),
        order("morphine", 15, None, **named),
        order("buprenorphine film", 8, 2, **named),
        order("lorazepam", 1, 2, **named),
        order("naloxone", 4, 1, **named),
        fill("oxycodone", 5, 4, **named),
        statement("gabapentin", 300, 3, **named),
        condition("F11.20", text=text),
        condition("G47.33", text=text),
        condition("Z33.1", text=text),
        observation("44261-6", 22, text=text),
        observation("44260-8", 2, text=text),
        encounter(kind="EMER", reasons=(Concept((), text),)),
        unavailable=(Unavailable("Procedure", Gap.FAILED, f"Procedures could not be read ({text})"),),
        set_aside=(SetAside(text, text, text),),
        sources=(SourceRead(text, 1),),
    )
    return replace(found, patient=replace(found.patient, name=text, mrn=text, sex=text, warnings=(text,)))


@pytest.fixture(scope="module", params=TEXTS)
def opened(chromium, request):
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    text = TEXTS[request.param]
    show(page, page_html(summary_of(hostile_chart(text))))
    open_all(page)
    yield page, text
    context.close()
    assert errors == []


@pytest.fixture
def page(opened):
    return opened[0]


def test_nothing_in_it_runs_or_becomes_an_element(page):
    """D7."""
    assert page.evaluate("typeof hit") == "undefined"
    assert page.locator("script, img, iframe, style, textarea, b, svg[onload]").count() == 0
    assert not page.evaluate(
        "[...document.querySelectorAll('*')].some(e => e.getAttributeNames().some(n => n.startsWith('on')))"
    )


@pytest.mark.parametrize("width", [320, 700, 1280])
def test_nothing_reaches_over_the_edge(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert too_wide(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_letter_is_kept_but_those_that_turn_text(opened):
    page, text = opened
    assert page.locator("h1").text_content() == text.replace("\u202e", "").replace("\u202c", "")


def test_no_name_turns_the_numbers_after_it(page):
    body = page.locator("body").text_content()
    assert not set(body) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    assert page.locator(".number").inner_text() == "at least 30 MME/day"


def test_axe_finds_nothing(page):
    assert complaints(page) == []


def test_the_chart_reaches_every_part_of_the_page(page):
    """Else the tests above would prove little."""
    for part in (
        "#medicines .counted",
        "#medicines .caution",
        ".gaps",
        "#set-aside",
        "#prepare .item",
        ".warning",
    ):
        assert page.locator(part).count() > 0
    assert page.locator("#medicines h3", has_text="Medication for opioid use disorder").count() == 1
