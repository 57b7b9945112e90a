"""Scores of every tool: from totals, items, components and forms; positive, negative, old, incomplete or none."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.records import Value
from chart.terms import LOINC, Code, Concept
from rules.case import Case
from rules.codes import rows
from rules.complex_patients import instruments
from rules.complex_patients.answers import points
from rules.complex_patients.instruments import AUDIT_C, GAD7, PC_PTSD5, PHQ2, PHQ9, SINGLE_QUESTION
from rules.complex_patients.scores import State, screen
from tests.builders import AS_OF, chart, component, form, observation

PHQ9_CODES = [item.codes[0] for item in PHQ9.items]
GAD7_CODES = [item.codes[0] for item in GAD7.items]
POSITIVE, NEGATIVE, OUT_OF_DATE = State.POSITIVE, State.NEGATIVE, State.OUT_OF_DATE
INCOMPLETE, NONE = State.INCOMPLETE, State.NONE


def phq9(*records, cutoff=10):
    return screen(Case(chart(*records)), PHQ9, cutoff)


def answers(*scores, codes=PHQ9_CODES, **changes):
    return [observation(c, n, **changes) for c, n in zip(codes, scores, strict=False) if n is not None]


@pytest.mark.parametrize(
    ("total", "state"), [(0, NEGATIVE), (9, NEGATIVE), (10, POSITIVE), (27, POSITIVE), (28, INCOMPLETE)]
)
def test_recorded_total(total, state):
    assert phq9(observation("44261-6", total)).state is state


@pytest.mark.parametrize(
    ("total", "days_ago", "state"),
    [
        (17, 0, POSITIVE), (17, 90, POSITIVE), (17, 91, OUT_OF_DATE),
        (4, 365, NEGATIVE), (4, 366, OUT_OF_DATE),
        (17, "2025-12", POSITIVE),  # its last day may be 61 days ago
        (17, "2025-11", OUT_OF_DATE),
        (4, "2025-03", OUT_OF_DATE),  # its first day may be 366 days ago
        (17, None, POSITIVE), (4, None, OUT_OF_DATE),
    ],
)  # fmt: skip
def test_how_long_a_result_is_current(total, days_ago, state):
    assert phq9(observation("44261-6", total, on=days_ago)).state is state


def test_a_positive_alcohol_screen_stays_current_for_a_year():
    case = Case(chart(observation("75626-2", 6, on=365)))
    assert screen(case, AUDIT_C, 4).state is POSITIVE


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Value(number=Decimal(2)), 2),
        (Value(number=Decimal(2), unit="{score}"), 2),
        (Value(number=Decimal(2), unit="mm[Hg]"), None),
        (Value(text="2"), 2),
        (Value(text="2 - More than half the days"), 2),
        (Value(text="Several days"), 1),
        (Value(text="Nearly every day."), 3),
        (Value(text="0-4"), None),  # a band is not a score
        (Value(text="often"), None),
        (Value(Decimal(3), concept=Concept((), "Nearly every day"), text="Nearly every day"), 3),
        (Value(concept=Concept((Code(LOINC, "LA6570-1"),))), 2),
        (Value(concept=Concept((Code(LOINC, "LA6568-5", "Not at all"),))), 0),
        (Value(number=Decimal(4)), None),
        (Value(number=Decimal(-1)), None),
        (Value(number=Decimal(3), comparator="<"), None),
        (Value(absent="asked-declined"), None),
    ],
)
def test_answers_in_every_shape(value, expected):
    number = points(value, instruments.HOW_OFTEN, 3).number
    assert number == expected


def test_a_bound_from_below_is_at_least():
    read = points(Value(number=Decimal(10), comparator=">="), instruments.HOW_OFTEN, 27)
    assert (read.number, read.at_least) == (10, True)


@pytest.mark.parametrize(("value", "expected"), [(True, 1), ("Yes", 1), ("no", 0), (False, 0)])
def test_yes_and_no(value, expected):
    case = Case(chart(*[observation(c, 1) for c in ("102012-2", "102013-0", "102014-8", "102015-5")],
                      form({"102016-3": value})))  # fmt: skip
    assert screen(case, PC_PTSD5, 3).score.points == 4 + expected


def test_sum_of_the_answers_of_one_day():
    found = phq9(*answers(2, 3, 2, 3, 2, 2, 1, 1, 1))
    assert (found.state, found.score.points) == (POSITIVE, 17)


def test_answers_of_two_days_are_not_added_together():
    found = phq9(*answers(2, 2, 2, 2, on=4), *answers(1, 1, 1, 1, 1, codes=PHQ9_CODES[4:], on=5))
    assert (found.state, found.score.points) == (INCOMPLETE, 8)
    assert found.score.missing == tuple(f"question {n}" for n in range(5, 10))


def test_some_answers_may_reach_the_cut_off_alone():
    found = phq9(*answers(3, 3, 3, 3))
    assert found.state is POSITIVE
    assert found.score.told().startswith("PHQ-9: at least 12, moderate")


def test_incomplete_says_what_is_missing():
    found = phq9(*answers(1, 1, None, 1, 1, 0, None, 0, 0))
    assert found.state is INCOMPLETE
    assert "questions 3, 7 are not answered" in found.score.told()


def test_a_form_with_words_and_components_of_a_panel_give_the_same():
    words = ["Not at all", "Several days", "More than half the days", "Nearly every day"]
    scores = [2, 1, 2, 1, 2, 1, 1]
    by_form = form({c: words[n] for c, n in zip(GAD7_CODES, scores, strict=True)})
    panel = observation(
        "69737-5",
        components=tuple(component(c, n) for c, n in zip(GAD7_CODES, scores, strict=True)),
    )
    for record in (by_form, panel):
        found = screen(Case(chart(record)), GAD7, 10)
        assert (found.state, found.score.points) == (POSITIVE, 10), record


def test_two_questions_are_a_phq2_and_no_unfinished_phq9():
    case = Case(chart(*answers(2, 1)))
    assert screen(case, PHQ2, 3).score.points == 3
    assert screen(case, PHQ9, 10).state is NONE


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error"])
def test_unusable_status(status):
    assert phq9(observation("44261-6", 17, status=status)).state is NONE


def test_preliminary_is_used_and_said():
    assert "(preliminary)" in phq9(observation("44261-6", 17, status="preliminary")).score.told()


def test_out_of_range_is_not_used_and_said():
    found = phq9(observation("44261-6", 30, on=3), observation("44261-6", 6, on=40))
    assert (found.state, found.score.points) == (NEGATIVE, 6)
    assert found.also[0].text == "A PHQ-9 value of 27 Feb 2026 is outside 0 to 27 and is not used"


def test_a_total_that_disagrees_with_its_answers_gives_way_to_the_higher():
    found = phq9(observation("44261-6", 7), *answers(2, 2, 2, 2, 2, 1, 0, 0, 0))
    assert (found.state, found.score.points) == (POSITIVE, 11)
    assert "recorded as 7, the answers add up to 11" in found.score.told()


def test_the_latest_decides():
    assert phq9(observation("44261-6", 17, on=40), observation("44261-6", 5, on=3)).state is NEGATIVE
    assert phq9(observation("44261-6", 5, on=40), observation("44261-6", 17, on=3)).state is POSITIVE


def test_where_either_may_be_the_latest_the_one_that_asks_for_care_decides():
    month = observation("44261-6", 17, on="2026-02")
    assert phq9(month, observation("44261-6", 5, on=20)).state is POSITIVE
    assert phq9(month, observation("44261-6", 5, on=1)).state is NEGATIVE


def test_an_unfinished_form_does_not_undo_an_earlier_result():
    found = phq9(observation("44261-6", 17, on=40), *answers(0, 0, 0, on=2))
    assert found.state is POSITIVE
    assert "not answered" in found.also[0].text


def test_a_form_that_cannot_be_matched_is_not_silent():
    unread = form({"x": 1}, panel="44249-1")
    found = phq9(replace(unread, answers=()))
    assert found.state is INCOMPLETE
    assert "could not be read" in found.also[0].text


def test_a_count_has_no_upper_end():
    case = Case(chart(observation("68524-8", 40)))
    assert screen(case, SINGLE_QUESTION, 1).state is POSITIVE


def test_every_code_is_in_the_tables():
    known = {row.code for row in rows() if row.system == LOINC}
    for tool in instruments.ALL:
        used = tool.totals | {code for item in tool.items for code in item.codes}
        assert used <= known, tool.name


scores = st.lists(st.integers(0, 3), min_size=9, max_size=9)


@given(scores, st.data())
def test_losing_an_answer_never_turns_a_result_negative(nine, data):
    """What is left either still reaches the cut-off or is incomplete."""
    lost = data.draw(st.integers(0, 8))
    left = phq9(*answers(*[None if i == lost else n for i, n in enumerate(nine)]))
    assert left.state in (POSITIVE, INCOMPLETE, NONE)
    assert phq9(*answers(*nine)).state is (POSITIVE if sum(nine) >= 10 else NEGATIVE)


@given(st.integers(0, 27), st.integers(0, 400), st.integers(0, 27))
def test_a_later_result_of_the_same_kind_never_makes_it_older(first, days, later):
    older = observation("44261-6", first, on=days + 1)
    newer = observation("44261-6", later, on=days)
    assert phq9(older, newer).score.points == later
    assert phq9(newer).due_on == phq9(older, newer).due_on
    assert phq9(newer).due_on >= AS_OF - timedelta(days=days)
