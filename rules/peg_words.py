"""The latest PEG in the patient's own answers and words, for the conversation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chart.records import Chart, Observation, QuestionnaireResponse
from chart.terms import LOINC, Code, Concept
from chart.when import When
from rules.codes import value_set
from rules.peg import HIGHEST, peg_scores
from rules.valuesets import PEG_ITEMS, PEG_MEAN, PEG_PANEL

_QUESTIONS = tuple(
    (value_set(f"PEG {code}", "PEG", only=(code,)), words)
    for code, words in (
        ("75893-8", "pain on average"),
        ("91145-3", "pain in the way of enjoying life"),
        ("91146-1", "pain in the way of general activity"),
    )
)


@dataclass(frozen=True, slots=True)
class PegWords:
    on: When
    answers: tuple[str, ...]  # "pain on average 7 of 10"
    words: tuple[str, ...]  # as recorded, free text


def peg_words(chart: Chart) -> PegWords | None:
    """None where no PEG has answers or words of its own; a bare score says nothing in anyone's words."""
    scores = peg_scores(chart)
    if not scores:
        return None
    latest = scores[-1]
    numbers: dict[str, Decimal] = {}
    for words, number in _answers(chart, latest.day):
        if 0 <= number <= HIGHEST:
            numbers[words] = number
    told = tuple(f"{words} {number.normalize():f} of 10" for words, number in numbers.items())
    said = tuple(dict.fromkeys(_said(chart, latest.day)))
    return PegWords(latest.on, told, said) if told or said else None


def _answers(chart: Chart, day: date) -> Iterator[tuple[str, Decimal]]:
    for concept, number in _numbers(chart, day):
        for question, words in _QUESTIONS:
            if number is not None and question.has(concept):
                yield words, number


def _numbers(chart: Chart, day: date) -> Iterator[tuple[Concept, Decimal | None]]:
    for o in _observations(chart, day):
        yield o.concept, o.value.number
        yield from ((c.concept, c.value.number) for c in o.components)
    for form in _forms(chart, day):
        for answer in form.answers:
            own = answer.codes if answer.codes.codes else _by_link(answer.link_id)
            yield own, answer.value.number


def _said(chart: Chart, day: date) -> Iterator[str]:
    """Notes on the score, and answers in words on its form."""
    yield from (o.note for o in _observations(chart, day) if o.note)
    for form in _forms(chart, day):
        yield from (a.value.text for a in form.answers if a.value.text and a.value.number is None)


def _observations(chart: Chart, day: date) -> list[Observation]:
    return [
        o for o in chart.observations
        if o.is_final and o.when and o.when.first == day
        and any(s.has(o.concept) for s in (PEG_ITEMS, PEG_MEAN, PEG_PANEL))
    ]  # fmt: skip


def _forms(chart: Chart, day: date) -> list[QuestionnaireResponse]:
    return [
        f for f in chart.questionnaire_responses
        if f.status in ("completed", "amended") and f.when and f.when.first == day
        and (PEG_PANEL.has(f.concept) or any(PEG_ITEMS.has(a.codes) or PEG_ITEMS.has(_by_link(a.link_id))
                                             for a in f.answers))
    ]  # fmt: skip


def _by_link(link_id: str) -> Concept:
    return Concept((Code(LOINC, link_id.strip("/").split("/")[-1]),))
