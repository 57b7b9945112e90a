"""Whatever is written, the reader answers, quickly, and never above the maximum that is stated."""

import time
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.dosage import read_dosage
from chart.instructions import Amount, Instruction, Quantity, Timing
from chart.medications import Dosage
from chart.sig import read_sig
from chart.sig_tokens import LONGEST
from tests.chart.dosages import PRODUCTS, SOLUTION, TABLET, dose

WORDS = (
    "take 1 2 1/2 ½ one two half 10 72 tab tabs tablet patch mg mcg mL every q q4h 4-6 6 h hours day daily bid tid hs "
    "am pm at noon in the morning as needed prn pain for x 5 days week then or and , . ; ( ) - / : # max maximum not "
    "to exceed up no more than per 24 doses mdd once twice times a acetaminophen other until mon 8:00 5/325 3/1/24"
).split()
sentences = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)
amounts = st.integers(1, 6)


def is_whole(dosage: Dosage) -> bool:
    """Either steps that make sense or a reason, never both and never neither."""
    if dosage.cannot_tell:
        return not dosage.steps
    return bool(dosage.steps) and all(0 <= s.low <= s.high and s.high > 0 for s in dosage.steps)


@given(st.text(max_size=300), st.sampled_from(sorted(PRODUCTS)))
def test_any_text_gets_an_answer(text, name):
    assert is_whole(read_dosage((Instruction(text=text),), PRODUCTS[name]))


@given(sentences, st.sampled_from(sorted(PRODUCTS)))
def test_any_words_of_the_trade_get_an_answer(text, name):
    assert is_whole(read_dosage((Instruction(text=text),), PRODUCTS[name]))


@given(sentences, amounts, amounts, st.integers(1, 12))
def test_never_above_the_stated_maximum(text, number, most, hours):
    sig = f"{number} tabs q{hours}h {text}. Do not exceed {most} tablets per day."
    for step in read_dosage((Instruction(text=sig),), TABLET).steps:
        assert step.high <= (most * 5 if step.unit == "mg" else most)  # the tablets are of 5 mg


@given(sentences)
def test_a_number_left_over_is_never_passed_in_silence(text):
    assert read_sig(f"{text} 1 tab daily 97531").cannot_tell


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "1-",
        "1/",
        "q",
        "q4h ",
        "(",
        "(1) ",
        "and 1/2 ",
        "max ",
        "take 1 tab ",
        "a.",
        "for pain ",
        "or ",
        "\n",
    ],
)
def test_time_grows_with_the_length_and_no_faster(piece):
    def seconds(size):
        text = (piece * size)[:size]
        begun = time.perf_counter()
        read_sig(text)
        return time.perf_counter() - begun

    seconds(LONGEST)
    assert min(seconds(LONGEST) for _ in range(3)) < 0.25


def test_longer_directions_are_not_read_in_part():
    sig = "1 tab daily. " + "May cause drowsiness. " * 60
    assert len(sig) > LONGEST
    assert "too long" in read_sig(sig).cannot_tell


# mg and mcg, order, monotony


def per_day(*instructions, of=TABLET):
    dosage = read_dosage(instructions, of)
    return [(s.low, s.high, s.unit, s.worn, s.as_needed) for s in dosage.steps]


@given(st.integers(1, 100_000), st.sampled_from(["2 / 1 d", "1 / 6 h", "1 / 3 d"]))
def test_mg_and_mcg_agree(micrograms, often):
    milligrams = Decimal(micrograms) / 1000
    expected = per_day(dose(f"{milligrams} mg", often))
    for unit in ("mcg", "ug", "µg"):
        assert per_day(dose(f"{micrograms} {unit}", often)) == expected
    words = per_day(Instruction(text=f"{micrograms} mcg twice daily"))
    assert words == per_day(Instruction(text=f"{milligrams:f} mg twice daily"))


quantities = st.builds(
    lambda n, unit: f"{n} {unit}", st.integers(1, 20), st.sampled_from(["tablet", "mg", "g", "cap"])
)
timings = st.builds(
    lambda f, p, u: f"{f} / {p} {u}", st.integers(1, 6), st.integers(1, 12), st.sampled_from(["h", "d", "wk"])
)
structured = st.builds(
    lambda q, t, needed, number: dose(q, t, as_needed=needed, sequence=number),
    quantities,
    timings,
    st.booleans(),
    st.sampled_from([None, None, 1, 2, 3]),
)


@given(st.lists(structured, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_order_of_instructions_never_matters(instructions, random):
    shuffled = instructions[:]
    random.shuffle(shuffled)
    assert per_day(*shuffled) == per_day(*instructions)


@given(st.lists(structured, min_size=1, max_size=3), structured)
def test_one_more_instruction_never_lowers_the_day(instructions, extra):
    def most(*given_):
        return max(Fraction(s.high) / (5 if s.unit == "mg" else 1) for s in read_dosage(given_, TABLET).steps)

    assert most(*instructions, extra) >= most(*instructions) * Fraction(999, 1000)


@given(structured)
def test_losing_the_timing_or_the_dose_never_leaves_a_number(instruction):
    assert per_day(replace(instruction, timing=Timing())) == []
    assert per_day(replace(instruction, doses=())) == []


numbers = (
    st.none()
    | st.decimals(allow_nan=True, allow_infinity=True).filter(lambda d: not d.is_snan())
    | st.sampled_from([Decimal("1E+999999")])
)
anything = st.builds(Quantity, numbers, st.text(max_size=8) | st.sampled_from(["mg", "tab", "mL", "patch"]))


@given(
    anything,
    anything,
    numbers,
    numbers,
    numbers,
    st.sampled_from(["h", "d", "", "hours"]),
    st.sampled_from(sorted(PRODUCTS)),
)
def test_any_structured_numbers_get_an_answer(low, high, frequency, period, length, unit, name):
    timing = Timing(frequency=frequency, period=period, period_unit=unit, bounds_days=length)
    instruction = Instruction(doses=(Amount(low, high),), timing=timing)
    assert is_whole(read_dosage((instruction,), PRODUCTS[name]))


def test_the_solution_has_no_bare_number():
    assert read_dosage((Instruction(text="take 5 twice daily"),), SOLUTION).steps == ()
