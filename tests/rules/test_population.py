"""Whom the guideline is not written for, what stays a doubt, and POP-01 to POP-03."""

from datetime import date

import pytest

from chart.records import CarePlan, Encounter
from rules.planned_visits import guideline_scope, long_term_therapy, opioid_data
from rules.population import doubts, exclusion
from tests.builders import chart, concept, condition, order, procedure, referral, when
from tests.rules.planned_visits.cases import case, hidden, long_term, short_term, status, texts

VISIT = {"categories": frozenset({"encounter-diagnosis"})}
SNOMED = "http://snomed.info/sct"


def cancer_at_visit(ago, visit):
    return condition("C50.911", encounter=visit, recorded=when(ago), **VISIT)


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([condition("D57.1", text="Hb-SS disease")], "Sickle cell disease: Hb-SS disease"),
        ([condition("417357006", clinical="inactive")], "Sickle cell disease"),
        ([condition("D57.3")], None),  # trait
        ([condition("G89.3")], "Cancer-related pain"),
        ([condition("G89.3", clinical="resolved")], None),
        ([condition("C25.9")], "Active cancer on record, to be confirmed"),
        ([condition("C25.9", clinical=None)], "Active cancer on record"),
        ([condition("C25.9", clinical="remission")], None),
        ([condition("Z85.3")], None),  # a survivor without cancer pain
        ([condition("C44.91")], None),
        ([cancer_at_visit(10, "Encounter/1"), cancer_at_visit(60, "Encounter/2")], "Active cancer"),
        ([cancer_at_visit(10, "Encounter/1"), cancer_at_visit(10, "Encounter/1")], None),
        ([cancer_at_visit(10, "Encounter/1"), cancer_at_visit(500, "Encounter/2")], None),
        ([condition("Z51.5")], "Palliative care on record"),
        ([condition("Z51.5", recorded=when(366), **VISIT)], None),
        ([condition("Z51.5", recorded=when(365), **VISIT)], "Palliative care"),
        ([condition("K72.90")], None),  # liver failure alone is not the end of life
        ([condition("170935008")], "Hospice care on record"),
        ([condition("300936002")], "End-of-life care on record"),
        ([procedure("385763009", on=30)], "Hospice care"),
        ([procedure("385763009", on=30, status="not-done")], None),
        ([procedure("385763009", on=400)], None),
        ([referral("306205009", on=20)], "Hospice care"),
        ([referral("306205009", on=20, status="revoked")], None),
        ([Encounter(id="Encounter/9", types=(concept((SNOMED, "305911006")),), start=when(9))], "Hospice"),
    ],
)  # fmt: skip
def test_exclusions(records, reason):
    found = exclusion(chart(*records))
    assert (found is None) == (reason is None)
    assert reason is None or found.reasons[0].text.startswith(reason)


def test_a_care_plan_for_hospice_counts():
    plan = CarePlan(id="CarePlan/1", categories=(concept((SNOMED, "385763009")),), status="active")
    assert exclusion(chart(care_plans=(plan,))).is_end_of_life


@pytest.mark.parametrize(
    ("born", "is_out"),
    [
        (date(2008, 3, 2), False),  # 18 today
        (date(2008, 3, 3), True),  # 18 tomorrow
        ("2008", False),  # may be 18
        ("2009", True),
        (None, False),
    ],
)
def test_adults_only(born, is_out):
    assert (exclusion(chart(born=born)) is not None) is is_out


@pytest.mark.parametrize(("code", "is_end"), [("170935008", True), ("Z51.5", False), ("D57.1", False)])
def test_only_hospice_and_end_of_life_pause_safety_items_too(code, is_end):
    assert exclusion(chart(condition(code))).is_end_of_life is is_end


