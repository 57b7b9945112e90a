"""CX-04: a positive screen for post-traumatic stress (PC-PTSD-5), or none on file."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.instruments import PC_PTSD5
from rules.complex_patients.scores import Screen, screen
from rules.rule import Block, Guidance, Role, Rule

OFFER = "Offer the PC-PTSD-5 before or during this visit."
TALK = "Offer a trauma-informed conversation, at the patient's own pace, and a referral if wanted."


def evaluate(case: Case) -> Guidance:
    return screening.screened(case, (trauma_screen(case),), TALK, OFFER)


def trauma_screen(case: Case) -> Screen:
    return screen(case, PC_PTSD5, case.policy.pc_ptsd5_positive)


RULE = Rule(
    id="CX-04",
    block=Block.COMPLEX_NEEDS,
    title="Post-traumatic stress screen",
    advice=OFFER,
    source=sources.tool(
        "PC-PTSD-5",
        "3 or more (PMC5023594: 3 most sensitive, 4 most efficient; PMC7862990: 4 overall, 3 for women)",
        "whether 3 or 4 suits the clinic is to be confirmed by a clinician; codes from one public source only",
    ),
    further_sources=(sources.TOOLS_IN_USE,),
    needs=screening.NEEDS,
    also_reads=screening.ALSO_READS,
    evaluate=evaluate,
    owner=Role.BEHAVIOURAL_HEALTH,
    say=(
        "Hard things that happened long ago can still show up as pain or poor sleep. We only go where you want to go.",
        "If you would like to talk to someone who knows this well, we can arrange it.",
    ),
    policy=(*screening.POLICY, "pc_ptsd5_positive"),
)
