"""PR-03: what leaves the app for a card, a list or a message names no diagnosis."""

from rules.case import Case
from rules.labels import is_inferred, is_sensitive
from rules.rule import Block, Guidance, Hook, Reason, Rule, Source, Status


def visit_checklist(count: int) -> str:
    """The one line that may stand in a card, a schedule list or a message."""
    return f"Visit checklist has {count} item{'' if count == 1 else 's'}"


def evaluate(case: Case) -> Guidance:
    """Holds for every patient; with labelled records it is worth saying."""
    told = "Cards, lists and messages that leave this app count items and name no diagnosis"
    labelled = [c for c in case.chart.conditions if is_sensitive(c.labels)]
    if labelled:
        marked = [c for c in labelled if is_inferred(c.labels)]
        inferred = (Reason.of("Marked as sensitive by this app, not by the EHR", marked),) if marked else ()
        return Guidance(Status.ADDRESSED, (Reason.of(told, labelled), *inferred))
    return Guidance(Status.NOT_INDICATED, (Reason(f"No labelled condition. {told} all the same"),))


RULE = Rule(
    id="PR-03",
    block=Block.CONFIDENTIALITY,
    title="Cards and lists without a diagnosis",
    advice="Keep diagnoses out of schedule lists, messages and titles.",
    source=Source(
        "HIPAA minimum necessary (45 CFR 164.502(b)) and 42 CFR part 2",
        "Cards go to systems that log them",
        "https://www.ecfr.gov/current/title-45/section-164.502",
        doubt="which uses the minimum necessary standard covers is for the clinic's counsel to say",
    ),
    needs=frozenset({"Condition"}),
    evaluate=evaluate,
    hooks=frozenset({Hook.PAGE}),
    policy=("infer_sensitive", "substance_use_programs"),
)
