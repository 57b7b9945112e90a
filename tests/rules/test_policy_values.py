"""Each value of a policy is held to its type, range and words; the sentence says what to write instead."""

from datetime import date, datetime
from decimal import Decimal
from typing import get_type_hints

import pytest

from rules.policy import Policy, described
from rules.policy_limits import CHOICES, highest, lowest
from rules.policy_reading import CLINIC, SETTINGS, PolicyError, policy_from
from rules.policy_values import kind_of
from tests.words import AVOIDED

HINTS = get_type_hints(Policy)
UNITS = {name: unit for name, _, _, unit, _ in described(Policy())}
WHOLE = [name for name in SETTINGS if HINTS[name] is int]
NUMBERS = [name for name in SETTINGS if HINTS[name] in (Decimal, Decimal | None)]
SWITCHES = [name for name in SETTINGS if HINTS[name] is bool]


def problems_of(data):
    with pytest.raises(PolicyError) as raised:
        policy_from(data)
    return raised.value.problems


def problems_about(name, value):
    """Of one setting alone; the order of two settings is tested on its own."""
    try:
        policy_from({"settings": {name: value}})
    except PolicyError as error:
        return [p for p in error.problems if p.startswith((f"{name} is ", f"{name} has "))]
    return []


@pytest.mark.parametrize("name", [*CLINIC.values(), *SETTINGS])
def test_every_default_would_be_accepted(name):
    default = getattr(Policy(), name)
    if default is not None:
        assert kind_of(HINTS[name], name, UNITS[name]).check(name, default) == default


@pytest.mark.parametrize("name", WHOLE)
def test_whole_numbers_at_and_beyond_their_range(name):
    least, most = lowest(name), int(highest(UNITS[name]))
    assert problems_about(name, least) == problems_about(name, most) == []
    for beyond in (least - 1, most + 1):
        (told,) = problems_about(name, beyond)
        assert told.startswith(f"{name} is {beyond}; write a whole number from {least} to {most}")


@pytest.mark.parametrize("name", NUMBERS)
def test_other_numbers_at_and_beyond_their_range(name):
    most = highest(UNITS[name])
    for within in (Decimal("0.0001"), most, float(most)):
        assert problems_about(name, within) == []
    beyond = (
        0,
        -1,
        most + Decimal("0.0001"),
        Decimal("0.00001"),
        float("nan"),
        float("inf"),
        Decimal("1e999999"),
    )
    for value in beyond:
        (told,) = problems_about(name, value)
        assert "write a number above 0" in told


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("visit_days", 1, 3650), ("lead_days", 0, 3650), ("ltot_density_days", 1, 90), ("older_age", 1, 120),
        ("pc_ptsd5_positive", 1, 5), ("comm_positive", 1, 68), ("prescribers_review", 1, 100),
    ],
)  # fmt: skip
def test_ranges_follow_the_unit(name, least, most):
    assert (lowest(name), highest(UNITS[name])) == (least, most)


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize(
    "value", ["90", 90.0, Decimal("90.0"), True, None, [90], {}, date(2026, 3, 2), 16**99]
)
def test_a_whole_number_is_nothing_else(name, value):
    assert len(problems_about(name, value)) == 1


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["0.5", True, [1], {}, date(2026, 3, 2)])
def test_a_number_is_nothing_else(name, value):
    assert len(problems_about(name, value)) == 1


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("value", ["yes", "true", 1, 0, None])
def test_a_switch_is_true_or_false(name, value):
    (told,) = problems_about(name, value)
    assert "write true or false, without quotes" in told


def test_a_number_of_ten_thousand_digits():
    (told,) = problems_about("visit_days", 16**9999)
    assert "visit_days is a very large number; write" in told


def test_a_tenth_stays_a_tenth():
    for written in (0.1, Decimal("0.1"), Decimal("0.10")):
        assert policy_from({"settings": {"dose_increase": written}}).dose_increase == Decimal("0.1")


@pytest.mark.parametrize(
    ("written", "read"),
    [(date(2026, 9, 14), date(2026, 9, 14)), ("2026-09-14", date(2026, 9, 14)), (None, None)],
)
def test_the_review_date(written, read):
    assert policy_from({"clinic": {"reviewed_on": written}}).reviewed_on == read


@pytest.mark.parametrize(
    "written",
    [
        datetime(2026, 9, 14, 8),
        "14 Sep 2026",
        "2026-02-30",
        "20260914",
        2026,
        True,
        date(1999, 12, 31),
        date(2101, 1, 1),
    ],
)
def test_what_is_not_a_review_date(written):
    (told,) = problems_of({"clinic": {"reviewed_on": written}})
    assert told.startswith("reviewed_on is ")
    assert told.endswith("as in reviewed_on = 2026-03-02.")


@pytest.mark.parametrize(
    "written", ["", "  ", "two\nlines", "a" * 201, "turned \u202e round", 7, None, ["a"]]
)
def test_a_name_is_one_line_of_text(written):
    (told,) = problems_of({"clinic": {"name": written}})
    assert told.startswith("name is ")


@pytest.mark.parametrize("written", ["A", "a" * 200, "  Alder Creek  "])
def test_names(written):
    assert policy_from({"clinic": {"name": written}}).clinic_name == written.strip()


@pytest.mark.parametrize(
    ("name", "written", "named"),
    [
        ("tools_in_use", ["PHQ-9", "PHQ9"], 'has "PHQ9"'),
        ("tools_in_use", ["PHQ-9", "PHQ-9"], 'has "PHQ-9"'),
        ("tools_in_use", "PHQ-9", 'is "PHQ-9"'),
        ("tools_yearly", [9], "has 9"),
        ("tools_in_use", [["PHQ-9"]], 'has ["PHQ-9"]'),
        ("roles_shown_sensitive", ["front desk"], 'has "front desk"'),
        ("part2_display", "show", 'is "show"'),
        ("part2_display", ["show with notice"], 'is ["show with notice"]'),
    ],
)  # fmt: skip
def test_words_that_are_not_among_the_choices(name, written, named):
    (told,) = problems_about(name, written)
    assert f"{name} {named}; write " in told
    assert all(f'"{word}"' in told for word in CHOICES[name])


@pytest.mark.parametrize("name", ["tools_in_use", "tools_yearly", "roles_shown_sensitive"])
def test_all_choices_and_none_are_accepted(name):
    for chosen in ((), CHOICES[name]):
        assert getattr(policy_from({"settings": {name: list(chosen)}}), name) == chosen


def test_no_avoided_word_is_offered_as_a_choice():
    assert not [word for words in CHOICES.values() for word in words if AVOIDED.search(word)]
