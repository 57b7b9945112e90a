"""CX-03: a positive anxiety screen (GAD-7), or none on file."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.instruments import GAD7
from rules.complex_patients.scores import Screen, screen
from rules.rule import Block, Guidance, Role, Rule

GAD7_POSITIVE = 10

OFFER = "Offer the GAD-7 before or during this visit."
TALK = (
    "Offer support for anxiety and look through the medicines together. "
    "Where possible, avoid adding a benzodiazepine to an opioid."
)


def evaluate(case: Case) -> Guidance:
    return screening.screened(case, (anxiety_screen(case),), TALK, OFFER)


def anxiety_screen(case: Case) -> Screen:
    return screen(case, GAD7, GAD7_POSITIVE)


RULE = Rule(
    id="CX-03",
    block=Block.COMPLEX_NEEDS,
    title="Anxiety screen",
    advice=OFFER,
    source=sources.tool("GAD-7", "10 or more; bands at 5, 10 and 15"),
    further_sources=(sources.TOOLS_IN_USE,),
    needs=screening.NEEDS,
    also_reads=screening.ALSO_READS,
    evaluate=evaluate,
    owner=Role.BEHAVIOURAL_HEALTH,
    say=(
        "Many people with pain feel on edge or worry a lot. Is that something you would like help with?",
        "There are ways to ease anxiety that also let you breathe and sleep more safely.",
    ),
    policy=screening.POLICY,
)
