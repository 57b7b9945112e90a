"""CX-10: the level of support, from each finding of its table."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.records import Gap, Unavailable
from rules.complex_patients.support import RULE, evaluate
from rules.complex_patients.tier import TierChoice, support_tier
from rules.rule import Priority, Status
from rules.valuesets import TAPER, URINE_TESTS_BY_CLASS
from tests.builders import AS_OF, concept, condition, encounter, observation, order, procedure, value
from tests.rules.situations import long_term, no_opioid, situation

PAIN = {"kind": "EMER", "reasons": (concept(text="Back pain"),)}
FINDINGS = [
    ("D", [observation("44260-8", 1, on=3)]),
    ("D", [condition("R45.851", onset=3)]),
    ("D", [condition("T40.2X1A", onset=30, clinical="resolved")]),
    ("C", [condition("T40.2X1A", onset=31, clinical="resolved")]),
    ("C", [condition("T40.2X1A", onset=365, clinical="resolved")]),
    ("A", [condition("T40.2X1A", onset=366, clinical="resolved")]),
    ("A", [condition("T40.2X5A", onset=5)]),
    ("C", [condition("F11.20")]),
    ("A", [condition("F11.21")]),
    ("C", [condition("F10.20")]),
    ("A", [condition("F10.20", verification="provisional")]),
    ("C", [observation("44261-6", 15, on=3)]),
    ("B", [observation("44261-6", 14, on=3)]),
    ("B", [observation("44261-6", 10, on=3)]),
    ("A", [observation("44261-6", 9, on=3)]),
    ("A", [observation("44261-6", 20, on=100)]),
    ("B", [observation("70274-6", 10)]),
    ("B", [observation("102017-1", 3)]),
    ("B", [observation("75626-2", 3)]),
    ("B", [observation("82667-7", 3)]),
    ("B", [condition("G47.33")]),
    ("B", [condition("J44.9")]),
    ("B", [condition("K74.60")]),
    ("B", [observation("98979-8", 59)]),
    ("A", [observation("98979-8", 60)]),
    ("C", [condition("Z33.1", onset=30)]),
    ("B", [order("gabapentin", 300, 3)]),
    ("B", [order("lorazepam", 1, 2)]),
    ("C", [order("lorazepam", 1, 2), condition("J44.9")]),
    ("C", [order("lorazepam", 1, 2), order("gabapentin", 300, 3)]),
    ("B", [encounter(on=20, **PAIN), encounter(on=183, **PAIN)]),
    ("A", [encounter(on=20, **PAIN), encounter(on=184, **PAIN)]),
    ("A", [encounter(on=20, **PAIN)]),
]


@pytest.mark.parametrize(("letter", "records"), FINDINGS)
def test_findings(letter, records):
    assert long_term(*records).tier.letter == letter


@pytest.mark.parametrize(
    ("mme", "letter"), [("49.99", "A"), (50, "B"), ("89.99", "B"), (90, "C"), (200, "C")]
)
def test_dosage(mme, letter):
    assert long_term(mme=mme).tier.letter == letter


@pytest.mark.parametrize(
    ("before", "now", "letter"),
    [(20, 20, "A"), (20, "19", "C"), (20, 15, "C"), (20, "14.99", "D"), (40, 0, "D")],
)
def test_a_fall_in_dose(before, now, letter):
    assert long_term(mme=now, before=before).tier.letter == letter


def test_age_counts_only_with_another_finding():
    old = {"born": AS_OF - timedelta(days=70 * 366)}
    assert long_term(**old).tier.letter == "A"
    found = long_term(condition("J44.9"), **old).tier
    assert (found.letter, found.reasons[-1].text[:3]) == ("B", "Age")
    assert long_term(order("lorazepam", 1, 2), **old).tier.letter == "C"


@pytest.mark.parametrize(
    ("letter", "status", "priority"),
    [
        ([observation("44260-8", 1, on=3)], Status.INDICATED, Priority.SAFETY),
        ([condition("F11.20")], Status.INDICATED, Priority.HIGH),
        ([condition("J44.9")], Status.INDICATED, Priority.ROUTINE),
        ([], Status.NOT_INDICATED, Priority.ROUTINE),
    ],
)
def test_status_and_priority(letter, status, priority):
    found = RULE.assess(long_term(*letter))
    assert (found.status, found.priority) == (status, priority)
    assert found.advice.startswith("Suggested support: ")


def test_only_for_people_on_opioids_or_with_oud_unless_it_is_today():
    assert evaluate(no_opioid(condition("J44.9"))).status is Status.NOT_INDICATED
    assert evaluate(no_opioid(condition("F11.20"))).status is Status.INDICATED
    assert evaluate(no_opioid(observation("44260-8", 1, on=3))).status is Status.INDICATED
    assert evaluate(situation(mme=0, at_least=True, ltot="undetermined")).status is Status.UNDETERMINED


def test_pauses_outside_the_guideline_but_not_for_oud():
    assert evaluate(long_term(condition("G89.3"), mme=120)).status is Status.NOT_INDICATED
    assert evaluate(long_term(condition("G89.3"), condition("F11.20"))).status is Status.INDICATED


def test_missing_records_lower_how_sure_it_is_and_never_the_level():
    refused = Unavailable("Encounter", Gap.REFUSED, "Visits were not shared")
    found = RULE.assess(long_term(condition("J44.9"), unavailable=(refused,)))
    assert found.status is Status.INDICATED
    assert found.guidance.reasons[-1].text == "Less certain, because visits were not shared"
    assert RULE.assess(long_term(unavailable=(refused,))).status is Status.UNDETERMINED


@pytest.mark.parametrize(("days", "letter"), [(0, "B"), (-1, "C")])
def test_a_clinicians_choice_holds_until_its_last_day(days, letter):
    case = long_term(mme=95)
    case.tier_choice = TierChoice("B", "Stable for years, known to the team", AS_OF + timedelta(days=days))
    found = support_tier(case)
    assert (found.letter, found.suggested) == (letter, "C")
    if letter == "B":
        assert evaluate(case).reasons[0].text.startswith("Set by a clinician: Stable for years")


def test_labels_of_what_caused_it_follow():
    label = ("system", "42CFRPart2")
    oud = replace(condition("F11.20"), labels=frozenset({label}))
    assert label in evaluate(no_opioid(oud)).reasons[0].labels


@given(st.lists(st.sampled_from(FINDINGS), max_size=4), st.sampled_from(FINDINGS))
def test_one_more_finding_never_lowers_the_level(findings, extra):
    records = list({r.id: r for _, found in findings for r in found}.values())
    more = list({r.id: r for r in (*records, *extra[1])}.values())
    if not any(r.id.startswith("Observation") for r in extra[1]):  # a later score may replace an earlier one
        assert long_term(*more).tier.letter >= long_term(*records).tier.letter


def test_a_taper_under_way():
    code = next(code for _, code in sorted(TAPER.keys))
    assert long_term(procedure(code, on=10)).tier.letter == "C"
    assert long_term(procedure(code, on=100)).tier.letter == "A"
    assert long_term(procedure(code, status="in-progress", on=100)).tier.letter == "C"


def test_two_days_with_confirmed_unexpected_results():
    code = next(code for _, code in sorted(URINE_TESTS_BY_CLASS["cocaine"].keys))
    name = "Cocaine in Urine by Confirmatory method"

    def result(on):
        return replace(observation(code, on=on, text=name), value=value("Positive"))

    assert long_term(result(10)).tier.letter == "A"
    assert long_term(result(10), result(50)).tier.letter == "C"
    assert long_term(result(10), result(400)).tier.letter == "A"
