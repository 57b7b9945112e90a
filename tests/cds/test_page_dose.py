"""Today's dose in words, its trend, and the drawing of the dose over time."""

from datetime import timedelta
from itertools import pairwise

import pytest

from cds.dose_chart import BASE, LEFT, RIGHT, TOP, dose_chart
from cds.dose_words import dose_today, trend
from rules.case import Case
from tests.builders import AS_OF, chart, days_ago, fill, order
from tests.cds.pages import page_of_chart, practice_chart, with_gap


def case_of(*records, **changes):
    return Case(chart(*records, **changes))


def months(dose, first, count, strength=15):
    """Monthly fills of morphine, `dose` tablets a day, the first of them `first` days ago."""
    return [fill("morphine", strength, dose, on=first - 30 * n, days=30) for n in range(count)]


def ended_then(dose_before, dose_now):
    return case_of(*months(dose_before, 180, 5), *months(dose_now, 30, 2))


@pytest.mark.parametrize(
    ("records", "number", "at_least", "told"),
    [
        ((), "0", False, "0 MME/day"),
        ((order("morphine", 15, 2),), "30", False, "30 MME/day"),
        ((order("morphine", 15, 2), order("oxycodone", 5, None)), "30", True, "at least 30 MME/day"),
        ((order("oxycodone", 5, None),), "", False, "MME/day cannot be told"),
    ],
)
def test_the_dose_today_is_the_total_taken_apart(records, number, at_least, told):
    found = dose_today(case_of(*records).mme)
    assert (found.number, found.at_least, found.told) == (number, at_least, told)


@pytest.mark.parametrize(
    ("before", "now", "direction", "words"),
    [
        (4, 2, "down", "down from 60 on 2 Dec 2025"),
        (2, 4, "up", "up from 30 on 2 Dec 2025"),
        (4, 4, "same", "same as on 2 Dec 2025"),
    ],
)
def test_the_trend_compares_with_ninety_days_ago(before, now, direction, words):
    found = trend(ended_then(before, now))
    assert (found.direction, found.words) == (direction, words)


def test_a_first_supply_comes_up_from_none_on_record():
    assert trend(case_of(*months(2, 30, 2))).words == "up from none on record on 2 Dec 2025"


def test_there_is_no_trend_without_an_opioid():
    assert trend(case_of()) is None


@pytest.mark.parametrize("lost", ["MedicationRequest", "MedicationDispense"])
def test_the_trend_is_not_told_where_supply_may_be_hidden(lost):
    complete = chart(*months(4, 180, 5), *months(2, 30, 2))
    assert trend(Case(with_gap(complete, lost))).direction == "unsure"


def test_the_trend_is_not_told_from_a_dose_that_is_a_minimum():
    known = [*months(4, 180, 5), *months(2, 30, 2)]
    found = trend(case_of(*known, order("oxycodone", 5, None)))
    assert found.direction == "unsure"
    assert "cannot be told" in found.words


def drawn(*records, **changes):
    return dose_chart(case_of(*records, **changes))


def test_the_line_steps_from_dose_to_dose_and_ends_today():
    found = dose_chart(ended_then(4, 2))
    assert found.line.startswith(f"M{LEFT} {BASE}")
    assert found.line.endswith(f"H{RIGHT}") or found.line.endswith(f"H{float(RIGHT)}")
    assert [run.mme for run in found.runs] == ["30", "60", "0"]
    assert found.runs[0].last == AS_OF
    assert found.runs[1].first == days_ago(180)
    assert found.runs[1].last == found.runs[0].first - timedelta(days=1)


def test_rows_cover_every_day_once():
    runs = dose_chart(Case(practice_chart("augustine-pellerin"))).runs
    assert all(older.last + timedelta(days=1) == newer.first for newer, older in pairwise(runs))


def test_higher_doses_are_drawn_higher_and_all_within_the_frame():
    heights = {dose: drawn(*months(dose, 30, 2)).end_y for dose in (1, 2, 8, 40)}
    assert sorted(heights, key=heights.get, reverse=True) == [1, 2, 8, 40]
    assert all(TOP <= y <= BASE for y in heights.values())


def test_the_policys_points_are_always_on_the_scale():
    marks = {m.text: m.is_threshold for m in drawn(*months(1, 30, 2)).scale}
    assert marks == {"0": False, "50": True, "90": True, "15": False}


def test_labels_of_the_scale_do_not_lie_on_each_other():
    marks = [m.at for m in drawn(*months(6, 30, 2)).scale]  # 90, on the policy's own line
    assert len(marks) == len(set(marks)) == 3


def test_what_is_assumed_is_hatched_above_what_is_certain():
    found = drawn(order("morphine", 15, 2, authored=200, days=None))
    (box,) = found.uncertain
    assert box.height == pytest.approx(BASE - box.y, abs=0.2)
    assert found.runs[0].up_to == "30"
    assert "0 to 30 MME/day" in found.told


def test_days_that_could_not_be_counted_carry_a_bar_and_say_at_least():
    found = dose_chart(Case(with_gap(chart(*months(2, 30, 2)), "MedicationRequest")))
    assert sum(box.width for box in found.incomplete) == pytest.approx(RIGHT - LEFT, abs=0.5)
    assert all(run.at_least for run in found.runs)
    assert "at least 30 MME/day at the end" in found.told


def test_the_drawing_has_a_title_a_description_and_the_same_data_as_a_table():
    page = page_of_chart(chart(*months(4, 180, 5), *months(2, 30, 2)))
    section = page.by_id["dose"]
    assert section.first("svg").attributes["aria-labelledby"] == "dose-chart-title dose-chart-desc"
    assert "the highest was 60 MME/day, first on 3 Sep 2025." in section.first("desc").text
    rows = [[cell.text for cell in row.all("td")] for row in section.first("tbody").all("tr")]
    assert rows[0] == ["31 Jan 2026", "2 Mar 2026", "30", "by supply on record"]
    assert [row[2] for row in rows] == ["30", "60", "0"]


def test_a_dose_just_under_a_point_is_not_rounded_onto_it():
    assert drawn(*months(1, 30, 2, strength="89.996")).runs[0].mme == "89.996"


def test_without_any_supply_there_is_a_sentence_and_no_drawing():
    assert "No opioid supply to count in these 24 months." in page_of_chart(chart()).by_id["dose"].text
    partly = page_of_chart(with_gap(chart(), "Condition")).by_id["dose"]
    assert "in what could be read" in partly.text
    assert not partly.all("svg")
