"""CX-02: question 9 of the PHQ-9, thoughts of being better off dead or of self-harm."""

from rules.case import Case
from rules.complex_patients import sources
from rules.complex_patients.instruments import PHQ9_ITEM_9
from rules.complex_patients.scores import Score, State, screen
from rules.complex_patients.suicide_screen import suicide_screens
from rules.rule import Block, Guidance, Hook, Priority, Reason, Rule, Status

ANY_DAY = 1
ADVICE = (
    "Ask directly today, and complete a suicide risk screen (C-SSRS). Do not leave it for a later visit. "
    "The 988 Lifeline answers day and night."
)


def evaluate(case: Case) -> Guidance:
    """In person and today: nothing is ever sent to the patient about it."""
    found = screen(case, PHQ9_ITEM_9, ANY_DAY)
    if found.state is State.NONE or found.score is None:
        return Guidance(Status.NOT_INDICATED, (*found.also, Reason("No answer to PHQ-9 question 9 on file")))
    told = Reason.of(_told(found.score), found.score.records)
    if not found.was_positive:
        return Guidance(Status.NOT_INDICATED, (told, *found.also))
    if assessed := assessed_since(case, found.score):
        return Guidance(Status.ADDRESSED, (told, assessed))
    if found.state is State.OUT_OF_DATE:
        return _long_ago(case, told)
    return Guidance(Status.INDICATED, (told, Reason("No suicide risk screen since")), case.as_of)


def _long_ago(case: Case, told: Reason) -> Guidance:
    over = Reason(f"Answered more than {case.policy.screen_positive_days} days ago: ask again")
    return Guidance(Status.INDICATED, (told, over), case.as_of, Priority.HIGH)


def assessed_since(case: Case, score: Score) -> Reason | None:
    """A complete suicide risk screen, certainly on the same day or later."""
    for done in suicide_screens(case):
        if done.is_complete and done.on and score.on and done.on.first >= score.on.last:
            return Reason.of(done.told(), done.records)
    return None


def _told(score: Score) -> str:
    """Never the words of the question: the answer is named by its number."""
    when = str(score.on) if score.on else "without a date"
    said = f"PHQ-9 question 9 answered {score.points.normalize():f} of 3, {when}"
    return said + (f" ({'; '.join(score.notes)})" if score.notes else "")


RULE = Rule(
    id="CX-02",
    block=Block.COMPLEX_NEEDS,
    title="PHQ-9 question 9",
    advice=ADVICE,
    source=sources.tool("PHQ-9 question 9", "any answer but “not at all”, the same day"),
    needs=frozenset({"Observation"}),
    also_reads=frozenset({"QuestionnaireResponse"}),
    evaluate=evaluate,
    priority=Priority.SAFETY,
    card="An answer on a form needs attention today; please open the visit checklist.",
    hooks=frozenset({Hook.PAGE, Hook.PATIENT_VIEW, Hook.ENCOUNTER_START}),
    say=(
        "Thank you for telling us. Sometimes, when things hurt this much, people think about not wanting to live. "
        "Are you having thoughts like that?",
        "I am glad you told me. We will make a plan for today together.",
    ),
    policy=("screen_positive_days", "screen_days"),
)
