"""PV-07: results held against the medicines on record."""

import pytest

from chart.records import Value
from rules.drug_test_analytes import analyte_of
from rules.drug_test_values import Result, result_of
from rules.planned_visits.drug_test_result import RULE
from tests.builders import component, concept, observation, order, product, value
from tests.rules.planned_visits.cases import case, hidden, hospice, long_term, status, texts

SNOMED, INTERPRETATION = (
    "http://snomed.info/sct",
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
)
OPIATES, OXYCODONE, COCAINE, BENZO = "19295-5", "19642-8", "19359-9", "14316-4"
FENTANYL, SIX_MAM, MORPHINE, COCAINE_CONFIRMED = "59673-4", "19321-9", "19597-4", "19360-7"


def urine(code, result, on=20, **changes):
    return observation(code, result if isinstance(result, Value) else value(result), on=on, **changes)


POS, NEG = "Positive", "Negative"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (value("Positive"), Result.DETECTED), (value("POS"), Result.DETECTED), (value("Detected"), Result.DETECTED),
        (value("presumptive positive"), Result.DETECTED), (value("true"), Result.DETECTED),
        (value("Negative"), Result.NOT_DETECTED), (value("Not Detected"), Result.NOT_DETECTED),
        (value("None detected"), Result.NOT_DETECTED), (value("non-reactive"), Result.NOT_DETECTED),
        (value("<50 ng/mL"), Result.NOT_DETECTED), (value(False), Result.NOT_DETECTED),
        (value("Inconclusive"), Result.UNCLEAR), (value("pending"), Result.UNCLEAR),
        (value("see note"), Result.UNCLEAR),
        (Value(concept=concept((SNOMED, "260373001"))), Result.DETECTED),
        (Value(concept=concept((SNOMED, "260415000"))), Result.NOT_DETECTED),
        (Value(concept=concept(text="Positive (qualifier value)")), Result.DETECTED),
        (value(250), Result.DETECTED), (value(0), Result.NOT_DETECTED), (Value(), Result.UNCLEAR),
        (Value(number=value(50).number, comparator="<"), Result.NOT_DETECTED),
    ],
)  # fmt: skip
def test_values(result, expected):
    assert result_of(observation(OPIATES, result)) is expected


@pytest.mark.parametrize(
    ("code", "result", "expected"),
    [
        ("POS", Value(), Result.DETECTED), ("NEG", Value(), Result.NOT_DETECTED), ("IND", Value(), Result.UNCLEAR),
        ("N", Value(), Result.NOT_DETECTED),
        ("A", value("Not detected"), Result.NOT_DETECTED),  # "abnormal" because it was expected
        ("NEG", value(12), Result.NOT_DETECTED),
    ],
)  # fmt: skip
def test_interpretations(code, result, expected):
    seen = observation(OPIATES, result, interpretations=(concept((INTERPRETATION, code)),))
    assert result_of(seen) is expected


@pytest.mark.parametrize(
    ("name", "analyte"),
    [
        ("6-monoacetylmorphine [Presence] in Urine", "heroin metabolite (6-MAM)"),
        ("Norfentanyl [Mass/volume] in Urine", "norfentanyl"),
        ("fentaNYL Ur Ql", "fentanyl"),
        ("p-Fluorofentanyl [Presence] in Urine", "fentanyl analogue"),
        ("Tapentadol and Nortapentadol panel - Urine", "tapentadol"),  # VSAC lists it under fentanyl
        ("HYDROmorphone Ur Ql", "hydromorphone"),
        ("oxyCODONE+oxyMORphone Ur Ql Scn", "oxymorphone"),
        ("Opiates cutoff [Mass/volume] in Urine", None),
        ("Creatinine Ur", None),
    ],
)
def test_substances_by_name(name, analyte):
    found = analyte_of(name)
    assert (found.name if found else None) == analyte


def opioid(drug, **changes):
    return order(drug, 10, 4, authored=100, days=120, **changes)


