"""POP-02: whether the guideline is written for this patient, said aloud and never applied silently."""

from chart.medications import DrugClass
from rules.case import Case
from rules.population import doubts
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022_part

_PAUSED = "Routine planned-visit items pause; safety items stay on"
_ALL_PAUSED = "Planned-visit items pause, safety items too: comfort comes first"


def evaluate(case: Case) -> Guidance:
    if not case.medications_of(DrugClass.OPIOID):
        return Guidance(Status.NOT_INDICATED, (Reason("No opioid on record"),))
    if excluded := case.exclusion:
        paused = Reason(_ALL_PAUSED if excluded.is_end_of_life else _PAUSED)
        return Guidance(Status.INDICATED, (*excluded.reasons, paused))
    if unclear := doubts(case.chart):
        return Guidance(Status.UNDETERMINED, unclear)
    nothing = "No sickle cell disease, cancer pain, palliative or end-of-life care on record; an adult"
    return Guidance(Status.NOT_INDICATED, (Reason(nothing),))


RULE = Rule(
    id="POP-02",
    block=Block.TRACKING,
    title="Outside the guideline",
    advice="The CDC 2022 guideline is not written for this situation. Follow specialty guidance and your judgment, "
    "and correct the record if this is not so.",
    card="The guideline may not be written for this patient: see the summary.",
    source=cdc_2022_part(
        "Scope: outpatients aged 18 or older; not sickle cell disease, cancer pain, palliative or end-of-life care",
        doubt="Which codes mean active cancer or palliative care is our reading.",
    ),
    needs=frozenset({"Patient", "Condition", "MedicationRequest"}),
    also_reads=frozenset({"Encounter", "Procedure", "ServiceRequest", "CarePlan"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    priority=Priority.HIGH,  # it changes what everything below it means
    evaluate=evaluate,
    say=("Your care has its own aims, and they guide what we do about pain. What matters most to you now?",),
)
