"""The daily MME series: what every course adds, day by day, in one sweep over the days on which something changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from rules.coverage import Course, Unknown

_ONE_DAY = timedelta(days=1)
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class DoseDay:
    day: date
    mme: Decimal  # what is certain enough to count
    mme_uncertain: Decimal  # with the uncertain part added
    at_least: bool


def series(
    courses: Sequence[Course],
    first: date,
    last: date,
    unknown: Sequence[Unknown] = (),
    unseen: bool = False,
) -> tuple[DoseDay, ...]:
    """One entry a day. Streams add; inside one stream the highest counts. `unseen`: every day is "at least"."""
    spans: list[Course | Unknown] = [*courses, *unknown]
    changes = _changes(spans, first, last)
    days = sorted(changes)
    running: set[int] = set()
    found: list[DoseDay] = []
    for begin, after in pairwise(days):
        for place in changes[begin]:
            running ^= {place}
        mme, uncertain, is_told = _added(spans[place] for place in running)
        for number in range((after - begin).days):
            found.append(DoseDay(begin + timedelta(days=number), mme, uncertain, unseen or not is_told))
    return tuple(found)


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