@pytest.mark.parametrize(
    ("medicines", "results", "expected"),
    [
        (["oxycodone"], [(OXYCODONE, POS)], "addressed"),
        (["oxycodone"], [(OXYCODONE, NEG)], "indicated"),
        (["oxycodone"], [(OPIATES, NEG)], "addressed"),  # opiate screens miss oxycodone
        (["oxycodone"], [(OPIATES, POS)], "addressed"),
        (["oxycodone"], [(COCAINE, POS)], "indicated"),
        (["oxycodone"], [(COCAINE, NEG)], "addressed"),
        (["oxycodone"], [(FENTANYL, POS)], "indicated"),
        (["oxycodone"], [(SIX_MAM, POS)], "indicated"),
        (["oxycodone"], [(COCAINE, "Inconclusive")], "undetermined"),
        (["morphine"], [(OPIATES, NEG)], "indicated"),
        (["codeine"], [(MORPHINE, POS)], "addressed"),  # a metabolite
        (["morphine"], [("3507-1", POS)], "indicated"),  # codeine does not come from morphine
        (["oxycodone"], [(BENZO, POS)], "indicated"),
        (["oxycodone", "lorazepam"], [(BENZO, POS)], "addressed"),
        (["oxycodone", "lorazepam"], [(BENZO, NEG)], "addressed"),  # screens miss lorazepam
        (["oxycodone", "alprazolam"], [(BENZO, NEG)], "indicated"),
        (["oxycodone"], [], "not indicated"),
    ],
)  # fmt: skip
def test_against_medicines(medicines, results, expected):
    records = [opioid(m) for m in medicines] + [urine(code, result) for code, result in results]
    assert status(RULE, case(*records)) == expected


def test_the_latest_result_counts_and_a_confirmation_before_a_screen():
    screen, later = urine(COCAINE, POS, on=40), urine(COCAINE, NEG, on=20)
    assert status(RULE, long_term(screen, later)) == "addressed"
    confirmed = urine(COCAINE_CONFIRMED, NEG, on=40)
    assert status(RULE, long_term(confirmed, screen)) == "addressed"


@pytest.mark.parametrize(("ago", "expected"), [(365, "indicated"), (366, "not indicated")])
def test_of_the_last_year(ago, expected):
    assert status(RULE, long_term(urine(COCAINE, POS, on=ago))) == expected


def test_components_of_a_panel_are_read():
    panel = observation("24349-3", components=(component("19359-9", "Positive", "Cocaine"),), on=5)
    assert status(RULE, long_term(panel)) == "indicated"


def test_taken_as_needed_may_be_absent():
    prn = order("oxycodone", 5, 4, authored=100, days=120, as_needed=True)
    assert status(RULE, case(prn, urine(OXYCODONE, NEG))) == "addressed"


@pytest.mark.parametrize(
    ("authored", "expected"),
    [(51, "addressed"), (52, "indicated")],  # 31 and 32 days before the test
)
def test_the_window_before_the_test(authored, expected):
    past = order("lorazepam", 1, 1, authored=authored, days=0, status="completed")
    assert status(RULE, long_term(past, urine(BENZO, POS, on=20))) == expected


def test_a_record_that_begins_after_the_test_leaves_it_open():
    started_later = order(product("morphine", 15), a_day=2, authored=10, days=30)
    of = case(started_later, urine(OPIATES, POS, on=20))
    assert status(RULE, of) == "undetermined"
    assert "before morphine 15 mg is first on record" in texts(RULE, of)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(urine(COCAINE, POS)), "not indicated"),
        (case(order("buprenorphine film", 8, 2), urine(COCAINE, POS)), "indicated"),
        (long_term(urine(COCAINE, POS), hospice()), "not indicated"),
        (long_term(unavailable=hidden("Observation")), "undetermined"),
        (long_term(urine(COCAINE, POS), unavailable=hidden("MedicationStatement")), "undetermined"),
        (long_term(urine(OXYCODONE, NEG), unavailable=hidden("MedicationStatement")), "indicated"),
    ],
)
def test_whom_it_is_for_and_what_is_hidden(of, expected):
    assert status(RULE, of) == expected


def test_words_accuse_nobody():
    told = texts(RULE, long_term(urine(COCAINE, POS)))
    assert told == "Cocaine detected on 10 Feb 2026, with no medicine on record that explains it"
    assert "confirmatory" in RULE.advice
