"""PV-06: consider a urine drug test at least once a year, with the patient's agreement."""

from chart.records import Chart, Observation
from rules.case import Case
from rules.codes import find
from rules.complex_patients.tier import READS
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.by_tier import Intervals, due_by_tier
from rules.planned_visits.due import Evidence
from rules.planned_visits.evidence import named, orders
from rules.rule import Block, Guidance, Hook, Role, Rule
from rules.sources import cdc_2022
from rules.valuesets import URINE_DRUG_TEST, URINE_DRUG_TEST_ORDER

WHAT = "urine drug test"
_NAMES = r"urine.{0,20}(drug|toxicolog|opiate)|(drug|tox).{0,12}(screen|panel).{0,20}urine|\b(uds|udt)\b"
_NOT_RESULTED = ("cancelled", "entered-in-error", "registered")


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    done = tests(case.chart)
    open_orders = orders(case.chart, URINE_DRUG_TEST, URINE_DRUG_TEST_ORDER)
    ordered = [Evidence(o.record, o.on, f"{o.name} (ordered, no result yet)") for o in open_orders]
    maybe = [*ordered, *named(case.chart, _NAMES, done)]
    return due_by_tier(case, _intervals(case), done, WHAT, maybe)


def _intervals(case: Case) -> Intervals:
    policy = case.policy
    return Intervals(
        policy.drug_test_days, policy.drug_test_days_extra_support, policy.drug_test_days_team_plan
    )


def tests(chart: Chart) -> list[Evidence]:
    """Resulted tests and reports; a panel that says "not performed" is none."""
    results = [o for o in find(chart.observations, URINE_DRUG_TEST) if is_resulted(o)]
    reports = [r for r in find(chart.reports, URINE_DRUG_TEST) if r.status not in _NOT_RESULTED]
    return [
        *(Evidence(o, o.when, o.display) for o in results),
        *(Evidence(r, r.when, r.display) for r in reports),
    ]


def is_resulted(observation: Observation) -> bool:
    absent = observation.value.absent in ("not-performed", "not-asked", "error", "as-text")
    return observation.is_final and not (absent and not observation.components)


RULE = Rule(
    id="PV-06",
    block=Block.PLANNED_VISITS,
    title="Urine drug test",
    advice="Consider a urine drug test with the patient's agreement. Say why it is offered, and that a result will "
    "not be a reason to end their care.",
    source=cdc_2022(
        10,
        "consider at least once a year",
        doubt="The exact words were not opened; PQA AMO also asks for a year.",
    ),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset({"DiagnosticReport", "DocumentReference", "ServiceRequest", *READS})
    - {"MedicationRequest", "Observation"},
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("drug_test_days", "drug_test_days_extra_support", "drug_test_days_team_plan", "lead_days"),
    say=(
        "We offer this test to everyone on these medicines. It helps us notice what could make them less safe.",
        "Is there anything you would like to tell me before we look at it?",
    ),
)
