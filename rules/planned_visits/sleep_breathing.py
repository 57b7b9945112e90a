"""PV-22: sleep apnea and the like, where opioids slow breathing further at night."""

from rules.case import Case
from rules.codes import find
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.valuesets import SLEEP_DISORDERED_BREATHING


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    found = [c for c in find(case.chart.conditions, SLEEP_DISORDERED_BREATHING) if c.is_active]
    if not found:
        return Guidance(Status.NOT_INDICATED, (Reason("No sleep-disordered breathing on record"),))
    return Guidance(Status.INDICATED, tuple(Reason.of(f"{c.display} on record", (c,)) for c in found))


RULE = Rule(
    id="PV-22",
    block=Block.PLANNED_VISITS,
    title="Breathing during sleep",
    advice="Check that treatment for it is used, avoid higher doses and added sedatives where you can, and make sure "
    "naloxone is at home.",
    card="A finding on record calls for extra care with breathing, and for naloxone at home.",
    source=cdc_2022(8, "sleep-disordered breathing"),
    needs=frozenset({"MedicationRequest", "Condition"}),
    priority=Priority.HIGH,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    say=("How do you sleep, and how are you getting on with the machine or mask?",),
)
