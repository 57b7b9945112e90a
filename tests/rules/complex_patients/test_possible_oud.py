"""CX-07: two different findings within a year, or the DSM-5 criteria."""

from dataclasses import replace

import pytest

from rules.complex_patients.possible_oud import evaluate
from rules.rule import Status
from tests.builders import component, condition, observation, value
from tests.rules.situations import long_term, no_opioid

INDICATED, ADDRESSED, NOT_INDICATED = Status.INDICATED, Status.ADDRESSED, Status.NOT_INDICATED
COMM = "Current Opioid Misuse Measure (COMM) total"


def comm(points, on=30):
    return observation("", points, text=COMM, on=on)


def overdose(onset=100):
    return condition("T40.2X1A", onset=onset, clinical="resolved")


def confirmed(on=30, result="Detected"):
    """Benzoylecgonine by a confirmatory method."""
    return replace(
        observation("14315-6", on=on, text="Cocaine, Urine by Confirmatory method"), value=value(result)
    )


@pytest.mark.parametrize(
    ("records", "early", "status"),
    [
        ([], 0, NOT_INDICATED),
        ([comm(9)], 0, NOT_INDICATED),
        ([overdose()], 0, NOT_INDICATED),
        ([], 2, NOT_INDICATED),
        ([comm(9), comm(12, on=60)], 0, NOT_INDICATED),  # twice the same kind is one
        ([comm(9), overdose()], 0, INDICATED),
        ([comm(8), overdose()], 0, NOT_INDICATED),
        ([comm(69), overdose()], 0, NOT_INDICATED),  # not a COMM score
        ([comm(9, on=366), overdose()], 0, NOT_INDICATED),
        ([comm(9), overdose(onset=366)], 0, NOT_INDICATED),
        ([comm(9), overdose(onset=365)], 0, INDICATED),
        ([comm(9)], 1, NOT_INDICATED),
        ([comm(9)], 2, INDICATED),
        ([confirmed(), comm(9)], 0, INDICATED),
        ([confirmed(result="Not detected"), comm(9)], 0, NOT_INDICATED),
        ([confirmed(on=366), comm(9)], 0, NOT_INDICATED),
        ([confirmed(), confirmed(on=50)], 0, NOT_INDICATED),
        ([observation("91392-1", 26), comm(9)], 0, NOT_INDICATED),  # the ORT is no finding
        ([condition("T40.2X5A", onset=30), comm(9)], 0, NOT_INDICATED),  # an adverse effect is no overdose
        ([condition("F11.90"), comm(9)], 0, NOT_INDICATED),  # use, unspecified
    ],
)
def test_two_different_findings(records, early, status):
    assert evaluate(long_term(*records, early=early)).status is status


@pytest.mark.parametrize(
    ("answer", "status"),
    [(True, INDICATED), ("Yes, by the family", INDICATED), (False, NOT_INDICATED), ("None", NOT_INDICATED)],
)
def test_a_recorded_concern_is_a_finding(answer, status):
    concern = replace(observation("", text="Concern about opioid use"), value=value(answer))
    assert evaluate(long_term(concern, comm(9))).status is status


@pytest.mark.parametrize(
    ("count", "status", "severity"),
    [(1, ADDRESSED, "below"), (2, INDICATED, "mild"), (3, INDICATED, "mild"), (4, INDICATED, "moderate"),
     (5, INDICATED, "moderate"), (6, INDICATED, "severe"), (11, INDICATED, "severe"), (12, NOT_INDICATED, "")],
)  # fmt: skip
def test_criteria_entered_as_a_count(count, status, severity):
    found = evaluate(no_opioid(observation("", count, text="DSM-5 criteria for opioid use disorder")))
    assert found.status is status
    assert severity in found.reasons[0].text


@pytest.mark.parametrize(
    ("case_of", "count", "status"), [(long_term, 1, ADDRESSED), (no_opioid, 3, INDICATED)]
)
def test_tolerance_and_withdrawal_under_supervision_do_not_count(case_of, count, status):
    met = ("Craving", "Tolerance", "Withdrawal")
    parts = tuple(component("", True, text=name) for name in met)
    found = evaluate(case_of(observation("", text="OUD criteria", components=parts)))
    assert found.status is status
    assert found.reasons[0].text.startswith(f"{count} of 11")


def test_criteria_below_the_number_answer_the_findings():
    count = observation("", 1, text="DSM-5 criteria for opioid use disorder")
    assert evaluate(long_term(count, comm(9), overdose())).status is ADDRESSED


def test_a_diagnosis_on_the_list_answers_it():
    assert evaluate(long_term(condition("F11.20"), comm(9), overdose())).status is ADDRESSED
    assert evaluate(long_term(condition("F11.21"), comm(9), overdose())).status is INDICATED
