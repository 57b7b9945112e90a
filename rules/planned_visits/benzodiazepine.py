"""PV-10: an opioid and a benzodiazepine in use together."""

from chart.medications import DrugClass
from rules.case import Case
from rules.in_use import in_use
from rules.planned_visits.applies import opioids_in_use, unless_in_use
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Source, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    """Buprenorphine and methadone for OUD count as opioids here: breathing slows with them too."""
    if not_for := unless_in_use(case, is_safety_item=True, with_moud=True):
        return not_for
    return together(case, "benzodiazepine", DrugClass.BENZODIAZEPINE)


def together(case: Case, what: str, *classes: DrugClass) -> Guidance:
    """Indicated when both are, or may be, in use: an uncertain overlap is still a risk, and says so."""
    opioids = opioids_in_use(case, with_moud=True)
    others = in_use(case, *classes)
    # A combination product that holds both (codeine with butalbital) is an overlap by itself.
    if not others:
        return Guidance(Status.NOT_INDICATED, (Reason(f"No {what} in use on record"),))
    named = tuple(o.reason() for o in others)
    return Guidance(
        Status.INDICATED, (*(Reason(f"Opioid: {o.text}", o.record_ids, o.labels) for o in opioids), *named)
    )


RULE = Rule(
    id="PV-10",
    block=Block.PLANNED_VISITS,
    title="Opioid and benzodiazepine",
    advice="Together they slow breathing more than either alone. Weigh the need for each with the other prescriber, "
    "make sure naloxone is at home, and never stop a benzodiazepine suddenly.",
    source=cdc_2022(11, "particular caution with a benzodiazepine"),
    further_sources=(
        Source(
            "PQA: concurrent use of opioids and benzodiazepines (COB)",
            "30 days of overlap",
            "https://phsirx.com",
        ),
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.SAFETY,
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    evaluate=evaluate,
    say=(
        "These two medicines can slow your breathing when taken together. I am not going to stop either one suddenly.",
        "Let us look at what each one does for you, and who else helps you with it.",
    ),
)
