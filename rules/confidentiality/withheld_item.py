"""PR-02: something is not shown for privacy, so what is shown may be incomplete."""

from chart.records import Gap, Observation
from rules.case import Case
from rules.rule import Block, Guidance, Priority, Reason, Rule, Source, Status

ADVICE = (
    "Some information is not shown because of privacy settings. This view may be incomplete: ask the patient, "
    "and check the source record if you are authorized."
)


def evaluate(case: Case) -> Guidance:
    """Says that something is missing, never what or how much."""
    is_withheld = any(u.kind is Gap.WITHHELD for u in case.chart.unavailable)
    if is_withheld or any(_is_masked(o) for o in case.chart.observations):
        return Guidance(
            Status.INDICATED, (Reason("Some information is not shown because of privacy settings"),)
        )
    return Guidance(Status.NOT_INDICATED, (Reason("Nothing was held back for privacy"),))


def _is_masked(observation: Observation) -> bool:
    """The EHR itself says that it hides the value."""
    values = (observation.value, *(c.value for c in observation.components))
    return any(v.absent == "masked" for v in values)


RULE = Rule(
    id="PR-02",
    block=Block.CONFIDENTIALITY,
    title="Some information is not shown",
    advice=ADVICE,
    source=Source(
        "HL7 FHIR Data Segmentation for Privacy (DS4P)",
        "Security labels: confidentiality R and V, sensitivity; withholding is our own decision",
        "https://terminology.hl7.org/CodeSystem/v3-ActCode",
    ),
    needs=frozenset({"Condition"}),
    evaluate=evaluate,
    priority=Priority.ROUTINE,
    say=("Parts of your record may be private. Is there anything you would like me to know today?",),
    policy=("part2_display", "roles_shown_sensitive"),
)
