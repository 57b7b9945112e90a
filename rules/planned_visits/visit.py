"""PV-01: a visit about the opioid therapy every three months; every month during a taper or with a team plan."""

import re
from dataclasses import replace
from datetime import timedelta

from chart.medications import DrugClass
from chart.records import Appointment, Chart, Encounter
from rules.case import Case
from rules.complex_patients.tier import READS
from rules.planned_visits.applies import unless_long_term
from rules.planned_visits.by_tier import Intervals, due_by_tier
from rules.planned_visits.due import Evidence
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import cdc_2022
from rules.trend import is_tapering
from rules.valuesets import CHRONIC_PAIN, LONG_TERM_OPIOID_CODE, OPIOID_USE_DISORDER

WHAT = "visit about opioid therapy"
_SETS = (CHRONIC_PAIN, LONG_TERM_OPIOID_CODE, OPIOID_USE_DISORDER)
_WORDS = re.compile(
    r"\bpain\b|opioid|opiate|analges|controlled substance|medication management", re.IGNORECASE
)
_SEEN = (
    "AMB",
    "VR",
)  # ambulatory and virtual; an EHR that leaves the class out is given the benefit of a look
_BOOKED = ("booked", "pending", "proposed", "arrived", "checked-in")


def evaluate(case: Case) -> Guidance:
    if not_for := unless_long_term(case):
        return not_for
    tapering = is_tapering(case)
    about, maybe = opioid_visits(case.chart)
    guidance = due_by_tier(case, _intervals(case, tapering), about, WHAT, maybe)
    if tapering and guidance.status is not Status.ADDRESSED:
        guidance = replace(guidance, reasons=(*guidance.reasons, Reason("The dose is being lowered")))
    return _scheduled(case, guidance)


def _intervals(case: Case, tapering: bool) -> Intervals:
    team_plan = case.policy.visit_days_team_plan
    routine = team_plan if tapering else case.policy.visit_days
    return Intervals(routine, routine, team_plan)


def opioid_visits(chart: Chart) -> tuple[list[Evidence], list[Evidence]]:
    """Visits that say so, or were with the opioid prescriber (less certain); and other clinic visits."""
    finished = [e for e in chart.encounters if e.status == "finished" and e.kind in (*_SEEN, "")]
    prescribers = {
        m.requester for m in chart.medication_requests if m.is_any(DrugClass.OPIOID) and m.requester
    }
    about, maybe = [], []
    for visit in finished:
        if _is_about_opioids(visit, chart):
            about.append(Evidence(visit, visit.when, visit.display))
        elif visit.participants & prescribers and visit.kind:
            note = "with the opioid prescriber; the reason is not recorded"
            about.append(Evidence(visit, visit.when, visit.display, note))
        else:
            maybe.append(Evidence(visit, visit.when, visit.display))
    return about, maybe


def _is_about_opioids(visit: Encounter, chart: Chart) -> bool:
    conditions = [c.concept for c in chart.conditions if c.id in visit.diagnoses]
    told = (*visit.types, *visit.reasons, *conditions)
    return any(s.has(c) for c in told for s in _SETS) or any(_WORDS.search(c.display) for c in told)


def _scheduled(case: Case, guidance: Guidance) -> Guidance:
    """A visit that is booked soon is on its way: named, and no longer asked for."""
    coming = _next_visit(case)
    if guidance.status is not Status.INDICATED or coming is None or coming.when is None:
        return guidance
    told = Reason.of(f"Booked: {coming.display}, {coming.when}", (coming,))
    reasons = (*guidance.reasons, told)
    if coming.when.last <= case.as_of + timedelta(days=case.policy.lead_days):
        return Guidance(Status.UPCOMING, reasons, due_on=coming.when.first)
    return replace(guidance, reasons=reasons)


def _next_visit(case: Case) -> Appointment | None:
    booked = [
        a for a in case.chart.appointments
        if a.status in _BOOKED and a.when is not None and a.when.first >= case.as_of
    ]  # fmt: skip
    return min(booked, key=lambda a: (a.when.first if a.when else case.as_of, a.id), default=None)


RULE = Rule(
    id="PV-01",
    block=Block.PLANNED_VISITS,
    title="Visit about opioid therapy",
    advice="Plan a visit to look at benefits and risks together.",
    source=cdc_2022(
        7, "every 3 months or more often; at least monthly during a taper",
        doubt="The monthly interval comes from secondary sources that agree with HHS 2019.",
    ),
    needs=frozenset({"MedicationRequest", "Encounter"}),
    also_reads=frozenset({"Appointment", *READS}) - {"MedicationRequest", "Encounter"},
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START, Hook.APPOINTMENT_BOOK}),
    owner=Role.FRONT_DESK,
    evaluate=evaluate,
    policy=("visit_days", "visit_days_team_plan", "lead_days"),
    say=("I would like us to have unhurried time to talk about how these medicines are working for you.",),
)  # fmt: skip
