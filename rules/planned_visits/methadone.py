"""PV-27: methadone for pain, whose long and variable action and effect on the heart ask for experience."""

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.long_acting import medicines_in_use
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    """Methadone for opioid use disorder is not counted in the dose, and is not meant here."""
    if not_for := unless_in_use(case):
        return not_for
    found = [
        m for m in medicines_in_use(case) if any(i.name.lower() == "methadone" for i in m.product.ingredients)
    ]
    if not found:
        return Guidance(Status.NOT_INDICATED, (Reason("No methadone for pain in use on record"),))
    return Guidance(Status.INDICATED, tuple(Reason.of(m.display, (m,)) for m in found))


RULE = Rule(
    id="PV-27",
    block=Block.PLANNED_VISITS,
    title="Methadone for pain",
    advice="Its action is long and varies, and it can prolong the QT interval. Make sure someone experienced "
    "prescribes it, with a plan for ECGs and interactions. Its MME is an estimate only.",
    source=cdc_2022(3, "methadone, and the cautions of the MME table"),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.HIGH,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    say=("Have you had fainting, a racing heart, or drowsiness that came on late?",),
)
