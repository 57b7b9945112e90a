"""OR-12: a new full-agonist opioid where opioid use disorder is on the problem list: a second look, and no word of why.

Rule CX-08 is the recommendation itself, on the page. The published logic (opioid-cds-r4 REC12) speaks only of a
diagnosis recorded within 90 days, counts methadone for pain as treatment and an overdose as the diagnosis, and never
speaks at all where an EHR cannot search by date. Here an older diagnosis counts, and overdose codes are not it.
"""

from rules.case import Case
from rules.complex_patients.disorder import disorder
from rules.orders.answers import AT_ORDER, no_opioid
from rules.orders.sources import opioid_cds
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022

_WHY = "A finding in the record asks for a second look; open the summary to see it"


def evaluate(case: Case) -> Guidance:
    """Never paused: treatment is offered whatever the reason for the opioid."""
    if not (ordered := case.ordering.opioids):
        return no_opioid(case)
    new = [d for d in ordered if not case.ordering.is_renewal(d)]
    if not new:
        return Guidance(Status.NOT_INDICATED, (Reason.of("A medicine already in use is renewed", ordered),))
    found = disorder(case)
    drafts = tuple(Reason.of(f"New opioid: {d.display}", (d,)) for d in new)
    if found.active:
        return Guidance(Status.INDICATED, (*drafts, Reason.of(_WHY, found.active)))
    if found.unconfirmed:
        return Guidance(Status.UNDETERMINED, (*drafts, Reason.of(_WHY, found.unconfirmed)))
    return Guidance(Status.NOT_INDICATED, (Reason("Nothing on record asks for a second look"),))


RULE = Rule(
    id="OR-12",
    block=Block.ORDERS,
    title="A second look before a new opioid",
    advice="Before starting a new opioid, open the summary: something in this record asks for a second look, and for a "
    "plan made together with the patient.",
    source=cdc_2022(12, "offer or arrange treatment with medication"),
    further_sources=(opioid_cds("12"),),
    needs=frozenset({"Condition", "MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.HIGH,
    hooks=AT_ORDER,
    evaluate=evaluate,
    card="Open the summary before starting a new opioid: something in this record asks for a second look.",
    say=("I would like us to look at the whole picture before we add this medicine.",),
)
