"""Directions in free text -> instructions, or an honest "cannot tell"."""

from dataclasses import dataclass, field, replace
from fractions import Fraction

from chart.dose_times import times_a_day
from chart.dose_units import MG, UNIT, CannotTell, decimal, kind_of, measure
from chart.instructions import Amount, Instruction, Quantity, Ratio, Timing
from chart.sig_items import DoseItem, Item, LengthItem, Mark, MaxItem, TimesItem
from chart.sig_moments import joined_times
from chart.sig_scan import scan
from chart.sig_times import HOURS
from chart.sig_tokens import tokens

_WIDEST = 10


@dataclass(frozen=True, slots=True)
class SigReading:
    """Instructions to take together; numbered when they follow one another."""

    instructions: tuple[Instruction, ...] = ()
    cannot_tell: str = ""  # a sentence without its full stop


@dataclass(slots=True)
class _Segment:
    """One dose with how often, while the directions are read."""

    step: int
    joiner: Mark | None = None  # what joined it to the segment before
    dose: DoseItem | None = None
    times: list[tuple[Timing, Mark | None]] = field(default_factory=list)
    as_needed: bool = False
    days: Fraction | None = None


def read_sig(text: str) -> SigReading:
    """Every number and every word that could change one must be understood, or nothing is."""
    found = tokens(text)
    if found is None:
        return SigReading(cannot_tell="the directions are too long or have a number that may mean two things")
    if not found:
        return SigReading(cannot_tell="no directions are recorded")
    try:
        return SigReading(_Reading(list(scan(found))).instructions())
    except CannotTell as refusal:
        return SigReading(cannot_tell=refusal.reason)


class _Reading:
    """The items of one text put together."""

    def __init__(self, items: list[Item]):
        self.segments: list[_Segment] = []
        self.limits: list[MaxItem] = []
        self.step = 1
        self.joiner: Mark | None = None
        # "In the morning take 2, at bedtime take 1": how often comes before its dose.
        first = next((i for i in items if isinstance(i, DoseItem | TimesItem)), None)
        self.times_first = isinstance(first, TimesItem)
        self.waiting_as_needed = False
        for item in items:
            self._add(item)

    def _add(self, item: Item) -> None:
        if isinstance(item, Mark):
            self._mark(item)
            return
        if isinstance(item, DoseItem):
            self._dose(item)
        elif isinstance(item, TimesItem):
            self._times(item.timing)
        elif isinstance(item, MaxItem):
            self._max(item)
        else:
            self._length(item)
        self.joiner = None

    def _mark(self, mark: Mark) -> None:
        if mark is Mark.AS_NEEDED:
            if self.segments:
                self.segments[-1].as_needed = True
            self.waiting_as_needed = not self.segments
            self.joiner = None
        elif mark is Mark.THEN and self.segments:
            self.step += 1
            self.joiner = Mark.THEN
        elif self.joiner not in (Mark.OR, Mark.AND, Mark.THEN):
            self.joiner = mark

    def _dose(self, dose: DoseItem) -> None:
        now = self.segments[-1] if self.segments and self.segments[-1].step == self.step else None
        if now is None or (now.dose is not None and now.times):
            unit = dose.unit or next((s.dose.unit for s in reversed(self.segments) if s.dose), "")
            self._open().dose = DoseItem(dose.low, dose.high, unit)
        elif now.dose is None:
            now.dose = dose
        else:
            now.dose = _one_dose(now.dose, dose, self.joiner)

    def _times(self, timing: Timing) -> None:
        if timing.frequency == 0 and self.segments and self.segments[-1].times and timing.period is not None:
            # "every 4 hours, up to 6 times a day": the second limits the first
            hours = Fraction(timing.period) * HOURS[timing.period_unit]
            self.limits.append(MaxItem(Fraction(timing.frequency_max or 0), "doses", hours))
            return
        now = self.segments[-1] if self.segments and self.segments[-1].step == self.step else None
        if now is None or (self.times_first and now.dose is not None):
            self._open().times.append((timing, None))
        elif now.times and self.joiner in (Mark.OR, Mark.TO) and now.dose is not None:
            before = now
            now = self._open()
            now.joiner, now.dose, now.as_needed = Mark.OR, before.dose, before.as_needed
            now.times.append((timing, None))
        else:
            now.times.append((timing, self.joiner))

    def _max(self, limit: MaxItem) -> None:
        if not limit.is_soft or any(s.dose for s in self.segments):
            self.limits.append(replace(limit, is_soft=False))
            return
        # "Take up to 3 tablets a day": there is no other schedule
        self._dose(DoseItem(Fraction(0), limit.amount, limit.unit))
        self.joiner = None
        hours = decimal(limit.hours or HOURS["d"])
        self._times(Timing(frequency=decimal(Fraction(1)), period=hours / 24, period_unit="d"))

    def _length(self, length: LengthItem) -> None:
        if not self.segments:
            raise CannotTell("the directions begin with a length of time")
        now = self.segments[-1]
        if now.days not in (None, length.days):
            raise CannotTell("two lengths of time are stated")
        now.days = length.days

    def _open(self) -> _Segment:
        joiner = Mark.THEN if self.segments and self.segments[-1].step != self.step else self.joiner
        segment = _Segment(self.step, joiner, as_needed=self.waiting_as_needed)
        self.waiting_as_needed = False
        self.segments.append(segment)
        return segment

    def instructions(self) -> tuple[Instruction, ...]:
        self._check()
        self._number()
        limit, at_once = self._limit()
        read = [(s, i) for s in self.segments for i in _as_instructions(s, limit, at_once)]
        chosen = _without_alternatives(read)
        if len({i.sequence for i in chosen}) == 1:
            return tuple(replace(i, sequence=None) for i in chosen)
        return tuple(chosen)

    def _check(self) -> None:
        for before, segment in zip([None, *self.segments], self.segments, strict=False):
            if segment.dose is None and segment.joiner is Mark.THEN and before is not None:
                segment.dose = before.dose
        if not any(s.dose for s in self.segments):
            raise CannotTell("the directions give no dose")
        if not all(s.dose for s in self.segments):
            raise CannotTell("the directions say how often, and not of what dose")
        if any(not s.times for s in self.segments) and not (self.limits and len(self.segments) == 1):
            raise CannotTell("the directions do not say how often")

    def _number(self) -> None:
        """A taper written without "then": stretches with lengths of their own follow one another."""
        lengths = [s.days for s in self.segments]
        if len(lengths) < 2:
            return
        if self.step > 1:
            steps = {s.step: s.days for s in self.segments}
            if any(days is None for step, days in steps.items() if step < max(steps)):
                raise CannotTell("the directions have steps and do not say how long each lasts")
            for segment in self.segments:
                segment.days = segment.days or steps[segment.step]
        elif None not in lengths[:-1] and all(s.joiner is not Mark.AND for s in self.segments):
            for n, segment in enumerate(self.segments, 1):
                segment.step = n
        elif not any(lengths[:-1]):
            for segment in self.segments:
                segment.days = lengths[-1]

    def _limit(self) -> tuple[MaxItem | None, MaxItem | None]:
        at_once = [limit for limit in self.limits if limit.hours is None]
        a_day = {limit for limit in self.limits if limit.hours is not None}
        if len({limit.unit and kind_of(limit.unit) for limit in a_day}) > 1 or len(at_once) > 1:
            raise CannotTell("two different maxima are stated")
        lowest = min(a_day, key=lambda limit: limit.amount / (limit.hours or 1), default=None)
        if (
            lowest
            and not lowest.unit
            and any(kind_of(s.dose.unit) not in (UNIT, None) for s in self.segments if s.dose)
        ):
            raise CannotTell("a maximum is stated without its unit")
        return lowest, next(iter(at_once), None)


