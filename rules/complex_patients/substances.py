"""CX-06: other substance use by DAST-10, the single question or TAPS, or no screen on file."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.instruments import DAST10, SINGLE_QUESTION, TAPS_DRUGS, TAPS_MEDICINES
from rules.complex_patients.scores import Screen, screen
from rules.rule import Block, Guidance, Role, Rule

DAST10_POSITIVE = 3
ONCE = 1

OFFER = "Offer the single question on drugs and on medicines taken other than as prescribed."
TALK = (
    "Ask permission to talk about it, listen, and offer options, harm-reduction supplies and treatment among them. "
    "After a positive first question, a full tool tells more."
)


def evaluate(case: Case) -> Guidance:
    screens = (
        screen(case, SINGLE_QUESTION, ONCE),
        dast_screen(case),
        screen(case, TAPS_DRUGS, ONCE),
        screen(case, TAPS_MEDICINES, ONCE),
    )
    return screening.screened(case, screens, TALK, OFFER)


def dast_screen(case: Case) -> Screen:
    return screen(case, DAST10, DAST10_POSITIVE)


RULE = Rule(
    id="CX-06",
    block=Block.COMPLEX_NEEDS,
    title="Other substances screen",
    advice=OFFER,
    source=sources.tool(
        "single question, DAST-10, TAPS",
        "single question of 1 or more; DAST-10 of 3 or more, 6 substantial; TAPS any answer but never",
    ),
    further_sources=(sources.TOOLS_IN_USE,),
    needs=screening.NEEDS,
    also_reads=screening.ALSO_READS,
    evaluate=evaluate,
    owner=Role.NURSE,
    say=(
        "Would it be all right if we talked about other things you may be using, and how they fit with your medicines?",
        "Whatever you tell me helps us keep you safe. You decide what we do about it.",
    ),
    policy=screening.POLICY,
)
