"""What a filled-in form says, taken strictly: a mistake is told beside its question, anything else is refused."""

import re
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from cds.screening.answers import Answers, Given
from cds.screening.forms import CHOICE, YES_NO, Form, Question
from launch.problems import LaunchProblem, Problem

SKIP = "skip"
_SITTING = re.compile(r"[0-9a-f]{32}")
_GO_BACK = "Go back to the form and choose again."


@dataclass(frozen=True, slots=True)
class Filled:
    answers: Answers
    sitting: str  # the mark of the page that was filled in
    skipped: frozenset[str] = frozenset()  # questions that were seen to be unanswered, or skipped by choice
    errors: dict[str, str] = field(default_factory=dict)  # by the question's name
    typed: dict[str, str] = field(default_factory=dict)  # what was written where a number belongs

    @property
    def unseen(self) -> tuple[Question, ...]:
        """Unanswered questions that the person has not been told about yet."""
        return tuple(q for q in self.answers.missing if q.name not in self.skipped)


def bad_form(what: str) -> LaunchProblem:
    return LaunchProblem(Problem("bad_answers", 400, "Nothing was recorded", what, _GO_BACK), what)


def read_form(form: Form, sent: MultiDict[str, str]) -> Filled:
    """Raises LaunchProblem for what no page of ours sends."""
    sitting = sent.get("sitting", "")
    if not _SITTING.fullmatch(sitting):
        raise bad_form("The form was incomplete.")
    given: dict[str, Given] = {}
    errors: dict[str, str] = {}
    skipped = set(sent.get("unanswered", "").split(","))
    for question in form.questions:
        text = _one(sent, question)
        if text == SKIP:
            skipped.add(question.name)
        elif text:
            _take(question, text, given, errors)
    typed = {name: sent.get(name, "")[:6] for name in errors}
    return Filled(Answers(form, given), sitting, frozenset(skipped), errors, typed)


def _one(sent: MultiDict[str, str], question: Question) -> str:
    values = sent.getlist(question.name)
    if len(values) > 1:
        raise bad_form(f"Question {question.number} was answered more than once.")
    return values[0].strip() if values else ""


def _take(question: Question, text: str, given: dict[str, Given], errors: dict[str, str]) -> None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None
    if question.kind == YES_NO and text in ("yes", "no"):
        given[question.name] = text == "yes"
    elif question.kind == CHOICE and number is not None and number < len(question.options):
        given[question.name] = number
    elif question.kind in (CHOICE, YES_NO):
        raise bad_form(f"The answer to question {question.number} could not be read.")
    elif number is not None and number <= question.most:
        given[question.name] = number
    else:
        errors[question.name] = f"Write a whole number from 0 to {question.most}"
