"""Where something is missing the page says so, once, and comforts nobody with what it could not see."""

import re
from dataclasses import replace

import pytest

from chart.medications import Product
from chart.records import Gap, SetAside
from chart.terms import Concept
from rules.rule import Priority, Status
from tests.builders import chart, order
from tests.cds.pages import page_of_chart, practice_page, practice_summary, with_gap

NO_ORDERS = ("MedicationRequest", "MedicationDispense")
# True only of a chart that was read whole.
COMFORT = re.compile(r"^(nothing|none|no)\b|\bno opioid", re.IGNORECASE)
QUALIFIED = re.compile(r"could be read|cannot be told|could not be told|can be told", re.IGNORECASE)
HIDES = [kind for kind in Gap if kind is not Gap.NOT_SUPPORTED]


def own_words(page):
    """Paragraphs the page speaks itself: those outside of any rule's answer."""
    inside = {id(p) for kind in ("article", "li") for e in page.all(kind) for p in e.all("p")}
    return [p.text for p in page.all("p") if id(p) not in inside]


@pytest.mark.parametrize("kind", HIDES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("what", ["MedicationRequest", "MedicationDispense", "Condition", "Observation"])
def test_nothing_found_is_never_said_bare_where_something_is_missing(kind, what):
    """C3.11."""
    page = page_of_chart(with_gap(chart(), what, kind))
    assert [said for said in own_words(page) if COMFORT.search(said) and not QUALIFIED.search(said)] == []
    assert "nothing to prepare" not in page.first(class_="headline").text
    assert f"{what} records {kind.value}." in page.first(class_="gaps").text


def test_a_record_that_could_not_be_used_is_a_gap_too():
    unread = replace(chart(), set_aside=(SetAside("Condition", "Condition/9", "its code cannot be read"),))
    page = page_of_chart(unread)
    assert "1 record arrived but could not be used" in page.first(class_="gaps").text
    assert page.first(class_="headline").text.startswith(
        "No opioid in use found in what could be read; not all"
    )
    assert "Condition/9: its code cannot be read" in page.by_id["set-aside"].text


@pytest.mark.parametrize(
    "hidden",
    [
        with_gap(chart(), "MedicationRequest", Gap.NOT_SUPPORTED),
        chart(order("oxycodone", 5, 4, concept=Concept(), product=Product(""))),
    ],
    ids=["an EHR without orders", "a medicine without a readable name"],
)
def test_what_may_be_an_opioid_leaves_the_question_open(hidden):
    page = page_of_chart(hidden)
    assert page.first(class_="headline").text.startswith("Whether opioids are in use could not be told; ")
    assert "None found in use in what could be read; not all could." in page.by_id["medicines"].text


def test_what_was_set_aside_on_purpose_hides_nothing():
    mistake = SetAside("Condition", "Condition/9", "entered in error", hides_a_record=False)
    page = page_of_chart(replace(chart(), set_aside=(mistake,)))
    assert not page.all(class_="gaps")
    assert "Nothing found for today." in page.by_id["today"].text


def test_a_chart_read_whole_is_not_hedged():
    page = practice_page("nokomis-fairbanks")
    assert page.first(class_="headline").text == "No opioid in use; nothing to prepare."
    assert "Nothing found for today." in page.by_id["today"].text
    assert not page.all(class_="gaps")


def test_without_medication_orders_no_dose_is_shown():
    page = practice_page("delia-whitfield", NO_ORDERS)
    assert page.first(class_="headline").text.startswith("Whether opioids are in use could not be told; ")
    facts = page.first(class_="facts").text
    assert "MME/day cannot be told" in facts
    assert not re.search(r"\d (?:MME/day)", facts)
    assert "cannot be told" in page.by_id["dose"].text.lower() or "could be read" in page.by_id["dose"].text


def test_a_dose_that_is_a_minimum_says_so_wherever_it_stands():
    page = page_of_chart(chart(order("morphine", 15, 2), order("oxycodone", 5, None)))
    assert page.first(class_="number").text == "at least 30 MME/day"
    assert "at least 30 MME/day" in page.first(class_="headline").text
    assert page.first(class_="total").text == "Together at least 30 MME/day"
    assert "1 opioid could not be counted" in page.first(class_="facts").text


def test_what_cannot_be_told_of_today_is_named_on_the_first_screen():
    summary = practice_summary("anahera-tamihana", ("Observation",))
    untold = {f"#{a.rule.id}" for a in summary.of(Status.UNDETERMINED) if a.priority is Priority.SAFETY}
    today = practice_page("anahera-tamihana", ("Observation",)).by_id["today"]
    assert untold
    assert untold <= {a.attributes["href"] for a in today.all("a")}


def test_a_missing_type_is_said_once_for_all_it_hides():
    folds = practice_page("harold-brandvold", ("Condition",)).by_id["prepare"].all("details", "untold")
    (fold,) = [f for f in folds if f.text.startswith("Condition records not shared by the EHR: ")]
    counted = re.search(r": (\d+) items cannot be told", fold.text)
    assert int(counted[1]) == len(fold.all("li", "line")) > 3