def _one_dose(first: DoseItem, second: DoseItem, joiner: Mark | None) -> DoseItem:
    """Two doses side by side: a range, or the same dose said twice (5 mg, 1 tablet)."""
    one, other = kind_of(first.unit) or UNIT, kind_of(second.unit) or UNIT
    if one == other and joiner in (Mark.OR, Mark.TO):
        both = first.joined(second)
        if first.low <= second.high and both.high <= _WIDEST * both.low:
            return both
    if one != other and MG in (one, other) and joiner in (None, Mark.COMMA):
        return second if one == MG else first
    raise CannotTell("two doses are stated side by side")


def _as_instructions(segment: _Segment, limit: MaxItem | None, at_once: MaxItem | None) -> list[Instruction]:
    assert segment.dose is not None
    dose = segment.dose
    amount = Amount(Quantity(decimal(dose.low), dose.unit), Quantity(decimal(dose.high), dose.unit))
    days = decimal(segment.days) if segment.days is not None else None
    most = None
    if limit is not None and limit.hours is not None:
        most = Ratio(Quantity(decimal(limit.amount), limit.unit), Quantity(decimal(limit.hours), "h"))
    return [
        Instruction(
            sequence=segment.step,
            as_needed=segment.as_needed,
            timing=replace(timing, bounds_days=days),
            doses=(amount,),
            max_per_period=most,
            max_per_administration=Quantity(decimal(at_once.amount), at_once.unit) if at_once else None,
        )
        for timing in joined_times(segment.times) or [Timing()]
    ]


def _without_alternatives(read: list[tuple[_Segment, Instruction]]) -> list[Instruction]:
    """Of alternatives ("or") the one that comes to more; a sentence that repeats another counts once."""
    kept: list[Instruction] = []
    group: list[_Segment] = []
    for segment, instruction in read:
        if segment.joiner is Mark.OR and kept and segment not in group:
            kept[-1] = _higher(kept[-1], instruction)
        elif segment.joiner not in (Mark.AND, Mark.THEN) and instruction in kept and segment not in group:
            continue
        else:
            kept.append(instruction)
        group.append(segment)
    return kept


def _higher(one: Instruction, other: Instruction) -> Instruction:
    amounts = []
    for instruction in (one, other):
        dose = instruction.doses[0].high
        assert dose is not None
        found = measure(dose)
        amounts.append((found.kind or UNIT, found.value * times_a_day(instruction.timing).high))
    if amounts[0][0] != amounts[1][0]:
        raise CannotTell("the directions give a choice between units that cannot be compared")
    chosen = one if amounts[0][1] >= amounts[1][1] else other
    return replace(chosen, as_needed=one.as_needed or other.as_needed)
