"""POP-03: opioid records that are too incomplete to add up, each named."""

from rules.case import Case
from rules.rule import Block, Guidance, Hook, Reason, Role, Rule, Status
from rules.sources import cdc_2022_part

_MEDICINES = ("MedicationRequest", "MedicationDispense", "MedicationStatement")


def evaluate(case: Case) -> Guidance:
    mme = case.mme
    unread = tuple(Reason(f"{n.name}: {n.reason}", n.record_ids, n.labels) for n in mme.not_calculated)
    hidden = tuple(Reason(gap) for gap in case.chart.gaps(_MEDICINES))
    if unread or hidden or mme.at_least:
        notes = () if unread or hidden else tuple(Reason(note) for note in mme.notes)
        total = Reason("The total shown is a minimum")
        return Guidance(Status.INDICATED, (*unread, *hidden, *notes, total))
    if not mme.by_medication:
        return Guidance(Status.NOT_INDICATED, (Reason("No opioid in use on record"),))
    counted = sorted(r for c in mme.by_medication for r in c.record_ids)
    labels = frozenset[tuple[str, str]]().union(*(c.labels for c in mme.by_medication))
    return Guidance(
        Status.ADDRESSED, (Reason("Every opioid in use could be calculated", tuple(counted), labels),)
    )


RULE = Rule(
    id="POP-03",
    block=Block.TRACKING,
    title="Opioid information incomplete",
    advice="Some opioid records cannot be added up. Complete the directions or supply, and look at the PDMP.",
    source=cdc_2022_part(
        "Recommendation 4 and its table of MME factors; what a record needs is opioid-cds-r4's MME calculator profile",
        doubt="That a total without every record is called a minimum is our own decision.",
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    owner=Role.PHARMACIST,
    evaluate=evaluate,
    policy=("supplementary_factors",),
    say=("Could you show me how you take each of these medicines on a usual day?",),
)
