"""PV-08: offer naloxone, or check that the naloxone at home is there and in date."""

from datetime import date, timedelta

from chart.frozen import dataclass
from chart.medications import (
    DrugClass,
    Medication,
    MedicationDispense,
    MedicationRequest,
    MedicationStatement,
)
from chart.records import Chart, Observation
from rules.case import Case
from rules.overdose_risk import POLICY, overdose_risks
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.due import Evidence, latest
from rules.planned_visits.evidence import is_negated
from rules.rule import Block, Guidance, Hook, Priority, Reason, Role, Rule, Source, Status
from rules.sources import cdc_2022

_ASK = "No naloxone on record here; it can be bought without a prescription: ask whether it is at home"
_NOT_SUPPLIED = ("cancelled", "stopped", "declined", "entered-in-error", "draft", "on-hold", "preparation")
_NOT_TAKEN = ("not-taken", "stopped", "entered-in-error")


@dataclass(frozen=True, slots=True)
class AtHome:
    """What the chart says of a reversal medicine: `supplied` lasts its shelf life, `told` is what was confirmed."""

    supplied: tuple[Evidence, ...]
    told: tuple[Evidence, ...]
    denied: Evidence | None = None

    @property
    def last_seen(self) -> Evidence | None:
        return latest((*self.supplied, *self.told))


def evaluate(case: Case) -> Guidance:
    not_for = unless_in_use(case, is_safety_item=True)
    is_long_term = case.therapy.ltot.status == "long-term" and not case.exclusion
    if not_for and not is_long_term:
        return not_for
    risks = overdose_risks(case)
    return _of_supply(case, at_home(case.chart), risks)


def at_home(chart: Chart) -> AtHome:
    """Naloxone or nalmefene alone; with buprenorphine or pentazocine it is no rescue medicine."""
    supplied = [_supply(d) for d in chart.medication_dispenses if _is_supply(d)]
    supplied += [_supply(r) for r in chart.medication_requests if _is_supply(r)]
    told = [_statement(s) for s in chart.medication_statements if _is_reported(s)]
    told += [_supply(m) for m in chart.medication_requests if _is_reversal(m) and m.is_reported]
    answers = [o for o in chart.observations if _is_about_home(o)]
    told += [
        Evidence(o, o.when, o.display, "as the patient says") for o in answers if not is_negated(o.value)
    ]
    denied = latest(Evidence(o, o.when, o.display) for o in answers if is_negated(o.value))
    return AtHome(tuple(supplied), tuple(told), denied)


def _is_reversal(medication: Medication) -> bool:
    return medication.is_any(DrugClass.OPIOID_REVERSAL)


def _is_supply(medication: MedicationDispense | MedicationRequest) -> bool:
    if not _is_reversal(medication) or medication.status in _NOT_SUPPLIED:
        return False
    if isinstance(medication, MedicationRequest) and (medication.is_reported or medication.intent == "plan"):
        return False
    return not ("inpatient" in medication.categories and len(medication.categories) == 1)


def _supply(medication: MedicationDispense | MedicationRequest) -> Evidence:
    note = (
        ""
        if isinstance(medication, MedicationDispense)
        else "prescribed; whether it was picked up is not known"
    )
    if isinstance(medication, MedicationRequest) and medication.is_reported:
        note = "as the patient says"
    return Evidence(medication, medication.when, medication.display, note)


def _is_reported(statement: MedicationStatement) -> bool:
    return _is_reversal(statement) and statement.status not in _NOT_TAKEN


def _statement(statement: MedicationStatement) -> Evidence:
    return Evidence(statement, statement.when, statement.display, "as the patient says")


def _is_about_home(observation: Observation) -> bool:
    name = observation.display.lower()
    places = ("home", "has ", "have ", "access", "on hand", "kit")
    return observation.is_final and "naloxone" in name and any(p in name for p in places)


def _of_supply(case: Case, home: AtHome, risks: tuple[Reason, ...]) -> Guidance:
    priority = Priority.HIGH if risks else Priority.ROUTINE
    last = home.last_seen
    if last is None or (home.denied and home.denied.day >= last.day):
        told = (
            (_told(home.denied, "Recorded as not at home"),)
            if home.denied
            else (Reason(_ASK), *_undated(home))
        )
        return Guidance(Status.INDICATED, (*told, *risks), priority=priority, rests_on_absence=True)
    due_on = _due_on(case, home, last)
    told = (_told(last, "Naloxone on record"),)
    if case.as_of > due_on:
        why = Reason("Long enough ago to ask whether it is still at hand and in date")
        return Guidance(Status.INDICATED, (*told, why, *risks), due_on, priority, rests_on_absence=True)
    is_soon = due_on - case.as_of <= timedelta(days=case.policy.lead_days)
    return Guidance(Status.UPCOMING if is_soon else Status.ADDRESSED, (*told, *risks), due_on)


def _due_on(case: Case, home: AtHome, last: Evidence) -> date:
    """A year after it was last seen or spoken of; never after the shelf life of what was supplied."""
    verify = last.day + timedelta(days=case.policy.naloxone_verify_days)
    supplied = latest(home.supplied)
    if supplied is None:
        return verify
    return min(verify, supplied.day + timedelta(days=case.policy.naloxone_supply_days))


def _told(evidence: Evidence, what: str) -> Reason:
    note = f" ({evidence.note})" if evidence.note else ""
    return Reason.of(f"{what}: {evidence.name}, {evidence.on}{note}", (evidence.record,))


def _undated(home: AtHome) -> tuple[Reason, ...]:
    found = [e.record for e in (*home.supplied, *home.told)]
    return (Reason.of("A naloxone record has no date", found),) if found else ()


RULE = Rule(
    id="PV-08",
    block=Block.PLANNED_VISITS,
    title="Naloxone at home",
    advice="Offer naloxone, on prescription or over the counter, and show the patient and the people they live with "
    "how to use it.",
    source=cdc_2022(8, "offer naloxone, particularly with these risks"),
    further_sources=(
        Source(
            "HHS guidance on naloxone for people at risk of overdose, as told by the American Hospital Association",
            "19 Dec 2018: COPD, sleep apnea, benzodiazepines, alcohol, mental health, 50 MME/day or more",
            "https://www.aha.org/news/headline/2018-12-19-hhs-recommends-prescribing-naloxone-patients-high-risk-overdose",
        ),
    ),
    needs=frozenset({"MedicationRequest"}),
    # Conditions and visits add risk factors only: where they are hidden, naloxone that is missing stays indicated.
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Observation"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.NURSE,
    evaluate=evaluate,
    policy=("naloxone_supply_days", "naloxone_verify_days", "lead_days", *POLICY),
    say=(
        "Naloxone is like a fire extinguisher: I hope you never need it, and I want it close by.",
        "Who at home could use it if your breathing slowed down?",
    ),
)
