"""What is true of one synthetic patient: the doses taken day by day, and what was done when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from synth.medicines import Opioid

SERIES_DAYS = 730
_LTOT_DAYS, _LTOT_GAP, _LTOT_RECENT, _LTOT_DENSE, _WINDOW = 90, 7, 30, 60, 90


@dataclass(frozen=True)
class Fill:
    """A supply of one medicine: `a_day` tablets on each of `days` days from `first`."""

    first: date
    days: int
    opioid: Opioid
    a_day: int

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def mme(self) -> Decimal:
        return self.opioid.mme * self.a_day


@dataclass(frozen=True)
class Life:
    """`streams`: one medicine after the other in each; they are taken side by side. Dates are of the last time."""

    id: str
    as_of: date
    kind: str
    sex: str
    born: date
    streams: tuple[tuple[Fill, ...], ...] = ()
    done: Mapping[str, date] = field(default_factory=dict)
    visits: tuple[date, ...] = ()
    phq9: tuple[int, ...] = ()
    peg: tuple[int, int, int] = (5, 5, 5)
    benzodiazepine: bool = False
    gabapentin: bool = False
    emergency: date | None = None
    overdose: date | None = None
    oud: bool = False
    moud: bool = False
    cancer: bool = False
    pregnant: bool = False
    directions: str = "structured"
    has_dispenses: bool = False
    lost: frozenset[str] = frozenset()  # what is true and not in the record

    def ago(self, what: str) -> int | None:
        """Days since it was last done; None if never."""
        return (self.as_of - self.done[what]).days if what in self.done else None

    @cached_property
    def stretches(self) -> list[tuple[date, date, Decimal]]:
        """What was taken when: (first, last, MME/day) of every fill."""
        return [stretch for stream in self.streams for stretch in taken(stream)]

    def mme_on(self, day: date) -> Decimal:
        return sum((mme for first, last, mme in self.stretches if first <= day <= last), Decimal(0))

    @property
    def is_on_opioids(self) -> bool:
        return self.mme_on(self.as_of) > 0

    def series(self) -> list[tuple[date, date, Decimal]]:
        """Stretches (first, last, MME/day) of the last 24 months, whole and in order."""
        begin, end = self.as_of - timedelta(days=SERIES_DAYS), self.as_of + timedelta(days=1)
        changes = {day for first, last, _ in self.stretches for day in (first, last + timedelta(days=1))}
        days = [begin, *sorted(day for day in changes if begin < day < end), end]
        return [(first, after - timedelta(days=1), self.mme_on(first)) for first, after in pairwise(days)]

    def long_term_since(self) -> date | None:
        """First day of long-term therapy that still lasts; None where there is none."""
        days = sorted(set(_days(self.stretches, self.as_of)))
        if not days:
            return None
        episode = days[-1:]
        for day in reversed(days[:-1]):
            if (episode[-1] - day).days - 1 > _LTOT_GAP:
                break
            episode.append(day)
        since, last = episode[-1], days[-1]
        if (last - since).days + 1 >= _LTOT_DAYS and (self.as_of - last).days <= _LTOT_RECENT:
            return since
        recent = [day for day in days if (self.as_of - day).days < _WINDOW]
        return min(since, recent[0]) if len(recent) >= _LTOT_DENSE else None


def taken(stream: Iterable[Fill]) -> list[tuple[date, date, Decimal]]:
    """A fill that came early is begun when the one before is used up."""
    found: list[tuple[date, date, Decimal]] = []
    for fill in stream:
        first = max(fill.first, found[-1][1] + timedelta(days=1)) if found else fill.first
        found.append((first, first + timedelta(days=fill.days - 1), fill.mme))
    return found


def _days(stretches: Iterable[tuple[date, date, Decimal]], until: date) -> Iterable[date]:
    for first, last, _ in stretches:
        for number in range((min(last, until) - first).days + 1):
            yield first + timedelta(days=number)
