"""What the pages of a form and of its result show: an arrangement, with the words of the rules and of the form."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import current_app

from cds.evidence import Evidence
from cds.outcomes.reading import with_outcomes
from cds.reading import chart_of, patient_of
from cds.screening.answers import Answers
from cds.screening.asked import Filled
from cds.screening.forms import Form, Question, forms, forms_of
from cds.screening.reading import with_kept
from cds.screening.resources import chart_of_answers
from cds.screening.same_day import contacts, opens_at_once, safety_rules, same_day, same_day_of
from cds.screening.sending import can_send, left_to_send
from cds.screening.store import Kept
from cds.summary import Summary, case_of, summarize
from chart.fhir import ChartNotReadable, SignInEnded
from chart.records import Chart, Gap
from launch.session import LaunchSession
from rules.case import Case
from rules.complex_patients.tools import to_ask
from rules.labels import is_part2
from rules.policy import Policy
from rules.rule import Assessment, Status

EHR_SILENT = (
    "The chart could not be read just now: what is below rests on these answers alone. "
    "Open the summary again for everything else."
)


@dataclass(frozen=True, slots=True)
class Mistake:
    question: Question
    told: str


def policy() -> Policy:
    found: Policy = current_app.extensions["policy"]
    return found


def patient_chart(session: LaunchSession, on: date) -> Chart:
    return patient_of(session, on)


def form_context(session: LaunchSession, filled: Filled, on: date, *, has_been_sent: bool) -> dict[str, Any]:
    """The page of one form, empty or as it was sent, with what is still open named on top."""
    chart, clinic, answers = patient_chart(session, on), policy(), filled.answers
    form = answers.form
    return {
        "chart": chart,
        "form": form,
        "given": answers.given,
        "mistakes": mistakes(filled) if has_been_sent else [],
        "errors": filled.errors,
        "typed": filled.typed,
        "unanswered": answers.missing if has_been_sent else (),
        "skipped": filled.skipped,
        "urgent": same_day_of(answers, on, clinic),
        "opens_at_once": opens_at_once(form, clinic),
        "safety_rules": safety_rules(form),
        "contacts": contacts(Case(chart, clinic)),
        "can_send": can_send(session),
        "is_part2": clinic.is_part2_program and bool(form.labels),
    }


def mistakes(filled: Filled) -> list[Mistake]:
    form = filled.answers.form
    found = [Mistake(form.question(name), told) for name, told in filled.errors.items()]
    unseen = [Mistake(q, "Not answered yet") for q in filled.unseen if q.name not in filled.errors]
    return sorted((*found, *unseen), key=lambda m: m.question.number)


def result_context(session: LaunchSession, kept: Kept, on: date) -> dict[str, Any]:
    """The result, and what the clinic's policy asks next, judged from the whole chart where it can be read."""
    form = forms()[kept.form_id]
    case, why_not = _case(session, on)
    answered = chart_of_answers(list(kept.resources or ()), on, session.patient_id)
    own = Case(replace(answered, patient=case.chart.patient), case.policy)
    summary = summarize(case)
    return {
        "chart": case.chart,
        "form": form,
        "kept": kept,
        "answers": Answers(form, kept.given),
        "results": form.tool.results(own),
        "next": next_of(form, summary),
        "asks": asks(summary),
        "evidence": Evidence(case.chart),
        "urgent": () if kept.is_taken_back else same_day(case if not why_not else own, form),
        "safety_rules": safety_rules(form),
        "contacts": contacts(case),
        "why_not_read": why_not,
        "can_send": bool(left_to_send(session, kept)),
        "may_write": can_send(session),
        "is_part2": any(is_part2(o.labels) for o in answered.questionnaire_responses),
        "is_withheld": any(u.kind is Gap.WITHHELD for u in case.chart.unavailable),
    }


def next_of(form: Form, summary: Summary) -> list[Assessment]:
    """In the summary's own order: what is urgent first."""
    named = set(form.tool.rules)
    return [a for a in summary.assessments if a.rule.id in named and a.status is not Status.NOT_INDICATED]


def asks(summary: Summary) -> dict[str, list[Form]]:
    """The forms to offer beside each item of a summary, by the rule's id."""
    found = {a.rule.id: to_ask(summary.case, a) for a in summary.assessments}
    return {
        rule_id: [f for name in names for f in forms_of(name)] for rule_id, names in found.items() if names
    }


def _case(session: LaunchSession, on: date) -> tuple[Case, str]:
    """Also when the EHR is silent: what was answered must not wait for it."""
    try:
        chart = chart_of(session, on)
    except (ChartNotReadable, SignInEnded):
        chart = chart_of_answers([], on, session.patient_id)
        return case_of(with_kept(chart, session.issuer, session.patient_id), policy()), EHR_SILENT
    return case_of(with_outcomes(chart, session), policy()), ""
