"""PV-11: an opioid together with another medicine that makes drowsy."""

from dataclasses import replace

from chart.medications import DrugClass
from rules.case import Case
from rules.codes import find
from rules.in_use import in_use
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.benzodiazepine import together
from rules.rule import Block, Guidance, Hook, Priority, Reason, Role, Rule, Source, Status
from rules.sources import cdc_2022
from rules.valuesets import COPD, SLEEP_DISORDERED_BREATHING

_STRONGER = (DrugClass.Z_DRUG, DrugClass.GABAPENTINOID, DrugClass.MUSCLE_RELAXANT, DrugClass.BARBITURATE)


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case, is_safety_item=True, with_moud=True):
        return not_for
    guidance = together(case, "other sedating medicine", *_STRONGER, DrugClass.OTHER_SEDATIVE)
    if guidance.status is not Status.INDICATED:
        return guidance
    more = _more_risk(case)
    # Sedating antihistamines and the like alone are the low tier of specification 2.7.
    is_high = bool(more) or bool(in_use(case, *_STRONGER))
    priority = Priority.HIGH if is_high else Priority.ROUTINE
    return replace(guidance, reasons=(*guidance.reasons, *more), priority=priority)


def _more_risk(case: Case) -> tuple[Reason, ...]:
    found = [c for c in find(case.chart.conditions, COPD, SLEEP_DISORDERED_BREATHING) if c.is_active]
    told = [Reason.of(f"{c.display} on record", (c,)) for c in found]
    if case.chart.age is not None and case.chart.age >= case.policy.older_age:
        told.append(Reason.of(f"Age {case.chart.age}", (case.chart.patient,)))
    return tuple(told)


RULE = Rule(
    id="PV-11",
    block=Block.PLANNED_VISITS,
    title="Opioid and another sedating medicine",
    advice="The two together can add to drowsiness and slow breathing. Weigh the benefit of each, keep to the lowest "
    "dose that helps, and make sure naloxone is at home.",
    source=cdc_2022(11, "benefits and risks of other central nervous system depressants"),
    further_sources=(
        Source(
            "FDA: breathing problems with gabapentinoids",
            "Safety communication, 19 Dec 2019",
            "https://www.fda.gov/drugs/drug-safety-and-availability/"
            "fda-warns-about-serious-breathing-problems-seizure-and-nerve-pain-medicines-gabapentin-neurontin",
        ),
    ),
    # Conditions only raise the priority, so their absence leaves the answer as it is.
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.HIGH,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.PHARMACIST,
    evaluate=evaluate,
    policy=("older_age",),
    say=("Have you felt more sleepy or foggy since you take these together?",),
)
