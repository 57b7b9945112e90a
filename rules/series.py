"""The daily MME series: what every course adds, day by day, in one sweep over the days on which something changes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import overload

from chart.frozen import cached_property, dataclass
from rules.coverage import Course, Unknown

_ONE_DAY = timedelta(days=1)
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class DoseDay:
    day: date
    mme: Decimal  # what is certain enough to count
    mme_uncertain: Decimal  # with the uncertain part added
    at_least: bool


@dataclass(frozen=True, slots=True)
class Run:
    """`days` days on end, from the first, with one dose."""

    first: date
    days: int
    mme: Decimal
    mme_uncertain: Decimal
    at_least: bool

    def on(self, number: int) -> DoseDay:
        return DoseDay(self.first + timedelta(days=number), self.mme, self.mme_uncertain, self.at_least)


class DoseDays(Sequence[DoseDay]):
    """One entry a day, kept as runs: two years are 731 days and a few dozen changes of dose."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs = tuple(runs)
        self._starts = [0]
        for run in self.runs:
            self._starts.append(self._starts[-1] + run.days)

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, place: int) -> DoseDay: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[DoseDay]: ...

    def __getitem__(self, place: int | slice) -> DoseDay | Sequence[DoseDay]:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(*place.indices(len(self))))
        number = place + len(self) if place < 0 else place
        if not 0 <= number < len(self):
            raise IndexError(place)
        run = bisect_right(self._starts, number) - 1
        return self.runs[run].on(number - self._starts[run])

    def __iter__(self) -> Iterator[DoseDay]:
        return iter(self._days)

    @cached_property
    def _days(self) -> tuple[DoseDay, ...]:
        """Only for who goes through all of them, as the drawing does."""
        return tuple(run.on(number) for run in self.runs for number in range(run.days))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def ending_with(self, last: DoseDay) -> "DoseDays":
        """The same with another last day."""
        run = self.runs[-1]
        before = Run(run.first, run.days - 1, run.mme, run.mme_uncertain, run.at_least)
        today = Run(last.day, 1, last.mme, last.mme_uncertain, last.at_least)
        return DoseDays((*self.runs[:-1], *([before] if before.days else []), today))


def series(
    courses: Sequence[Course],
    first: date,
    last: date,
    unknown: Sequence[Unknown] = (),
    unseen: bool = False,
) -> DoseDays:
    """One entry a day. Streams add; inside one stream the highest counts. `unseen`: every day is "at least"."""
    spans: list[Course | Unknown] = [*courses, *unknown]
    changes = _changes(spans, first, last)
    days = sorted(changes)
    running: set[int] = set()
    found: list[Run] = []
    for begin, after in pairwise(days):
        for place in changes[begin]:
            running ^= {place}
        mme, uncertain, is_told = _added(spans[place] for place in running)
        found.append(Run(begin, (after - begin).days, mme, uncertain, unseen or not is_told))
    return DoseDays(found)


def _changes(spans: Sequence[Course | Unknown], first: date, last: date) -> dict[date, list[int]]:
    """On which days which spans start or end; the first day and the morrow of the last are always there."""
    changes: dict[date, list[int]] = {first: [], last + _ONE_DAY: []}
    for place, span in enumerate(spans):
        if span.first <= last and span.last >= first:
            changes.setdefault(max(span.first, first), []).append(place)
            changes.setdefault(min(span.last, last) + _ONE_DAY, []).append(place)
    return changes


def _added(spans: Iterable[Course | Unknown]) -> tuple[Decimal, Decimal, bool]:
    """(certain, with the uncertain, whether every dose is known) of what runs together."""
    certain: dict[str, Decimal] = {}
    written: dict[str, Decimal] = {}
    reported: dict[str, Decimal] = {}
    medicines: set[str] = set()  # ordered or handed over
    is_told = True
    for span in spans:
        if isinstance(span, Unknown) or span.mme is None:
            is_told = False
            continue
        if span.is_reported:
            reported[span.medicine] = max(reported.get(span.medicine, _NONE), span.mme)
            continue
        medicines.add(span.medicine)
        written[span.stream] = max(written.get(span.stream, _NONE), span.mme)
        if not span.is_assumed:
            certain[span.stream] = max(certain.get(span.stream, _NONE), span.mme)
    alone = [mme for medicine, mme in reported.items() if medicine not in medicines]
    return sum(certain.values(), _NONE), sum([*written.values(), *alone], _NONE), is_told
