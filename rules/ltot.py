"""Long-term opioid therapy: an episode of some length without long gaps, or most of the last 90 days covered."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise

from chart.frozen import dataclass
from chart.when import day_in_words
from rules.coverage import Course, Unknown
from rules.policy import Policy
from rules.rule import Reason, days
from rules.supply import days_before

_WINDOW = 90

Interval = tuple[date, date]  # first and last day, inclusive


@dataclass(frozen=True, slots=True)
class Ltot:
    """`status` is "long-term", "not long-term" or "undetermined"."""

    status: str
    since: date | None  # first day of the current episode
    last_covered: date | None
    covered_days_90: int | None  # of the 90 days that end on as_of; None when nothing can be told
    longest_gap: int | None  # uncovered days inside the current episode
    reasons: tuple[Reason, ...]
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """`run_on`: active orders past the end of their supply. `unseen`: why orders may be hidden."""

    courses: Sequence[Course]
    run_on: Sequence[Course]
    unknown: Sequence[Unknown]
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Finding:
    since: date
    text: str


def long_term(evidence: Evidence, as_of: date, policy: Policy) -> Ltot:
    """Losing data never moves a patient to "not long-term": what cannot be told is "undetermined"."""
    sure = union(((c.first, c.last) for c in evidence.courses if not c.is_assumed), as_of)
    known = union(((c.first, c.last) for c in evidence.courses), as_of)
    spans: list[Course | Unknown] = [*evidence.courses, *evidence.run_on, *evidence.unknown]
    possible = union(((s.first, s.last) for s in spans), as_of)
    if finding := _finding(sure, as_of, policy):
        reasons = [_resting_on(evidence.courses, finding.text, finding.since, as_of)]
        return _ltot("long-term", finding.since, sure, as_of, policy, reasons)
    if finding := _finding(known, as_of, policy):
        text = f"{finding.text}; assumed, because an active order or a report gives no length of supply"
        reasons = [_resting_on(evidence.courses, text, finding.since, as_of)]
        return _ltot("long-term", finding.since, known, as_of, policy, reasons)
    reasons = _doubts(evidence, _finding(possible, as_of, policy))
    status = "undetermined" if reasons else "not long-term"
    reasons += _covered_reasons(evidence, known, as_of, policy)
    told = bool(known) or not (possible or evidence.unseen)
    return _ltot(status, None, known, as_of, policy, reasons, is_told=told)


def union(intervals: Iterable[Interval], last: date) -> list[Interval]:
    """Days covered up to `last`, as intervals that neither overlap nor touch."""
    found: list[Interval] = []
    for begin, end in sorted(intervals):
        end = min(end, last)
        if begin > end:
            continue
        if found and begin <= found[-1][1] + timedelta(days=1):
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((begin, end))
    return found


def covered_in(intervals: Iterable[Interval], first: date, last: date) -> int:
    """Covered days from `first` to `last`; the intervals must not overlap."""
    return sum(max((min(end, last) - max(begin, first)).days + 1, 0) for begin, end in intervals)


def _current_episode(covered: Sequence[Interval], allowed_gap: int) -> list[Interval]:
    episode: list[Interval] = []
    for interval in reversed(covered):
        if episode and (episode[0][0] - interval[1]).days - 1 > allowed_gap:
            break
        episode.insert(0, interval)
    return episode


def _finding(covered: Sequence[Interval], as_of: date, policy: Policy) -> _Finding | None:
    """Definition A, an episode without long gaps, before definition B, density."""
    if not covered:
        return None
    episode = _current_episode(covered, policy.ltot_allowed_gap_days)
    since, last = episode[0][0], episode[-1][1]
    length = (last - since).days + 1
    if length >= policy.ltot_days and last >= days_before(as_of, policy.ltot_recent_days):
        gap = days(policy.ltot_allowed_gap_days)
        text = f"Opioid supply for {days(length)} since {day_in_words(since)}, with no gap over {gap}"
        return _Finding(since, text)
    window = days_before(as_of, _WINDOW - 1)
    dense = covered_in(covered, window, as_of)
    if dense >= policy.ltot_density_days:
        begun = next(max(begin, window) for begin, end in covered if end >= window)
        return _Finding(min(begun, since), f"Opioid supply on {dense} of the last {_WINDOW} days")
    return None


def _resting_on(courses: Sequence[Course], text: str, first: date, last: date) -> Reason:
    return _reason(text, [c for c in courses if c.first <= last and c.last >= first])


def _reason(text: str, spans: Sequence[Course | Unknown]) -> Reason:
    ids = tuple(dict.fromkeys(i for span in spans for i in span.record_ids))
    return Reason(text, ids, frozenset[tuple[str, str]]().union(*(span.labels for span in spans)))


def _doubts(evidence: Evidence, possible: _Finding | None) -> list[Reason]:
    """Why "not long-term" cannot be said; empty when it can."""
    reasons = [Reason(gap) for gap in evidence.unseen]
    if possible is None:
        return reasons
    unknown = [u for u in evidence.unknown if u.last >= possible.since]
    if unknown:
        first = day_in_words(min(u.first for u in unknown))
        names = " and ".join(dict.fromkeys(u.name for u in unknown))
        text = f"How long the supply of {names} lasted, ordered or reported since {first}, is not known"
        reasons.append(_reason(text, unknown))
    for course in evidence.run_on:
        ended = day_in_words(days_before(course.first, 1))
        text = f"{course.name} is still on the active list though its supply ended {ended}"
        reasons.append(_reason(text, [course]))
    return reasons


def _covered_reasons(
    evidence: Evidence, known: Sequence[Interval], as_of: date, policy: Policy
) -> list[Reason]:
    if not known and evidence.unknown:
        latest = max(evidence.unknown, key=lambda u: (u.first, u.record_ids))
        text = f"No length of supply on record; the latest opioid is of {day_in_words(latest.first)}"
        return [_reason(text, [latest])]
    if not known:
        return [] if evidence.unseen else [Reason("No opioid supply on record")]
    window = days_before(as_of, _WINDOW - 1)
    episode = _current_episode(known, policy.ltot_allowed_gap_days)
    since, last = episode[0][0], episode[-1][1]
    text = (
        f"The latest opioid supply runs from {day_in_words(since)} to {day_in_words(last)};"
        f" {covered_in(known, window, as_of)} of the last {_WINDOW} days are covered"
    )
    return [_resting_on(evidence.courses, text, since, as_of)]


def _ltot(
    status: str,
    since: date | None,
    covered: Sequence[Interval],
    as_of: date,
    policy: Policy,
    reasons: Sequence[Reason],
    is_told: bool = True,
) -> Ltot:
    window = days_before(as_of, _WINDOW - 1)
    begun = since or (_current_episode(covered, policy.ltot_allowed_gap_days)[0][0] if covered else None)
    gaps = [
        (after[0] - before[1]).days - 1
        for before, after in pairwise(covered)
        if begun is not None and before[1] >= begun
    ]
    return Ltot(
        status=status,
        since=begun,
        last_covered=covered[-1][1] if covered else None,
        covered_days_90=covered_in(covered, window, as_of) if is_told else None,
        longest_gap=max(gaps, default=0) if covered else None,
        reasons=tuple(reasons),
    )
