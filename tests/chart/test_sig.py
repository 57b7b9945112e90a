"""Directions in free text: each line of sigs.csv was worked out by hand, before the reader was asked."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from chart.dosage import read_dosage
from chart.instructions import Instruction
from chart.sig import read_sig
from tests.chart.dosages import PRODUCTS, TABLET

ROWS = list(csv.DictReader((Path(__file__).parent / "sigs.csv").read_text(encoding="utf-8").splitlines()))
TOLD = [row for row in ROWS if not row["cannot_tell"]]
NOT_TOLD = [row for row in ROWS if row["cannot_tell"]]


def steps_of(sig, of=TABLET):
    return read_dosage((Instruction(text=sig),), of).steps


def same(amount, expected):
    return abs(Fraction(amount) - Fraction(expected)) < Fraction(1, 10**20)


def test_the_table_is_large_and_has_each_line_once():
    assert len(ROWS) >= 300
    assert len(NOT_TOLD) >= 60
    assert len({(row["product"], row["sig"]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", TOLD, ids=lambda row: row["sig"])
def test_directions_that_can_be_told(row):
    dosage = read_dosage((Instruction(text=row["sig"]),), PRODUCTS[row["product"]])
    assert dosage.cannot_tell == ""
    (step,) = dosage.steps
    assert same(step.low, row["low"]), f"low is {step.low}"
    assert same(step.high, row["high"]), f"high is {step.high}"
    assert step.unit == row["unit"]
    assert step.as_needed is bool(row["as_needed"])
    assert step.worn == (int(row["worn"]) if row["worn"] else None)
    assert (dosage.text, dosage.read_from) == (row["sig"].strip(), "directions text")


@pytest.mark.parametrize("row", NOT_TOLD, ids=lambda row: row["sig"])
def test_directions_that_cannot_be_told(row):
    dosage = read_dosage((Instruction(text=row["sig"]),), PRODUCTS[row["product"]])
    assert dosage.steps == ()
    assert dosage.cannot_tell


@pytest.mark.parametrize(
    ("sig", "steps"),
    [
        ("take 2 tablets daily for 7 days then 1 tablet daily for 7 days", [(2, 7), (1, 7)]),
        ("2 tabs bid x 5 days, then 1 tab bid x 5 days, then stop", [(4, 5), (2, 5)]),
        (
            "Take 2 tabs TID x 3 days, 1 tab TID x 3 days, 1 tab BID x 3 days then stop",
            [(6, 3), (3, 3), (2, 3)],
        ),
        ("1 tablet twice daily for 5 days, then daily", [(2, 5), (1, None)]),
        (
            "Take 1 tablet four times a day for 1 week followed by 1 tablet twice daily for 1 week",
            [(4, 7), (2, 7)],
        ),
        (
            "2 tabs in the morning and 1 tab at bedtime for 7 days, then 1 tab in the morning and 1 tab at bedtime",
            [(3, 7), (2, None)],
        ),
        (
            "Take 1 tab tid for 5 days. Then take 1 tab bid for 5 days. Then take 1 tab daily.",
            [(3, 5), (2, 5), (1, None)],
        ),
        # not a taper: both together, for as long
        ("1 tab qam and 2 tabs qhs for 7 days", [(3, 7)]),
    ],
)
def test_tapers_are_steps_and_never_added(sig, steps):
    assert [(step.high, step.days) for step in steps_of(sig)] == steps


@pytest.mark.parametrize(
    ("sig", "basis"),
    [
        (
            "Take 1-2 tabs q4-6h prn pain, max 6/day",
            "1 to 2 tablets every 4 to 6 hours as needed, at most 6 a day",
        ),
        ("2 tabs in the morning and 1 tab at bedtime", "2 tablets in the morning and 1 tablet at bedtime"),
        ("½ tab bid", "0.5 tablet twice a day"),
        ("1 tab po at 8 am and 8 pm", "1 tablet at 08:00 and 20:00"),
    ],
)
def test_the_arithmetic_is_shown_in_words(sig, basis):
    assert steps_of(sig)[0].basis == basis


@pytest.mark.parametrize(
    ("sig", "reason"),
    [
        ("", "no directions"),
        ("use as directed", "no dose"),
        ("Take 1 tablet by mouth", "how often"),
        ("1 tab x1", "single dose"),
        ("1 tab daily, increase weekly", 'depend on a word that is not computed: "increase"'),
        ("1 tab q6h prn, max 6", "which time"),
        ("1 tab daily 17", "17"),
        ("1 tab daily wibble", '"wibble"'),
        ("1 tab twice daily, then 1 tab daily", "how long each lasts"),
        ("1 tab bid " * 200, "too long"),
        ("1 tab q6h or 5 mL q6h", "cannot be compared"),
    ],
)
def test_the_reason_is_said(sig, reason):
    assert reason in read_sig(sig).cannot_tell


def test_a_single_sequence_is_left_to_the_record():
    assert [i.sequence for i in read_sig("1 tab qam and 1 tab qhs").instructions] == [None, None]
    assert [i.sequence for i in read_sig("1 tab bid x 2 days then 1 tab qd").instructions] == [1, 2]
