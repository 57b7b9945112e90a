"""PV-05: review the prescription drug monitoring program (PDMP) every so often."""

from datetime import date, timedelta

from chart.medications import DrugClass
from chart.records import Chart
from rules.case import Case
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.due import Evidence, due, latest
from rules.planned_visits.evidence import named, observations, procedures
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import cdc_2022
from rules.valuesets import PDMP_REVIEW

WHAT = "PDMP review"
_NAMES = r"\bpdmp\b|prescription (drug )?monitoring|controlled substance (database|registry)|\bpmp\b"


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    chart = case.chart
    reviews = on_record(chart)
    guidance = due(case, reviews, case.policy.pdmp_days, WHAT, named(chart, _NAMES, reviews))
    last = latest(reviews)
    if case.policy.pdmp_every_prescription and last and guidance.status is not Status.INDICATED:
        return _before_each_prescription(case, guidance, last.day)
    return guidance


def on_record(chart: Chart) -> list[Evidence]:
    """Either code on either record. A finding counts once it is signed (opioid-cds-r4 REC09: final or amended)."""
    found = observations(chart, PDMP_REVIEW)
    return [*procedures(chart, PDMP_REVIEW), *(f for f in found if not f.is_preliminary)]


def _before_each_prescription(case: Case, guidance: Guidance, reviewed: date) -> Guidance:
    """Some states ask for a review before every prescription: the newest must be covered, and the next is due."""
    written = [m for m in case.chart.medication_requests if m.is_any(DrugClass.OPIOID) and m.when]
    if later := [m for m in written if m.when and m.when.last > reviewed]:
        told = Reason.of("Prescribed since then; the clinic reviews before every prescription", later)
        return Guidance(Status.INDICATED, (*guidance.reasons, told), reviewed, rests_on_absence=True)
    renewal = case.therapy.supply_ends
    if renewal is None or (guidance.due_on and guidance.due_on <= renewal):
        return guidance
    is_soon = renewal - case.as_of <= timedelta(days=case.policy.lead_days)
    status = Status.UPCOMING if is_soon else guidance.status
    return Guidance(
        status, (*guidance.reasons, Reason("Due before the next prescription")), max(renewal, case.as_of)
    )


RULE = Rule(
    id="PV-05",
    block=Block.PLANNED_VISITS,
    title="PDMP review",
    advice="Review the state's prescription drug monitoring program before renewing. Talk with the patient about "
    "anything unexpected before drawing conclusions.",
    source=cdc_2022(9, "at the start, then every 3 months or more often", doubt="State law comes first."),
    needs=frozenset({"MedicationRequest", "Procedure"}),
    also_reads=frozenset({"Observation", "DocumentReference"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("pdmp_days", "pdmp_every_prescription", "lead_days"),
    say=(
        "We look at the state's prescription record for everyone who takes these medicines, to keep you safe.",
        "If something there surprises us, I will ask you about it first.",
    ),
)
