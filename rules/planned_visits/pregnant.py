"""PV-20: pregnancy, as recorded, with opioids in use."""

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.pregnancy import long_open, may_be, pregnancy
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case, with_moud=True):
        return not_for
    chart, policy = case.chart, case.policy
    if found := pregnancy(chart, policy):
        return Guidance(Status.INDICATED, found)
    if unclear := (*may_be(chart, policy), *long_open(chart, policy)):
        return Guidance(Status.UNDETERMINED, unclear)
    return Guidance(Status.NOT_INDICATED, (Reason("No pregnancy on record"),))


RULE = Rule(
    id="PV-20",
    block=Block.PLANNED_VISITS,
    title="Pregnancy",
    advice="Change opioids only together with obstetric care, and avoid stopping suddenly. With opioid use disorder, "
    "buprenorphine or methadone is the treatment to offer.",
    card="A finding on record changes how opioids are adjusted: see the summary before any change.",
    source=cdc_2022(8, "special populations: pregnancy"),
    needs=frozenset({"MedicationRequest", "Condition", "Observation"}),
    priority=Priority.HIGH,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    policy=("pregnancy_days",),
    say=("Please do not stop on your own. We will find the safest way for both of you, together.",),
)
