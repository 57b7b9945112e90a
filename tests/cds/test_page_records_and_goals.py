"""From a reason to the record behind it and back; goals in the words of the plan; the order of what is due."""

from dataclasses import replace

import pytest

from cds.headline import is_about_the_patient
from cds.page import page_of
from chart.records import CarePlan
from rules.plan_words import plan_words
from rules.rule import Status
from tests.builders import chart, concept, when
from tests.cds.pages import PATIENTS, page_of_chart, practice_page, practice_summary


@pytest.mark.parametrize("name", PATIENTS)
def test_every_record_behind_an_answer_is_listed_once_and_leads_back_to_it(name):
    page, summary = practice_page(name), practice_summary(name)
    lists = [e for e in page.elements if e.attributes.get("id") == "records"]
    told = " ".join(e.text for e in lists)
    for answer in summary.assessments:
        ids = [i for reason in answer.guidance.reasons for i in reason.record_ids]
        if answer.status is Status.NOT_INDICATED:
            continue
        assert all(i in told for i in ids)
        if ids:
            item = page.by_id[answer.rule.id]
            links = [a.attributes["href"] for a in item.first(class_="records").all("a")]
            back = [a.attributes["href"] for a in page.by_id[links[0].lstrip("#")].all("a")]
            assert f"#{answer.rule.id}" in back


def plan(title="Walk to the shop", status="active", on=None, kind="pain care plan"):
    return CarePlan(
        id=f"CarePlan/{title}", title=title, status=status, when=when(on), categories=(concept(text=kind),)
    )


def chart_with(*plans):
    return replace(chart(), care_plans=plans)


def test_goals_stand_in_the_conversation_in_the_words_of_the_plan_newest_first():
    found = page_of_chart(chart_with(plan("Garden again", on="2025-05-01"), plan(on="2026-01-05"))).by_id[
        "words"
    ]
    assert [li.text for li in found.all(class_="plan")] == [
        "Walk to the shop (pain care plan, 5 Jan 2026)",
        "Garden again (pain care plan, 1 May 2025)",
    ]


@pytest.mark.parametrize("status", ["draft", "revoked", "completed", "entered-in-error", "unknown"])
def test_a_plan_that_is_not_in_force_is_nobodys_goal_now(status):
    assert plan_words(chart_with(plan(status=status))) == ()


def test_a_plan_without_words_of_its_own_says_nothing():
    assert plan_words(chart_with(plan(title=""))) == ()
    assert plan_words(chart_with(plan(title="Walk", kind="Walk")))[0].kind == ""


@pytest.mark.parametrize("name", PATIENTS)
def test_what_has_a_day_comes_first_and_by_its_day(name):
    shown = page_of(practice_summary(name), "the EHR")
    for room in (shown["prepare"], shown["complex_needs"], shown["referrals"]):
        days = [a.guidance.due_on for a in room.then]
        dated = [day for day in days if day]
        assert days[: len(dated)] == sorted(dated)


@pytest.mark.parametrize("name", PATIENTS)
def test_on_a_quiet_day_the_first_screen_names_what_is_to_prepare(name):
    summary, today = practice_summary(name), practice_page(name).by_id["today"]
    about = [a for a in summary.to_do if is_about_the_patient(a)]
    if summary.safety or len(about) > 10:
        return
    named = {a.attributes["href"] for a in today.all("a")}
    assert {f"#{a.rule.id}" for a in about} <= named
