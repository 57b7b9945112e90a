"""Where the structured dosage and the directions in words meet: which counts, and what is said about it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chart.dosage import read_dosage
from chart.instructions import Instruction
from chart.medications import Certainty, Form
from tests.chart.dosages import COMBINATION, PATCH, TABLET, at_most, days, dose, product

STRUCTURED, WORDS = "structured dosage", "directions text"


@pytest.mark.parametrize(
    ("instruction", "high", "read_from", "certainty", "differ"),
    [
        # 4 a day as recorded; up to a quarter more or less is agreement
        (dose("1 tablet", "1 / 6 h", text="1 tab q6h"), "4", STRUCTURED, Certainty.HIGH, False),
        (dose("1 tablet", "1 / 6 h", text="1 tab 5 times a day"), "4", STRUCTURED, Certainty.HIGH, False),
        (dose("1 tablet", "1 / 6 h", text="1.26 tab 4 times a day"), "5.04", WORDS, Certainty.LOW, True),
        (dose("1 tablet", "1 / 6 h", text="0.8 tab 4 times a day"), "4", STRUCTURED, Certainty.HIGH, False),
        (dose("1 tablet", "1 / 6 h", text="0.79 tab 4 times a day"), "4", STRUCTURED, Certainty.LOW, True),
        (dose("1 tablet", "1 / 6 h", text="1-2 tabs q6h"), "8", WORDS, Certainty.LOW, True),
        (dose("1 tablet", "1 / 6 h", text="as directed"), "4", STRUCTURED, Certainty.HIGH, False),
        (dose("5 mg", "1 / 6 h", text="1 tab q6h"), "20", STRUCTURED, Certainty.HIGH, False),
        (dose("5 mg", "1 / 6 h", text="2 tabs q6h"), "8", WORDS, Certainty.LOW, True),
        (dose("1 tablet", "1 / 6 h", patient_text="1 tab q3h"), "8", WORDS, Certainty.LOW, True),
    ],
)
def test_the_higher_counts_when_they_differ(instruction, high, read_from, certainty, differ):
    dosage = read_dosage((instruction,), TABLET)
    assert (dosage.steps[0].high, dosage.read_from) == (Decimal(high), read_from)
    assert dosage.certainty is certainty
    assert any("differ; the higher is counted" in note for note in dosage.notes) is differ


@pytest.mark.parametrize(
    "instruction",
    [
        Instruction(text="1 tab q6h"),
        Instruction(patient_text="1 tab q6h"),
        dose("1 tablet", text="1 tab q6h"),  # no timing recorded
        dose("", "1 / 6 h", text="1 tab q6h"),  # no dose recorded
        dose("1 puffball", "1 / 6 h", text="1 tab q6h"),
    ],
)
def test_the_words_are_read_where_the_structure_says_too_little(instruction):
    dosage = read_dosage((instruction,), TABLET)
    assert (dosage.steps[0].high, dosage.read_from, dosage.certainty) == (4, WORDS, Certainty.MEDIUM)


@pytest.mark.parametrize(
    "instruction",
    [
        dose("0 tablet", "1 / 6 h", text="1 tab q6h"),
        dose("-1 tablet", "1 / 6 h", text="1 tab q6h"),
        dose("5 mL", "1 / 6 h", text="1 tab q6h"),
        dose("1 tablet", "1 / 6 h", text="1 tab q6h", has_modifier=True),
    ],
)
def test_words_do_not_mend_a_record_that_contradicts_itself(instruction):
    assert read_dosage((instruction,), TABLET).steps == ()


def test_patches_are_compared_by_how_many_are_worn():
    dosage = read_dosage((dose("1 patch", "1 / 72 h", text="2 patches q72h"),), PATCH)
    assert (dosage.steps[0].worn, dosage.read_from) == (2, WORDS)


def test_units_that_cannot_be_compared_are_left_alone():
    dosage = read_dosage((dose("5 mg", "1 / 6 h", text="2 tabs q6h"),), COMBINATION)
    assert (dosage.steps[0].high, dosage.steps[0].unit, dosage.notes) == (20, "mg", ())


def test_what_the_record_says_around_the_words_still_holds():
    first, last = days("2025-01-01", "2025-01-05")
    around = dose("", text="1-2 tabs q4h", as_needed=True, max_per_period=at_most("6 tablet"))
    around = replace(around, timing=replace(around.timing, bounds_from=first, bounds_to=last))
    (step,) = read_dosage((around,), TABLET).steps
    assert (step.low, step.high, step.as_needed, step.first, step.days) == (0, 6, True, first.first, 5)


def test_one_text_repeated_on_each_instruction_is_read_once():
    text = "1 tab qam and 2 tabs qhs"
    dosage = read_dosage((Instruction(text=text, sequence=1), Instruction(text=text, sequence=2)), TABLET)
    assert dosage.steps[0].high == 3
    assert dosage.text == text


def test_different_texts_add():
    dosage = read_dosage((Instruction(text="2 tabs qam"), Instruction(text="1 tab qhs")), TABLET)
    assert (dosage.steps[0].high, dosage.text) == (3, "2 tabs qam; 1 tab qhs")


def test_the_words_own_reason_is_given_where_nothing_was_structured():
    assert "no dose" in read_dosage((Instruction(text="use as directed"),), TABLET).cannot_tell
    assert "how often" in read_dosage((dose("1 tablet", text="use as directed"),), TABLET).cannot_tell


def test_a_maximum_in_mg_reaches_tablets_of_one_ingredient_only():
    limited = Instruction(text="1-2 tabs q4h, max 20 mg/day")
    assert read_dosage((limited,), TABLET).steps[0].high == 4
    assert read_dosage((limited,), product(Form.SOLID)).steps[0].high == 12
