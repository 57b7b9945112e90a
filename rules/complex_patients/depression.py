"""CX-01: a positive depression screen (PHQ-2, PHQ-9), or none on file."""

from rules.case import Case
from rules.complex_patients import screening, sources
from rules.complex_patients.instruments import PHQ2, PHQ9
from rules.complex_patients.scores import Screen, State, screen
from rules.rule import Block, Guidance, Role, Rule

PHQ2_POSITIVE = 3
PHQ9_POSITIVE = 10
PHQ9_SEVERE = 15  # moderately severe: a reason for a team plan (specification 5.10)

OFFER = "Offer the PHQ-2, and the PHQ-9 when it is positive, before or during this visit."
TALK = "Talk about mood, ask what would help, and offer support here, in the community or by telehealth."
COMPLETE = "The PHQ-2 is positive: offer the full PHQ-9 today, and talk about mood."


def evaluate(case: Case) -> Guidance:
    short, full = screen(case, PHQ2, PHQ2_POSITIVE), full_screen(case)
    if _is_answered_by(short, full):
        return screening.screened(case, (full,), TALK, OFFER)
    asks_for_full = full.state is not State.POSITIVE
    return screening.screened(case, (full, short), COMPLETE if asks_for_full else TALK, OFFER)


def full_screen(case: Case) -> Screen:
    return screen(case, PHQ9, PHQ9_POSITIVE)


def _is_answered_by(short: Screen, full: Screen) -> bool:
    """A PHQ-9 of the same day or later tells more than the two questions it begins with."""
    if full.score is None or full.score.missing or full.score.on is None:
        return False
    if full.state is State.OUT_OF_DATE and short.state in (State.POSITIVE, State.NEGATIVE):
        return False
    return short.score is None or (short.score.on is not None and full.score.on.first >= short.score.on.last)


RULE = Rule(
    id="CX-01",
    block=Block.COMPLEX_NEEDS,
    title="Depression screen",
    advice=OFFER,
    source=sources.tool(
        "PHQ-2 and PHQ-9", "PHQ-2 of 3 or more, PHQ-9 of 10 or more; bands at 5, 10, 15 and 20"
    ),
    further_sources=(sources.TOOLS_IN_USE,),
    needs=screening.NEEDS,
    also_reads=screening.ALSO_READS,
    evaluate=evaluate,
    owner=Role.BEHAVIOURAL_HEALTH,
    say=(
        "Living with pain can weigh on anyone's mood. How have things been for you these last two weeks?",
        "Help with mood often helps with pain too, and there is more than one way to get it.",
    ),
    policy=screening.POLICY,
)
