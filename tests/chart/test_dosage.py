"""Structured dosage: dose times how often, within its maximum, or the reason it cannot be told."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chart.dosage import dosage_by_supply, read_dosage
from chart.instructions import Amount, Instruction, Quantity, Rate, Ratio
from chart.medications import Certainty, Form, Supply
from chart.terms import SNOMED, Code, Concept
from tests.chart.dosages import (
    COMBINATION,
    FILM,
    INJECTION,
    PATCH,
    SOLUTION,
    SPRAY,
    SUPPOSITORY,
    TABLET,
    UNKNOWN,
    amount,
    at_most,
    clock,
    code,
    days,
    dose,
    product,
    quantity,
    timing,
)


def told(instruction, of=TABLET):
    """Low, high and unit of the only step."""
    dosage = read_dosage((instruction,), of)
    assert dosage.cannot_tell == ""
    (step,) = dosage.steps
    return step.low, step.high, step.unit


def near(value):
    return pytest.approx(Decimal(value), abs=Decimal("1e-20"))


@pytest.mark.parametrize(
    ("instruction", "low", "high"),
    [
        (dose("1 tablet", "2 / 1 d"), 2, 2),
        (dose("1 tablet", "1 / 6 h"), 4, 4),
        (dose("1 tablet - 2 tablet", "1 / 4-6 h"), 4, 12),  # the range's high end, the shortest period
        (dose("1 tablet", "1-3 / 1 d"), 1, 3),  # frequencyMax
        (dose("1 tablet", "2 / 4 h"), 12, 12),  # the periods of the CDC calculator's table
        (dose("1 tablet", "4 / 1 d"), 4, 4),
        (dose("1 tablet", "2 / 1 wk"), Decimal(2) / 7, Decimal(2) / 7),
        (dose("1 tablet", "10 / 1 mo"), Decimal(1) / 3, Decimal(1) / 3),
        (dose("1 tablet", "10 / 1 a"), Decimal(2) / 73, Decimal(2) / 73),
        (dose("1 tablet", "1 / 720 min"), 2, 2),
        (dose("1 tablet", "1 / 43200 s"), 2, 2),
        (dose("1 tablet", "1 / 8 hours"), 3, 3),  # spellings outside the binding, with one meaning
        (dose("1 tablet", "1 / 1 Day"), 1, 1),
        (dose("1 tablet", period=Decimal(8), period_unit="h"), 3, 3),  # FHIR: a frequency not stated is 1
        (dose("1 tablet", times_of_day=clock(8, 14, 20)), 3, 3),
        (dose("1 tablet", when=("MORN", "HS")), 2, 2),
        (dose("1 tablet", when=("AC",)), 3, 3),
        (dose("1 tablet", "1 / 1 d", when=("HS",)), 1, 1),
        (dose("1 tablet", "1 / 1 d", when=("MORN", "HS")), 1, 2),  # in two ways: the more frequent counts
        (dose("1 tablet", events=days("2025-01-01", "2025-01-01", "2025-01-02")), 1, 2),
        (dose("1 tablet", count=20, bounds_days=Decimal(5)), 4, 4),
        # days of the week: a day it is taken is counted, the average is the low end
        (dose("1 tablet", "1 / 1 d", days_of_week=("mon", "wed", "fri")), Decimal(3) / 7, 1),
        (dose("2 tablet", "3 / 1 wk", days_of_week=("mon", "wed", "fri")), Decimal(6) / 7, 2),
        (dose("1 tablet", "1 / 1 wk", days_of_week=("mon", "thu")), Decimal(1) / 7, 1),  # never half a dose
        (dose("1 tablet", days_of_week=("mon",)), Decimal(1) / 7, 1),
        *[
            (dose("1 tablet", code=code(name)), times, times)
            for name, times in {
                "BID": 2, "TID": 3, "QID": 4, "QD": 1, "AM": 1, "PM": 1, "BED": 1, "QOD": Decimal("0.5"),
                "Q1H": 24, "Q2H": 12, "Q3H": 8, "Q4H": 6, "Q6H": 4, "Q8H": 3, "bid": 2,
                "WK": Decimal(1) / 7, "MO": Decimal(1) / 30,
            }.items()
        ],
        (dose("1 tablet", "2 / 1 d", code=code("TID")), 2, 3),
        (dose("1 tablet", code=Concept(text="Every 6 hours PRN")), 4, 4),
        (dose("1 tablet", code=code("Q12H", "urn:local")), 2, 2),
        (dose("1 tablet", code=Concept((Code(SNOMED, "1", "Three times daily"),))), 3, 3),
        # as needed: from none to the most
        (dose("1 tablet", "1 / 6 h", as_needed=True), 0, 4),
        # a maximum caps the day, at and around what the schedule allows
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("7 tablet")), 7, 7),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("8 tablet")), 8, 8),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("9 tablet")), 8, 8),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("6 tablet", "24 h")), 6, 6),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("4")), 4, 4),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("3 doses")), 6, 6),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("3 tablet", "12 h")), 6, 6),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("14 tablet", "1 wk")), 2, 2),
        (dose("2 tablet", "1 / 6 h", max_per_period=at_most("20 mg")), 4, 4),  # of a 5 mg tablet
        (dose("1 tablet", as_needed=True, max_per_period=at_most("3 tablet")), 0, 3),
        (dose("1 tablet - 3 tablet", "1 / 1 d", max_per_administration=quantity("2 tablet")), 1, 2),
        (Instruction(doses=(Amount(None, quantity("2 tablet")),), timing=timing("2 / 1 d")), 0, 4),
    ],
)  # fmt: skip
def test_amount_a_day_in_units(instruction, low, high):
    assert told(instruction) == (near(low), near(high), "unit")


@pytest.mark.parametrize(
    ("text", "of", "low", "high", "unit"),
    [
        ("1 TAB", TABLET, 2, 2, "unit"),
        ("1 tabs", TABLET, 2, 2, "unit"),
        ("1 tablet(s)", TABLET, 2, 2, "unit"),
        ("1 {tbl}", TABLET, 2, 2, "unit"),
        ("1 Capsule", TABLET, 2, 2, "unit"),
        ("1 each", TABLET, 2, 2, "unit"),
        ("1 FILM", FILM, 2, 2, "unit"),
        ("1 troche", FILM, 2, 2, "unit"),
        ("1 {actuat}", SPRAY, 2, 2, "unit"),
        ("1 supp", SUPPOSITORY, 2, 2, "unit"),
        ("10 mg", TABLET, 20, 20, "mg"),  # a mass overrides the strength
        ("0.01 g", TABLET, 20, 20, "mg"),
        ("500 mcg", TABLET, 1, 1, "mg"),
        ("500 µg", TABLET, 1, 1, "mg"),
        ("500 ug", TABLET, 1, 1, "mg"),
        ("10 mg", UNKNOWN, 20, 20, "mg"),
        ("5 mL", SOLUTION, 10, 10, "mL"),
        ("5 ml", UNKNOWN, 10, 10, "mL"),
        ("1 teaspoon", SOLUTION, 10, 10, "mL"),
        ("1 tablespoon", SOLUTION, 30, 30, "mL"),
        ("1 tablet", UNKNOWN, 2, 2, "unit"),
    ],
)
def test_units(text, of, low, high, unit):
    assert told(dose(text, "2 / 1 d"), of) == (low, high, unit)


def test_the_unit_is_read_from_the_code_when_the_words_are_unknown():
    coded = Amount(*[Quantity(Decimal(1), "comprimé", "TAB", "")] * 2)
    assert told(Instruction(doses=(coded,), timing=timing("2 / 1 d"))) == (2, 2, "unit")


@pytest.mark.parametrize("of", [TABLET, FILM, PATCH, SPRAY, SUPPOSITORY], ids=lambda p: p.form.value)
def test_a_counted_dose_without_unit_is_taken_as_units_and_said_to_be_less_sure(of):
    dosage = read_dosage((dose("1", "1 / 1 d"),), of)
    assert dosage.steps[0].high == 1
    assert dosage.certainty is Certainty.MEDIUM
    assert "no unit" in dosage.notes[0]


@pytest.mark.parametrize(
    ("instruction", "of", "reason"),
    [
        (dose("1 tablet"), TABLET, "how often"),
        (dose("1 tablet", as_needed=True), TABLET, "how often"),
        (dose("1 tablet", bounds_days=Decimal(7)), TABLET, "how often"),
        (dose("", "2 / 1 d"), TABLET, "no dose"),
        (dose("", "2 / 1 d", max_per_period=at_most("6 tablet")), TABLET, "no dose"),
        (Instruction(as_needed=True, sequence=1), TABLET, "no dose"),
        (dose("0 tablet", "2 / 1 d"), TABLET, "a dose of 0"),
        (dose("-1 tablet", "2 / 1 d"), TABLET, "negative"),
        (dose("NaN tablet", "2 / 1 d"), TABLET, "not a usable number"),
        (dose("1E999999 tablet", "2 / 1 d"), TABLET, "not a usable number"),
        (dose("1 tablet", "2 / 1 d", has_modifier=True), TABLET, "modifier"),
        (dose("1 tablet", "1 / 0 h"), TABLET, "period"),
        (dose("1 tablet", "0 / 1 d"), TABLET, "0 times"),
        (dose("1 tablet", "1 / 2 fortnight"), TABLET, "not one of time"),
        (dose("1 tablet", frequency=Decimal(3)), TABLET, "in which period"),
        (dose("1 tablet", period=Decimal(3)), TABLET, "unit of the timing's period"),
        (dose("1 tablet", when=("SOON",)), TABLET, "SOON"),
        (dose("1 tablet", "1 / 1 d", days_of_week=("someday",)), TABLET, "someday"),
        (dose("1 tablet", code=code("SOMETIMES")), TABLET, "how often"),
        (dose("5 mL", "2 / 1 d"), TABLET, "not a liquid"),
        (dose("5 mL", "2 / 1 d"), PATCH, "not a liquid"),
        (dose("1 tablet", "2 / 1 d"), SOLUTION, "another form"),
        (dose("1 patch", "2 / 1 d"), TABLET, "another form"),
        (dose("1", "2 / 1 d"), SOLUTION, "no unit"),
        (dose("1", "2 / 1 d"), UNKNOWN, "no unit"),
        (dose("1", "2 / 1 d"), INJECTION, "no unit"),
        (dose("10 [drp]", "2 / 1 d"), SOLUTION, "not one we can count"),
        (dose("1 application", "2 / 1 d"), TABLET, "not one we can count"),
        (dose("1 dose", "2 / 1 d"), TABLET, "number of doses"),
        (dose("1 tablet - 10 mg", "2 / 1 d"), TABLET, "different units"),
        (Instruction(doses=(Amount(quantity("1 tablet"), None),), timing=timing("2 / 1 d")), TABLET, "highest"),
        (Instruction(doses=(amount("1 tablet"), amount("2 tablet"))), TABLET, "more than one dose"),
        (Instruction(doses=(Amount(*[Quantity(Decimal(1), "tablet", "mg")] * 2),)), TABLET, "both as"),
        (Instruction(doses=(Amount(*[Quantity(Decimal(1), "tablet", comparator="<")] * 2),)), TABLET, "<"),
        (replace(dose("5 mL", "2 / 1 d"), rates=(Rate(quantity("5 mL")),)), INJECTION, "infusion rate"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_says_why(instruction, of, reason):
    dosage = read_dosage((instruction,), of)
    assert dosage.steps == ()
    assert reason in dosage.cannot_tell


def test_no_instructions_cannot_be_told():
    assert read_dosage((), TABLET).cannot_tell == "no directions are recorded"


def test_the_ordered_dose_counts_and_the_calculated_one_does_not():
    both = (amount("7 mg", "calculated"), amount("2 tablet", "ordered"))
    assert told(Instruction(doses=both, timing=timing("2 / 1 d"))) == (4, 4, "unit")
    assert told(Instruction(doses=both[:1], timing=timing("2 / 1 d"))) == (14, 14, "mg")


@pytest.mark.parametrize(
    ("of", "limit", "high"),
    [
        (COMBINATION, "20 mg", 8),
        (COMBINATION, "3 tablet", 3),
        (SOLUTION, "5 tablet", 8),
        (SOLUTION, "5 mg", 5),
    ],
)
def test_a_maximum_whose_unit_may_mean_another_ingredient_is_not_applied(of, limit, high):
    text = "2 mL" if of is SOLUTION else "2 tablet"
    dosage = read_dosage((dose(text, "1 / 6 h", max_per_period=at_most(limit)),), of)
    assert dosage.steps[0].high == high
    assert any("not applied" in note for note in dosage.notes) is (high == 8)


# Patches


@pytest.mark.parametrize(
    ("instruction", "worn", "used"),
    [
        (dose("1 patch", "1 / 72 h"), 1, Decimal(1) / 3),
        (dose("1 patch", "1 / 48 h"), 1, Decimal(1) / 2),  # changed more often, worn no more
        (dose("2 patch", "1 / 3 d"), 2, Decimal(2) / 3),
        (dose("1 patch", "1 / 1 wk"), 1, Decimal(1) / 7),  # weekly buprenorphine
        (dose("1 patch", "1 / 1 wk", days_of_week=("mon",)), 1, Decimal(1) / 7),
        (dose("1", "1 / 72 h"), 1, Decimal(1) / 3),
        (dose("25 mcg", "1 / 72 h"), 1, Decimal(1) / 3),  # recorded by its rate
        (dose("50 mcg/h", "1 / 72 h"), 2, Decimal(2) / 3),
        (dose("", "1 / 72 h", rates=(Rate(quantity("25 mcg"), quantity("1 h")),)), 1, Decimal(1) / 3),
    ],
)  # fmt: skip
def test_patches_are_counted_as_worn(instruction, worn, used):
    (step,) = read_dosage((instruction,), PATCH).steps
    assert (step.worn, step.low, step.high, step.unit) == (worn, near(used), near(used), "unit")


def test_part_of_a_patch_is_doubted():
    dosage = read_dosage((dose("0.2 patch", "1 / 72 h"),), PATCH)
    assert dosage.steps[0].worn == Decimal("0.2")
    assert dosage.certainty is Certainty.LOW
    assert any("part of a patch" in note for note in dosage.notes)


def test_a_patch_known_by_its_rate_needs_the_strength():
    assert "strength" in read_dosage((dose("25 mcg", "1 / 72 h"),), product(Form.PATCH)).cannot_tell


# Several instructions


def both(*instructions, of=TABLET):
    return read_dosage(instructions, of)


def test_instructions_without_sequence_add():
    dosage = both(dose("2 tablet", when=("MORN",)), dose("1 tablet", when=("HS",)))
    (step,) = dosage.steps
    assert (step.low, step.high) == (3, 3)
    assert step.basis == "2 tablets in the morning and 1 tablet at bedtime"


def test_scheduled_and_as_needed_add_to_the_most():
    (step,) = both(dose("1 tablet", "2 / 1 d"), dose("1 tablet", "1 / 6 h", as_needed=True)).steps
    assert (step.low, step.high, step.as_needed) == (2, 6, True)


def test_a_maximum_stated_on_each_is_one_maximum():
    limit = {"max_per_period": at_most("4 tablet")}
    (step,) = both(dose("2 tablet", "1 / 1 d", **limit), dose("1 tablet", "1 / 6 h", **limit)).steps
    assert step.high == 4


def test_a_maximum_stated_on_one_is_that_one_s():
    (step,) = both(
        dose("2 tablet", "1 / 1 d"), dose("1 tablet", "1 / 4 h", max_per_period=at_most("3 tablet"))
    ).steps
    assert step.high == 5


def test_tablets_and_milligrams_add_where_the_strength_is_known():
    (step,) = both(dose("10 mg", "1 / 1 d"), dose("1 tablet", "1 / 1 d")).steps
    assert (step.high, step.unit) == (15, "mg")
    refused = both(dose("10 mg", "1 / 1 d"), dose("1 tablet", "1 / 1 d"), of=product(Form.SOLID))
    assert "cannot be added" in refused.cannot_tell


def test_a_taper_has_steps_and_is_never_added():
    dosage = both(
        dose("1 tablet", "1 / 1 d", sequence=2),
        dose("2 tablet", "1 / 1 d", sequence=1, bounds_days=Decimal(7)),
    )
    assert [(s.high, s.days) for s in dosage.steps] == [(2, 7), (1, None)]


def test_dated_instructions_that_follow_each_other_are_steps():
    first, second = days("2025-01-01", "2025-01-07")
    third, fourth = days("2025-01-08", "2025-01-14")
    earlier = dose("2 tablet", "1 / 1 d", bounds_from=first, bounds_to=second)
    later = dose("1 tablet", "1 / 1 d", bounds_from=third, bounds_to=fourth)
    for dosage in (both(earlier, later), both(later, earlier)):
        assert [(s.high, s.first, s.days) for s in dosage.steps] == [(2, first.first, 7), (1, third.first, 7)]


def test_numbered_instructions_over_the_same_dates_add():
    first, last = days("2025-01-01", "2025-01-07")
    span = {"bounds_from": first, "bounds_to": last}
    (step,) = both(
        dose("2 tablet", when=("MORN",), sequence=1, **span),
        dose("1 tablet", when=("HS",), sequence=2, **span),
    ).steps
    assert step.high == 3


def test_numbered_instructions_without_lengths_add_and_say_so():
    dosage = both(dose("2 tablet", "1 / 1 d", sequence=1), dose("1 tablet", "1 / 1 d", sequence=2))
    assert dosage.steps[0].high == 3
    assert "counted as taken together" in dosage.notes[-1]


def test_numbered_instructions_that_say_then_count_the_higher():
    dosage = both(
        dose("2 tablet", "1 / 1 d", sequence=1),
        dose("1 tablet", "1 / 1 d", sequence=2, text="then one a day"),
    )
    assert (dosage.steps[0].low, dosage.steps[0].high) == (1, 2)


def test_one_unreadable_instruction_makes_the_dosage_unreadable():
    assert both(dose("2 tablet", "1 / 1 d"), dose("1 tablet")).steps == ()


# Sanity, text


@pytest.mark.parametrize(("number", "certainty"), [("20", Certainty.HIGH), ("20.01", Certainty.LOW)])
def test_more_than_twenty_units_a_day_is_kept_and_doubted(number, certainty):
    dosage = both(dose(f"{number} tablet", "1 / 1 d"))
    assert (dosage.steps[0].high, dosage.certainty) == (Decimal(number), certainty)


@pytest.mark.parametrize(("often", "certainty"), [("24 / 1 d", Certainty.HIGH), ("25 / 1 d", Certainty.LOW)])
def test_more_than_twenty_four_times_a_day_is_doubted(often, certainty):
    assert both(dose("0.1 tablet", often)).certainty is certainty


def test_directions_as_recorded_or_in_generated_words():
    instruction = dose("1 tablet - 2 tablet", "1 / 4-6 h", as_needed=True, max_per_period=at_most("6 tablet"))
    words = "1 to 2 tablets every 4 to 6 hours as needed, at most 6 tablets a day"
    assert both(instruction).text == words
    assert both(instruction).read_from == "structured dosage"
    recorded = both(replace(instruction, text="1-2 tabs"))
    assert (recorded.text, recorded.steps[0].basis) == ("1-2 tabs", words)


# Quantity and days of supply


@pytest.mark.parametrize(
    ("number", "unit", "length", "of", "high", "kind"),
    [
        ("60", "tablet", "30", TABLET, 2, "unit"),
        ("60", "", "30", TABLET, 2, "unit"),
        ("60", "EA", "30", TABLET, 2, "unit"),
        ("10", "patch", "30", PATCH, Decimal(1) / 3, "unit"),
        ("300", "mL", "30", SOLUTION, 10, "mL"),
    ],
)
def test_quantity_over_days(number, unit, length, of, high, kind):
    dosage = dosage_by_supply(Supply(Decimal(number), unit, Decimal(length)), of)
    assert (dosage.steps[0].high, dosage.steps[0].unit) == (near(high), kind)
    assert (dosage.steps[0].worn, dosage.read_from) == (None, "quantity and days of supply")


@pytest.mark.parametrize(
    ("number", "unit", "of"),
    [("1", "bottle", SOLUTION), ("1", "each", SPRAY), ("2", "", SPRAY), ("1", "EA", SOLUTION), ("10", "mL", TABLET)],
)  # fmt: skip
def test_quantity_that_cannot_be_counted(number, unit, of):
    assert dosage_by_supply(Supply(Decimal(number), unit, Decimal(30)), of).cannot_tell


@pytest.mark.parametrize(("number", "length"), [(None, 30), (60, None), (60, 0), (0, 30)])
def test_no_supply_recorded(number, length):
    supply = Supply(
        quantity=None if number is None else Decimal(number), days=None if length is None else Decimal(length)
    )
    assert dosage_by_supply(supply, TABLET) is None


@pytest.mark.parametrize("odd", ["NaN", "sNaN", "Infinity", "1E999999"])
def test_supply_that_is_no_number_is_said(odd):
    assert (
        "not a usable number"
        in dosage_by_supply(Supply(Decimal(odd), "tablet", Decimal(30)), TABLET).cannot_tell
    )
    assert (
        "not a usable number"
        in dosage_by_supply(Supply(Decimal(30), "tablet", Decimal(odd)), TABLET).cannot_tell
    )


def test_free_text_timing_code_is_not_guessed():
    odd = dose("1 tablet", code=Concept(text="when the moon is full"))
    assert read_dosage((odd,), TABLET).steps == ()


def test_a_maximum_that_cannot_be_read_is_not_applied_and_said():
    odd = dose("1 tablet", "1 / 6 h", max_per_period=Ratio(quantity("2 tablet"), Quantity(Decimal(1))))
    dosage = read_dosage((odd,), TABLET)
    assert dosage.steps[0].high == 4
    assert "could not be read" in dosage.notes[0]
