"""The result of a screening tool: positive, negative, out of date, incomplete, or none on file."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from chart.frozen import dataclass
from chart.records import QuestionnaireResponse
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.complex_patients.answers import points
from rules.complex_patients.instruments import Instrument
from rules.complex_patients.sittings import Entry, Sitting, sittings
from rules.once import once
from rules.rule import Reason


class State(Enum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    OUT_OF_DATE = "out of date"
    INCOMPLETE = "incomplete"
    NONE = "none on file"


@dataclass(frozen=True, slots=True)
class Score:
    """What one sitting comes to. `at_least`: answers are missing, so the number can only be higher."""

    instrument: Instrument
    points: Decimal
    on: When | None
    records: tuple[Record, ...]
    at_least: bool = False
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def told(self) -> str:
        """ "PHQ-9: 17, moderately severe, 20 Feb 2026 (preliminary)"."""
        number = f"{self.points.normalize():f}"
        band = self._band()
        parts = [f"{self.instrument.name}: {'at least ' if self.at_least else ''}{number}"]
        parts += [band] if band else []
        parts.append(str(self.on) if self.on else "without a date")
        notes = (*self.notes, *((_missing(self.missing),) if self.missing else ()))
        return ", ".join(parts) + (f" ({'; '.join(notes)})" if notes else "")

    def _band(self) -> str:
        """The lowest band is no word for a result that can only be higher: it would reassure."""
        band = self.instrument.band(int(self.points))
        return "" if self.at_least and band == self.instrument.band(0) else band

    def reason(self) -> Reason:
        return Reason.of(self.told(), self.records)


@dataclass(frozen=True, slots=True)
class Screen:
    """`score` is the result that decides; with INCOMPLETE, what there is of one."""

    instrument: Instrument
    state: State
    score: Score | None = None
    was_positive: bool = False  # whatever its age
    due_on: date | None = None  # when a result on file stops being current
    also: tuple[Reason, ...] = ()  # what was not used, and a later form not finished

    def reasons(self) -> tuple[Reason, ...]:
        return (*((self.score.reason(),) if self.score else ()), *self.also)


@once
def screen(case: Case, instrument: Instrument, cutoff: int) -> Screen:
    """The latest result decides; where two may be the latest, the one that asks for more care."""
    found = sittings(case.answers, instrument)
    scores, unused = [], list(_unread_forms(case, instrument, found))
    for sitting in found:
        score, why_not = _score(sitting, instrument)
        if _is_recent(sitting.on, case):
            unused += why_not
        if score is not None:
            scores.append(score)
    decided = [s for s in scores if s.points >= cutoff or not s.missing]
    open_ones = sorted((s for s in scores if s not in decided), key=_placed_first, reverse=True)
    if not decided:
        return _without_result(instrument, open_ones, unused)
    latest = max(decided, key=lambda s: _placed(s, cutoff))
    later = [s.reason() for s in open_ones if _placed_first(s) > _placed_first(latest)]
    return _dated(case, latest, cutoff, (*later[:1], *unused))


def history(case: Case, instrument: Instrument) -> tuple[Score, ...]:
    """Every dated result, oldest first; on one day the one that asks for more care."""
    by_day: dict[date, Score] = {}
    for sitting in sittings(case.answers, instrument):
        score, _ = _score(sitting, instrument)
        if score is None or score.on is None:
            continue
        known = by_day.get(score.on.first)
        if known is None or score.points > known.points:
            by_day[score.on.first] = score
    return tuple(by_day[day] for day in sorted(by_day))


def _dated(case: Case, score: Score, cutoff: int, also: tuple[Reason, ...]) -> Screen:
    is_positive = score.points >= cutoff
    days = positive_days(case, score.instrument) if is_positive else case.policy.screen_days
    due_on = score.on.first + timedelta(days=days) if score.on else None
    if is_positive:
        is_current = score.on is None or score.on.may_be_within(days, case.as_of)
    else:
        is_current = score.on is not None and score.on.is_within(days, case.as_of)
    state = State.OUT_OF_DATE if not is_current else State.POSITIVE if is_positive else State.NEGATIVE
    return Screen(score.instrument, state, score, is_positive, due_on, also)


def positive_days(case: Case, instrument: Instrument) -> int:
    policy = case.policy
    return policy.screen_positive_days if instrument.positive_stays_short else policy.screen_days


def _without_result(instrument: Instrument, open_ones: list[Score], unused: list[Reason]) -> Screen:
    if not open_ones and not unused:
        return Screen(instrument, State.NONE)
    return Screen(instrument, State.INCOMPLETE, open_ones[0] if open_ones else None, also=tuple(unused))


def _placed(score: Score, cutoff: int) -> tuple[date, Decimal]:
    """A positive result is placed on the last day its date can mean, a negative one on the first."""
    if score.points >= cutoff:
        return (score.on.last if score.on else date.max, score.points)
    return (score.on.first if score.on else date.min, score.points)


def _placed_first(score: Score) -> date:
    return score.on.first if score.on else date.min


def _score(sitting: Sitting, instrument: Instrument) -> tuple[Score | None, list[Reason]]:
    totals, why_not = _usable(sitting.totals, instrument, instrument.high)
    answers: dict[str, Decimal] = {}
    for name, found in sitting.items.items():
        usable, refused = _usable(found, instrument, instrument.item_high)
        why_not += refused
        if usable:
            answers[name] = max(number for number, _ in usable)
    opening = answers.pop("opening question", None)
    missing = tuple(item.name for item in instrument.items if item.name not in answers)
    added = sum(answers.values(), Decimal(0))
    if not totals and ((not answers and opening is None) or _is_another_tools(sitting, instrument, missing)):
        return None, why_not
    if _ends_with_the_first(instrument, opening, answers):
        missing = ()
    if not totals:
        return _of(sitting, instrument, added, at_least=bool(missing), missing=missing), why_not
    recorded, at_least = max(totals)
    if (answers and added > recorded) or (answers and not missing and added != recorded):
        note = f"recorded as {recorded.normalize():f}, the answers add up to {added.normalize():f}"
        return _of(sitting, instrument, max(recorded, added), at_least=at_least, notes=(note,)), why_not
    return _of(sitting, instrument, recorded, at_least=at_least), why_not


def _ends_with_the_first(
    instrument: Instrument, opening: Decimal | None, answers: dict[str, Decimal]
) -> bool:
    """ "No" or "never" to the first question, and nothing else that says otherwise: the rest is not asked."""
    if instrument.opening is None or any(answers.values()):
        return False
    return answers.get(instrument.opening.name, opening) == 0


def _usable(
    found: Iterable[Entry], instrument: Instrument, high: int
) -> tuple[list[tuple[Decimal, bool]], list[Reason]]:
    usable, why_not = [], []
    for entry in found:
        read = points(entry.value, instrument.words, high, counts_anything=instrument.counts_anything)
        if read.number is not None:
            usable.append((read.number, read.at_least))
        elif read.why_not:
            what = f"{instrument.name} value of {entry.on or 'an unknown day'}"
            why_not.append(Reason.of(f"A {what} {read.why_not}", (entry.record,)))
    return usable, why_not


def _is_another_tools(sitting: Sitting, instrument: Instrument, missing: tuple[str, ...]) -> bool:
    """Two answers of a PHQ-2 are not a PHQ-9 left unfinished; those of a form that is called PHQ-9 are."""
    if not missing or not instrument.shared:
        return False
    return all(
        e.code in instrument.shared and not _is_own_form(e.record, instrument) for e in sitting.entries
    )


def _of(
    sitting: Sitting,
    instrument: Instrument,
    number: Decimal,
    *,
    at_least: bool = False,
    missing: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Score:
    told = [e.note for e in sitting.entries if e.note]
    doubts = [doubt for e in sitting.entries for doubt in e.record.doubts]
    records = {e.record.id: e.record for e in sitting.entries}
    return Score(
        instrument, number, sitting.on, tuple(records.values()), at_least, missing,
        tuple(dict.fromkeys((*notes, *told, *doubts))),
    )  # fmt: skip


def _missing(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"{names[0]} is not answered"
    numbers = ", ".join(name.removeprefix("question ") for name in names)
    return f"questions {numbers} are not answered"


def _is_recent(on: When | None, case: Case) -> bool:
    return on is None or on.may_be_within(case.policy.screen_days, case.as_of)


def _unread_forms(case: Case, instrument: Instrument, found: list[Sitting]) -> Iterable[Reason]:
    """A form by its name whose answers could not be matched, on a day without any other result."""
    if not instrument.form_name:
        return
    days = {sitting.on.first for sitting in found if sitting.on}
    for form in case.chart.questionnaire_responses:
        is_told = form.when is not None and form.when.first in days
        if not is_told and _is_recent(form.when, case) and _is_named(form, instrument):
            told = f"A {instrument.name} form of {form.when or 'an unknown day'} could not be read"
            yield Reason.of(told, (form,))


def _is_own_form(record: Record, instrument: Instrument) -> bool:
    if not isinstance(record, QuestionnaireResponse) or not instrument.form_name:
        return False
    return _is_named(record, instrument)


def _is_named(form: QuestionnaireResponse, instrument: Instrument) -> bool:
    if any(code in instrument.totals for _, code in form.concept.keys):
        return True
    words = f"{form.questionnaire} {form.concept.display}"
    return bool(re.search(instrument.form_name, words, re.IGNORECASE))
