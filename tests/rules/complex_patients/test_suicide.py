"""CX-02 and CX-09: question 9 of the PHQ-9, and the suicide risk screen."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.records import Gap, Unavailable
from rules.complex_patients import self_harm_question, suicide_risk
from rules.complex_patients.suicide_screen import Level, suicide_screens
from rules.rule import Priority, Status
from tests.builders import component, condition, form, observation, value, when
from tests.rules.situations import no_opioid

INDICATED, ADDRESSED = Status.INDICATED, Status.ADDRESSED
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED
ITEM_9 = "44260-8"


def level(word, on=0):
    return observation("93374-7", value=None, on=on, id=f"Observation/level-{on}-{word}") if word is None else replace(
        observation("93374-7", on=on), value=value(word)
    )  # fmt: skip


@pytest.mark.parametrize(
    "record",
    [
        observation(ITEM_9, 1, on=3),
        form({ITEM_9: "Several days"}, on=3),
        form({ITEM_9: 3}, on=3),
        observation("44249-1", on=3, components=(component(ITEM_9, 2),)),
    ],
)
def test_question_9_in_every_shape(record):
    found = self_harm_question.RULE.assess(no_opioid(record))
    assert (found.status, found.priority) == (INDICATED, Priority.SAFETY)
    assert record.id in found.guidance.reasons[0].record_ids


@pytest.mark.parametrize(
    ("points", "days_ago", "status", "priority"),
    [
        (0, 3, NOT_INDICATED, Priority.SAFETY),
        (1, 0, INDICATED, Priority.SAFETY),
        (1, 90, INDICATED, Priority.SAFETY),
        (1, 91, INDICATED, Priority.HIGH),  # long ago and never followed up: still asked about
        (3, None, INDICATED, Priority.SAFETY),
        (4, 3, NOT_INDICATED, Priority.SAFETY),  # not an answer; said in the reasons
    ],
)
def test_question_9(points, days_ago, status, priority):
    found = self_harm_question.RULE.assess(no_opioid(observation(ITEM_9, points, on=days_ago)))
    assert (found.status, found.priority) == (status, priority)


def test_an_answer_that_cannot_be_one_is_said():
    found = self_harm_question.evaluate(no_opioid(observation(ITEM_9, 4)))
    assert "outside 0 to 3 and is not used" in found.reasons[0].text


@pytest.mark.parametrize(
    ("screened_on", "status"), [(0, ADDRESSED), (3, ADDRESSED), (4, INDICATED), (None, INDICATED)]
)
def test_a_suicide_risk_screen_since_then_answers_it(screened_on, status):
    case = no_opioid(observation(ITEM_9, 2, on=3), level("Low risk", on=screened_on))
    assert self_harm_question.evaluate(case).status is status


def test_an_unfinished_screen_does_not_answer_it():
    case = no_opioid(observation(ITEM_9, 2, on=3), form({"93246-7": "No"}, on=1))
    assert self_harm_question.evaluate(case).status is INDICATED


def test_the_words_of_the_question_are_never_repeated():
    item = observation(ITEM_9, 1, text="Thoughts that you would be better off dead")
    found = self_harm_question.evaluate(no_opioid(item))
    assert not any("dead" in r.text for r in found.reasons)
    assert "dead" not in self_harm_question.RULE.card + suicide_risk.RULE.card


@pytest.mark.parametrize(
    ("answers", "expected", "complete"),
    [
        ({"93246-7": "No", "93247-5": "No", "93267-3": "No"}, Level.NONE, True),
        ({"93246-7": "Yes", "93247-5": "No", "93267-3": "No"}, Level.LOW, True),
        ({"93246-7": True, "93247-5": True, "93248-3": False, "93249-1": False, "93250-9": False,
          "93267-3": False}, Level.LOW, True),
        ({"93248-3": "Yes"}, Level.MODERATE, False),
        ({"93246-7": "No", "93247-5": "No", "93267-3": "Yes", "93269-9": "No"}, Level.MODERATE, True),
        ({"93246-7": "No", "93247-5": "No", "93267-3": "Yes"}, Level.MODERATE, False),
        ({"93249-1": "Yes"}, Level.HIGH, False),
        ({"93250-9": "Yes"}, Level.HIGH, False),
        ({"93269-9": "Yes"}, Level.HIGH, False),
        ({"93246-7": "No", "93247-5": "Yes"}, Level.LOW, False),
    ],
)  # fmt: skip
def test_level_from_the_questions(answers, expected, complete):
    (found,) = suicide_screens(no_opioid(form(answers, on=0)))
    assert (found.level, found.is_complete) == (expected, complete)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("High Risk", Level.HIGH),
        ("Moderate", Level.MODERATE),
        ("Low risk", Level.LOW),
        ("No risk", Level.NONE),
    ],
)
def test_recorded_level(words, expected):
    assert suicide_screens(no_opioid(level(words)))[0].level is expected


def test_the_higher_of_level_and_answers_counts():
    case = no_opioid(level("Low"), form({"93250-9": "Yes"}, on=0))
    assert suicide_screens(case)[0].level is Level.HIGH


@pytest.mark.parametrize(
    ("word", "days_ago", "status", "priority"),
    [
        ("Moderate", 0, INDICATED, Priority.SAFETY),
        ("High", 0, INDICATED, Priority.SAFETY),
        ("High", None, INDICATED, Priority.SAFETY),
        ("Low", 0, ADDRESSED, Priority.SAFETY),
        ("High", 1, INDICATED, Priority.HIGH),  # says nothing of today: ask again
        ("High", 91, NOT_INDICATED, Priority.SAFETY),
        ("Low", 1, NOT_INDICATED, Priority.SAFETY),
    ],
)
def test_a_screen_speaks_for_its_day(word, days_ago, status, priority):
    found = suicide_risk.RULE.assess(no_opioid(level(word, on=days_ago)))
    assert (found.status, found.priority) == (status, priority)


@pytest.mark.parametrize(
    ("code", "changes", "status", "priority"),
    [
        ("R45.851", {"onset": 10}, INDICATED, Priority.SAFETY),
        ("6471006", {"onset": 10}, INDICATED, Priority.SAFETY),
        ("T14.91XA", {"onset": None}, INDICATED, Priority.SAFETY),
        ("R45.851", {"onset": 400}, INDICATED, Priority.HIGH),
        ("R45.851", {"onset": 400, "categories": frozenset({"encounter-diagnosis"})}, NOT_INDICATED, Priority.SAFETY),
        ("R45.851", {"clinical": "resolved"}, NOT_INDICATED, Priority.SAFETY),
        ("Z91.51", {}, NOT_INDICATED, Priority.SAFETY),  # a history
    ],
)  # fmt: skip
def test_on_the_problem_list(code, changes, status, priority):
    found = suicide_risk.RULE.assess(no_opioid(condition(code, **changes)))
    assert (found.status, found.priority) == (status, priority)


def test_a_screen_of_today_answers_the_problem_list():
    case = no_opioid(condition("R45.851", onset=10), level("Low", on=0))
    assert suicide_risk.evaluate(case).status is ADDRESSED


@pytest.mark.parametrize("module", [self_harm_question, suicide_risk])
def test_hidden_records_leave_it_open(module):
    refused = Unavailable("QuestionnaireResponse", Gap.REFUSED, "Forms were not shared")
    assert module.RULE.assess(no_opioid(unavailable=(refused,))).status is UNDETERMINED


def test_a_month_may_end_after_the_screen():
    """The answer may be later than the screen, so it is not answered."""
    item = replace(observation(ITEM_9, 1), when=when("2026-02"))
    assert self_harm_question.evaluate(no_opioid(item, level("Low", on=10))).status is INDICATED


@given(st.integers(1, 3), st.integers(0, 90), st.lists(st.sampled_from(["93246-7", "93247-5"]), max_size=2))
def test_a_positive_answer_is_never_lost(points, days_ago, codes):
    case = no_opioid(observation(ITEM_9, points, on=days_ago), form(dict.fromkeys(codes, "No"), on=0))
    assert self_harm_question.evaluate(case).status is INDICATED
