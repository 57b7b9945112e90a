"""PV-02: PEG due, and how scores are read."""

from decimal import Decimal

import pytest

from rules.peg import peg_scores
from rules.planned_visits.peg_due import RULE
from tests.builders import chart, component, form, observation
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, short_term, status, texts

P, E, G, MEAN, PANEL = "75893-8", "91145-3", "91146-1", "91147-9", "91148-7"


def items(*values, on=10):
    return [observation(code, v, on=on) for code, v in zip((P, E, G), values, strict=False)]


@pytest.mark.parametrize(
    ("records", "mean"),
    [
        ([observation(MEAN, "6.3")], "6.3"),
        ([observation(MEAN, 10)], "10"),
        ([observation(MEAN, 11)], "3.6666666667"),  # a sum of 0 to 30
        ([observation(MEAN, 30)], "10"),
        (items(6, 7, 8), "7"),
        (items(0, 0, 0), "0"),
        ([form({P: 6, E: 7, G: 8})], "7"),
        ([form({P: 6, E: 7, G: 8, MEAN: 7})], "7"),
        ([observation(PANEL, components=(component(P, 3), component(E, 4), component(G, 5)))], "4"),
        ([observation(PANEL, 18)], "6"),
        ([observation(MEAN, 5), *items(6, 7, 8)], "5"),  # what was recorded before what is worked out
    ],
)
def test_scores(records, mean):
    (peg,) = peg_scores(chart(*records))
    assert round(peg.mean, 6) == round(Decimal(mean), 6)


def test_a_sum_says_so():
    assert "read as the sum" in peg_scores(chart(observation(MEAN, 21)))[0].note


@pytest.mark.parametrize(
    "records",
    [
        [observation(MEAN, 31)],
        [observation(MEAN, -1)],
        items(6, 7),
        [form({P: 6})],
        [observation(MEAN, 5, status="cancelled")],
        [observation(MEAN, None)],
        [form({P: 6, E: 7, G: 8}, status="in-progress")],
    ],
)
def test_what_is_no_score(records):
    assert [p for p in peg_scores(chart(*records)) if p.mean is not None] == []
    assert status(RULE, long_term(*records)) == "indicated"


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        (10, "addressed"),
        (75, "addressed"),
        (76, "upcoming"),
        (89, "upcoming"),
        (90, "upcoming"),
        (91, "indicated"),
    ],
)
def test_interval(ago, expected):
    assert status(RULE, long_term(observation(MEAN, 5, on=ago))) == expected
    assert status(RULE, long_term(*items(5, 5, 5, on=ago))) == expected


def test_incomplete_answers_are_named():
    assert "2 of 3" in texts(RULE, long_term(form({P: 6, E: 5}, on=4)))
    assert "may be it" in texts(RULE, long_term(*items(6, on=4)))


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (long_term(hospice()), "not indicated"),
        (long_term(unavailable=hidden("Observation")), "undetermined"),
        (long_term(observation(text="PEG tube placement", on=5)), "indicated"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected
