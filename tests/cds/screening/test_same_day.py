"""What cannot wait opens at once: on the form, with the rest unfinished, and when the EHR is silent."""

import pytest

from cds.screening.forms import forms
from rules.complex_patients import self_harm_question, suicide_risk
from tests.cds.pages import read_page
from tests.cds.screening.visits import same_day
from tests.journeys.faults import ALL, status

ITEM_9 = "44260-8"
ALL_ZERO = {q.name: "0" for q in forms()["phq-9"].questions if not q.is_optional}


@pytest.mark.parametrize(
    ("place", "opens"), [("0", False), ("1", True), ("2", True), ("3", True), ("skip", False)]
)
def test_any_answer_but_not_at_all_opens_it_before_the_form_is_left(visit, place, opens):
    """Specification 5.2: item 9 of 1 or more is for the same day; the rest of the form is unanswered here."""
    sent = visit.send("phq-9", {ITEM_9: place})
    assert sent.status_code == 422
    found = same_day(read_page(sent.text))
    assert bool(found) == opens
    if opens:
        assert self_harm_question.ADVICE in found[0].text
        assert "988" in found[0].text
        assert all(words in found[0].text for words in self_harm_question.RULE.say)


@pytest.mark.parametrize(("place", "opens"), [("0", False), ("1", True)])
def test_the_result_opens_with_it(visit, place, opens):
    _, page = visit.save("phq-9", ALL_ZERO | {ITEM_9: place})
    assert bool(same_day(page)) == opens
    main = page.first("main")
    assert not opens or main.elements[0] is same_day(page)[0]


def test_it_names_whom_the_clinics_policy_names(visit, monkeypatch):
    from dataclasses import replace

    from rules.resource import BEHAVIOURAL_HEALTH, IN_THIS_CLINIC, Resource

    colleague = Resource(BEHAVIOURAL_HEALTH, IN_THIS_CLINIC, "Rosalind Achterberg", "extension 4711")
    extensions = visit.clinic.app.extensions
    monkeypatch.setitem(extensions, "policy", replace(extensions["policy"], resources=(colleague,)))
    text = same_day(read_page(visit.send("phq-9", {ITEM_9: "1"}).text))[0].text
    assert "Rosalind Achterberg" in text
    assert "extension 4711" in text


def test_the_words_of_the_question_stand_in_the_form_and_nowhere_else(visit):
    """Specification 7.3: the text of item 9 is never sent on."""
    location, _ = visit.save("phq-9", {ITEM_9: "1"})
    assert "better off dead" not in visit.get().text
    assert "better off dead" not in same_day(read_page(visit.send("phq-9", {ITEM_9: "1"}).text))[0].text
    assert location


@pytest.mark.parametrize("fault", [status(503), status(401)])
def test_it_is_shown_though_the_ehr_is_silent(visit, fault):
    location, _ = visit.save("phq-9", ALL_ZERO | {ITEM_9: "2"})
    visit.clinic.faults.broken = {ALL: fault}
    page = visit.browser.get(f"{visit.clinic.url}{location}", timeout=60)
    assert page.status_code == 200
    shown = read_page(page.text)
    assert self_harm_question.ADVICE in same_day(shown)[0].text
    assert "PHQ-9: 2" in shown.text


@pytest.mark.parametrize(("place", "opens"), [("0", False), ("1", False), ("2", True), ("3", True)])
def test_a_level_of_risk_that_is_entered_opens_it_too(visit, place, opens):
    _, page = visit.save("c-ssrs", {"93374-7": place})
    assert bool(same_day(page)) == opens
    assert not opens or suicide_risk.ADVICE in same_day(page)[0].text


def test_a_screen_done_on_the_same_day_settles_it(visit):
    visit.save("phq-9", ALL_ZERO | {ITEM_9: "1"})
    assert "CX-02" in [a.attributes["id"] for a in visit.summary().by_id["today"].all("article")]
    visit.save("c-ssrs", {"93374-7": "0"})
    assert "CX-02" not in [a.attributes["id"] for a in visit.summary().by_id["today"].all("article")]


def test_taken_back_it_no_longer_speaks(visit):
    location, _ = visit.save("phq-9", ALL_ZERO | {ITEM_9: "1"})
    assert visit.take_back(location).status_code == 303
    page = read_page(visit.browser.get(f"{visit.clinic.url}{location}").text)
    assert "Taken back" in page.text
    assert same_day(page) == []
    assert "PHQ-9 question 9 answered 1" not in visit.summary().text