@pytest.mark.parametrize(
    ("record", "is_doubt"),
    [
        (condition("254837009", text="Malignant neoplasm of breast (disorder)"), True),
        (condition("", text="Metastatic cancer"), True),
        (condition("", text="Family history of cancer"), False),
        (condition("", text="Suspected lung cancer (situation)"), False),
        (condition("", text="Metastatic cancer", clinical="resolved"), False),
        (cancer_at_visit(10, "Encounter/1"), True),
        (condition("I10", text="Hypertension"), False),
    ],
)
def test_doubts_are_asked_and_pause_nothing(record, is_doubt):
    assert bool(doubts(chart(record))) is is_doubt
    assert exclusion(chart(record)) is None


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(condition("D57.1")), "indicated"),
        (long_term(condition("", text="Lung cancer")), "undetermined"),
        (long_term(born=None), "undetermined"),
        (long_term(), "not indicated"),
        (case(condition("D57.1")), "not indicated"),  # no opioid
        (long_term(unavailable=hidden("Condition")), "undetermined"),
    ],
)
def test_pop_02(of, expected):
    assert status(guideline_scope.RULE, of) == expected


def test_pop_02_says_what_pauses():
    assert "safety items stay on" in texts(guideline_scope.RULE, long_term(condition("D57.1")))
    assert "safety items too" in texts(guideline_scope.RULE, long_term(condition("170935008")))


def on_problem_list(**changes):
    usual = {"categories": frozenset({"problem-list-item"}), "text": "Long term current use of opioid"}
    return condition("Z79.891", **usual | changes)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (long_term(), "indicated"),
        (long_term(on_problem_list()), "addressed"),
        (long_term(on_problem_list(clinical="resolved")), "indicated"),
        (long_term(on_problem_list(verification="provisional")), "indicated"),
        (long_term(on_problem_list(categories=frozenset({"encounter-diagnosis"}))), "indicated"),
        (short_term(on_problem_list()), "not indicated"),
        (long_term(unavailable=hidden("Condition")), "indicated"),
        (short_term(), "not indicated"),
        (case(), "not indicated"),
        (case(unavailable=hidden("MedicationRequest")), "undetermined"),
    ],
)
def test_pop_01(of, expected):
    assert status(long_term_therapy.RULE, of) == expected


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (case(order("oxycodone", 5, 4)), "addressed"),
        (case(order("oxycodone", 5, None, days=None)), "indicated"),
        (case(), "not indicated"),
        (case(order("oxycodone", 5, 4), unavailable=hidden("MedicationDispense")), "indicated"),
        (case(unavailable=hidden("MedicationRequest")), "indicated"),
    ],
)
def test_pop_03(of, expected):
    assert status(opioid_data.RULE, of) == expected


def test_pop_03_names_the_medicine_and_why():
    told = texts(opioid_data.RULE, case(order("oxycodone", 5, None, days=None)))
    assert told.startswith("oxycodone 5 mg: no dose is recorded")
    assert "minimum" in told


@pytest.mark.parametrize(
    ("born", "is_doubt"),
    [
        ("2007", False),  # 18 at least
        ("2008", True),  # 17 or 18
        ("2008-03", True),
        ("2008-02", False),
        ("2008-03-01", False),
        ("2009", False),  # under 18 whatever the day
    ],
)
def test_a_partial_birth_date_may_leave_the_age_open(born, is_doubt):
    of = chart(born=born)
    assert of.as_of == date(2026, 3, 2)
    assert any("Whether the patient is 18 cannot be told" in r.text for r in doubts(of)) is is_doubt


@pytest.mark.parametrize(
    ("name", "ago", "is_doubt"),
    [("Hospice - medical facility", 30, True), ("Discharged to home", 30, False), ("Hospice", 400, False)],
)
def test_a_discharge_to_hospice_by_its_name_is_asked_about(name, ago, is_doubt):
    stay = Encounter(id="Encounter/9", discharge=concept(text=name), start=when(ago))
    assert any("By its name, a discharge" in r.text for r in doubts(chart(stay))) is is_doubt
    assert exclusion(chart(stay)) is None
