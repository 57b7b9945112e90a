"""PV-09: look at what makes opioids riskier for this patient, at the start and every year."""

from dataclasses import replace
from datetime import timedelta

from chart.records import Condition, Encounter
from rules.case import Case
from rules.overdose_risk import overdoses
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.due import Evidence, due, latest
from rules.planned_visits.evidence import named, observations, procedures, questionnaires
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import cdc_2022
from rules.valuesets import ORT, RISK_REVIEW

WHAT = "risk review"
# COMM has no code of its own (licensed tool); clinics keep it under a local one.
_NAMES = r"\bCOMM\b|current opioid misuse measure|opioid risk|\bORT\b|SOAPP"


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    chart = case.chart
    reviews = [*procedures(chart, RISK_REVIEW), *observations(chart, ORT), *questionnaires(chart, ORT)]
    guidance = due(case, reviews, case.policy.risk_review_days, WHAT, named(chart, _NAMES, reviews))
    return _after_overdose(case, guidance, reviews)


def _after_overdose(case: Case, guidance: Guidance, reviews: list[Evidence]) -> Guidance:
    """An overdose since the last review brings the next one forward."""
    last = latest(reviews)
    events = [r for r in overdoses(case.chart) if isinstance(r, Condition | Encounter) and r.when]
    since = [e for e in events if last and e.when and e.when.last > last.day]
    if not since or guidance.status is Status.INDICATED:
        return guidance
    event = max(since, key=lambda e: (e.when.first if e.when else case.as_of, e.id))
    due_on = (event.when.first if event.when else case.as_of) + timedelta(
        days=case.policy.risk_review_event_days
    )
    reasons = (*guidance.reasons, Reason.of(f"An overdose was recorded since: {event.when}", (event,)))
    if due_on < case.as_of:
        return Guidance(Status.INDICATED, reasons, due_on)
    sooner = min(due_on, guidance.due_on or due_on)
    is_soon = sooner - case.as_of <= timedelta(days=case.policy.lead_days)
    return replace(
        guidance, status=Status.UPCOMING if is_soon else guidance.status, reasons=reasons, due_on=sooner
    )


RULE = Rule(
    id="PV-09",
    block=Block.PLANNED_VISITS,
    title="Risk review",
    advice="Ask about sleep, mood, alcohol and other substances, falls, drowsiness and safe storage. Tools support "
    "your judgment and do not replace it.",
    card="A review of safety with these medicines is due.",
    source=cdc_2022(8, "before starting and periodically", doubt="Yearly is our reading of periodically."),
    needs=frozenset({"MedicationRequest", "Procedure"}),
    also_reads=frozenset({"Observation", "QuestionnaireResponse", "DocumentReference"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("risk_review_days", "risk_review_event_days", "lead_days"),
    say=("I ask everyone on these medicines a few questions, so that we can keep them as safe as possible.",),
)
