"""Answers and totals on record, from observations, their components and forms, gathered by the day they were given."""

from collections.abc import Iterable, Iterator
from dataclasses import field

from chart.frozen import dataclass
from chart.records import Chart, Observation, QuestionnaireResponse, Value
from chart.terms import LOINC, Concept, Record
from chart.when import When
from rules.complex_patients.instruments import Instrument

_ANSWERED = frozenset({"completed", "amended", "in-progress", "stopped", "unknown"})
_UNFINISHED = frozenset({"preliminary", "in-progress", "stopped"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One value under one LOINC code, wherever it stood."""

    code: str
    value: Value
    record: Record
    on: When | None
    note: str = ""


@dataclass(slots=True)
class Sitting:
    """What was recorded of one tool on one day. Undated entries make a sitting for each record."""

    on: When | None
    totals: list[Entry] = field(default_factory=list)
    items: dict[str, list[Entry]] = field(default_factory=dict)  # by the item's name

    @property
    def entries(self) -> list[Entry]:
        return [*self.totals, *(e for found in self.items.values() for e in found)]


def entries(chart: Chart) -> dict[str, tuple[Entry, ...]]:
    """Everything with a LOINC code and a usable status, by code."""
    found: dict[str, list[Entry]] = {}
    for entry in (*_of_observations(chart.observations), *_of_forms(chart.questionnaire_responses)):
        found.setdefault(entry.code, []).append(entry)
    return {code: tuple(values) for code, values in found.items()}


def _of_observations(observations: Iterable[Observation]) -> Iterator[Entry]:
    for record in observations:
        if not record.is_final:
            continue
        note = "preliminary" if record.status in _UNFINISHED else ""
        for concept, value in (
            (record.concept, record.value),
            *((c.concept, c.value) for c in record.components),
        ):
            yield from _under_each_code(concept, value, record, record.when, note)


def _of_forms(forms: Iterable[QuestionnaireResponse]) -> Iterator[Entry]:
    for form in forms:
        if form.status not in _ANSWERED:
            continue
        note = "form not finished" if form.status in _UNFINISHED else ""
        for answer in form.answers:
            yield from _under_each_code(answer.codes, answer.value, form, form.when, note)


def _under_each_code(
    concept: Concept, value: Value, record: Record, on: When | None, note: str
) -> Iterator[Entry]:
    if not value.is_empty:
        for code in concept.codes:
            if code.system == LOINC:
                yield Entry(code.code, value, record, on, note)


def sittings(found: dict[str, tuple[Entry, ...]], instrument: Instrument) -> list[Sitting]:
    """In no particular order; the days a partial date can mean keep together only when written alike."""
    days: dict[str, Sitting] = {}
    for code in sorted(instrument.totals):
        for entry in found.get(code, ()):
            _sitting(days, entry).totals.append(entry)
    asked = {
        item.name: item for item in (*instrument.items, *([instrument.opening] if instrument.opening else ()))
    }
    for item in asked.values():
        for entry in (e for code in item.codes for e in found.get(code, ())):
            _sitting(days, entry).items.setdefault(item.name, []).append(entry)
    return list(days.values())


def _sitting(days: dict[str, Sitting], entry: Entry) -> Sitting:
    on = entry.on
    key = f"undated {entry.record.id}" if on is None else f"{on.first} {on.last}"
    return days.setdefault(key, Sitting(on))
