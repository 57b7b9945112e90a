"""PEG scores (pain, enjoyment of life, general activity) as a mean of 0 to 10, however they were recorded."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from chart.frozen import dataclass
from chart.records import Chart, Observation, QuestionnaireResponse, Value
from chart.terms import LOINC, Code, Concept, Record
from chart.when import When
from rules.once import once
from rules.valuesets import PEG_ITEMS, PEG_MEAN, PEG_PANEL

HIGHEST = Decimal(10)  # of a mean or an item
HIGHEST_SUM = Decimal(30)
QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Peg:
    """One PEG on one day. `mean` None: it was asked, but what was recorded cannot be read as a score."""

    on: When
    mean: Decimal | None
    records: tuple[Record, ...]
    note: str = ""

    @property
    def day(self) -> date:
        return self.on.first

    def __str__(self) -> str:
        return "no score" if self.mean is None else f"{self.mean:.1f}".removesuffix(".0")


@once
def peg_scores(chart: Chart) -> tuple[Peg, ...]:
    """Oldest first, one a day; a recorded mean goes before one worked out from the three answers."""
    by_day: dict[date, Peg] = {}
    for peg in (*_totals(chart), *_panels(chart), *_from_items(chart), *_forms(chart)):
        kept = by_day.get(peg.day)
        if kept is None or (kept.mean is None and peg.mean is not None):
            by_day[peg.day] = peg
    return tuple(by_day[day] for day in sorted(by_day))


def incomplete(chart: Chart) -> tuple[Observation, ...]:
    """Answers to one or two of the three questions on a day without a score."""
    scored = {p.day for p in peg_scores(chart)}
    return tuple(o for o in _items(chart) if o.when and o.when.first not in scored)


def _usable(chart: Chart) -> Iterator[Observation]:
    return (o for o in chart.observations if o.is_final and o.when is not None)


def _totals(chart: Chart) -> Iterator[Peg]:
    for o in _usable(chart):
        if PEG_MEAN.has(o.concept) and o.when and o.value.number is not None:
            yield _scored(o.when, o.value.number, (o,))


def _panels(chart: Chart) -> Iterator[Peg]:
    """A panel keeps its answers as components; some EHRs put the total on the panel itself."""
    for o in _usable(chart):
        if not PEG_PANEL.has(o.concept) or o.when is None:
            continue
        answers = [(c.concept, c.value) for c in o.components]
        total = _total(answers) if o.value.number is None else o.value.number
        yield _scored(o.when, total, (o,)) if total is not None else _of_answers(o.when, answers, (o,))


def _items(chart: Chart) -> list[Observation]:
    return [o for o in _usable(chart) if PEG_ITEMS.has(o.concept) and o.value.number is not None]


def _from_items(chart: Chart) -> Iterator[Peg]:
    days: dict[date, list[Observation]] = {}
    for o in _items(chart):
        if o.when:
            days.setdefault(o.when.first, []).append(o)
    for found in days.values():
        peg = _of_answers(found[0].when or When.of(chart.as_of), [(o.concept, o.value) for o in found], found)
        if peg.mean is not None:
            yield peg


def _forms(chart: Chart) -> Iterator[Peg]:
    for form in chart.questionnaire_responses:
        if form.status not in ("completed", "amended") or form.when is None:
            continue
        answers = [(_question(form, i), answer.value) for i, answer in enumerate(form.answers)]
        total = _total(answers)
        if total is not None:
            yield _scored(form.when, total, (form,))
        elif PEG_PANEL.has(form.concept) or any(PEG_ITEMS.has(c) for c, _ in answers):
            yield _of_answers(form.when, answers, (form,))


def _question(form: QuestionnaireResponse, index: int) -> Concept:
    """LOINC forms give the question's code as its link id, "/75893-8", where the item has no code."""
    answer = form.answers[index]
    return (
        answer.codes
        if answer.codes.codes
        else Concept((Code(LOINC, answer.link_id.strip("/").split("/")[-1]),))
    )


def _total(answers: Iterable[tuple[Concept, Value]]) -> Decimal | None:
    found = (v.number for c, v in answers if PEG_MEAN.has(c) and v.number is not None)
    return next(found, None)


def _of_answers(on: When, answers: Iterable[tuple[Concept, Value]], records: Iterable[Record]) -> Peg:
    points = {
        key: value.number
        for concept, value in answers
        for key in concept.keys & PEG_ITEMS.keys
        if value.number is not None and 0 <= value.number <= HIGHEST
    }
    if len(points) < QUESTIONS:
        return Peg(on, None, tuple(records), f"{len(points)} of 3 answers recorded")
    return Peg(on, sum(points.values(), Decimal(0)) / QUESTIONS, tuple(records), "mean of the 3 answers")


def _scored(on: When, number: Decimal, records: tuple[Record, ...]) -> Peg:
    """COSRI also stores the sum of the three answers, 0 to 30, where a mean of 0 to 10 belongs."""
    if 0 <= number <= HIGHEST:
        return Peg(on, number, records)
    if HIGHEST < number <= HIGHEST_SUM:
        return Peg(on, number / QUESTIONS, records, f"recorded as {number}, read as the sum of 3 answers")
    return Peg(on, None, records, f"{number} is not a PEG score")
