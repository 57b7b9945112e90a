"""Every answer stands on the page once, with the status, reasons, due date and source that the JSON gives it."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from cds.contract import as_json
from chart.when import day_in_words
from rules.catalogue import RULES
from rules.rule import Priority, Status
from tests.builders import chart, condition, order
from tests.cds.pages import PATIENTS, page_of_chart, practice_page, practice_summary

TAGS = {"upcoming": "Soon", "addressed": "Done", "undetermined": "Cannot tell"}
MISSING = {
    "nothing missing": (),
    "medication orders refused": ("MedicationRequest",),
    "the rest refused": ("Condition", "Observation", "Procedure"),
}


@pytest.fixture(params=PATIENTS)
def name(request):
    return request.param


@pytest.fixture(params=MISSING)
def missing(request):
    return MISSING[request.param]


def test_every_answer_stands_on_the_page_once_as_in_the_json(name, missing):
    page, told = practice_page(name, missing), as_json(practice_summary(name, missing))
    for answer in told["guidance"] + told["referrals"]:
        item = page.by_id[answer["id"]]
        assert answer["title"] in item.text
        assert all(" ".join(reason["text"].split()) in item.text for reason in answer["reasons"])
        if answer["status"] != "not indicated":
            assert item.first(class_="tag").text == tag_of(answer)
            assert answer["advice"] in item.text
            assert answer["source"]["title"] in item.text
            assert answer["source"]["locator"] in item.text


def tag_of(answer):
    if answer["status"] == "indicated":
        return "Today" if answer["priority"] == "safety" else "To do"
    return TAGS[answer["status"]]


def test_due_dates_are_those_of_the_json(name):
    as_of = practice_summary(name).case.as_of
    for answer in practice_summary(name).assessments:
        item, day = practice_page(name).by_id[answer.rule.id], answer.guidance.due_on
        is_shown = day and answer.status is not Status.NOT_INDICATED
        assert [t.attributes["datetime"] for t in item.all("time")] == ([day.isoformat()] if is_shown else [])
        if is_shown:
            assert f"{'Was due' if day < as_of else 'Due'} {day_in_words(day)}" in item.text


def test_the_options_of_a_referral_are_those_of_the_json(name):
    for answer in practice_summary(name).referrals:
        if answer.status is Status.INDICATED:
            item = practice_page(name).by_id[answer.rule.id].text
            for option in answer.guidance.options:
                assert all(part in item for part in (option.kind, option.name, option.contact, option.detail))


def test_medicines_and_their_arithmetic_are_those_of_the_json(name):
    mme, medicines = as_json(practice_summary(name))["mme"], practice_page(name).by_id["medicines"].text
    for line in mme["by_medication"]:
        assert all(part in medicines for part in (line["name"], line["basis"], *line["notes"]))
    for line in mme["not_calculated"] + mme["excluded"]:
        assert line["name"] in medicines
        assert line["reason"] in medicines


def test_what_needs_attention_today_stands_on_the_first_screen(name):
    today = practice_page(name).by_id["today"]
    safety = [a.rule.id for a in practice_summary(name).safety]
    assert [item.attributes["id"] for item in today.all("article")] == safety


def test_high_priorities_are_named_on_the_first_screen_wherever_they_stand(name):
    today = practice_page(name).by_id["today"]
    links = [a.attributes["href"][1:] for a in today.all("a") if a.attributes["href"].startswith("#")]
    assert set(links) >= {
        a.rule.id
        for a in practice_summary(name).assessments
        if a.status is Status.INDICATED
        and a.priority is not Priority.ROUTINE
        and a not in practice_summary(name).safety
    }


def test_the_patient_is_named_with_birth_date_age_sex_and_number():
    known = chart(condition("M54.5"), born="1958-02-03", sex="female")
    known = replace(known, patient=replace(known.patient, mrn="LFM-1", name="Ada Test"))
    head = page_of_chart(known).first("header").text
    assert head.startswith("Ada Test Born 3 Feb 1958 Age 68 Female MRN LFM-1")


def test_a_dose_just_under_a_threshold_is_not_rounded_onto_it():
    medicines = page_of_chart(chart(order("morphine", "49.996", 1))).by_id["medicines"].text
    assert "49.996 MME/day" in medicines
    assert not re.search(r"\b50 MME/day", medicines)


def test_rules_about_an_order_being_written_are_not_on_the_page():
    shown = {a.rule.id for a in practice_summary("harold-brandvold").assessments}
    others = {rule.id for rule in RULES} - shown
    assert others
    assert not others & set(practice_page("harold-brandvold", ("MedicationRequest",)).by_id)


def test_headings_are_in_order(name, missing):
    levels = [int(e.tag[1]) for e in practice_page(name, missing).elements if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_links_within_the_page_lead_somewhere(name, missing):
    page = practice_page(name, missing)
    hrefs = [a.attributes["href"] for a in page.all("a")]
    assert {h[1:] for h in hrefs if h.startswith("#")} <= set(page.by_id)


def test_no_style_script_or_handler_is_written_into_the_page(name):
    page = practice_page(name)
    assert not page.all("script")
    assert not page.all("style")
    assert not [e for e in page.elements if any(k == "style" or k.startswith("on") for k in e.attributes)]
