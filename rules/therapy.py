"""Opioid therapy over time: supply, episodes, long-term therapy, the daily MME series."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chart.records import Chart
from rules.policy import Policy
from rules.rule import Reason


@dataclass(frozen=True, slots=True)
class Course:
    """The days one fill or order covers, inclusive; `certainty` is high, medium or low with its reasons."""

    record_ids: tuple[str, ...]
    name: str
    ingredient: str
    first: date
    last: date
    mme: Decimal | None  # a day; None when it cannot be told
    is_assumed: bool  # length assumed, e.g. an active order without any supply
    notes: tuple[str, ...] = ()


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
class EarlyFill:
    record_ids: tuple[str, ...]
    name: str
    on: date
    days_early: int


@dataclass(frozen=True, slots=True)
class DoseDay:
    day: date
    mme: Decimal  # what is certain enough to count
    mme_uncertain: Decimal  # with the uncertain part added
    at_least: bool


@dataclass(frozen=True, slots=True)
class Therapy:
    courses: tuple[Course, ...]
    ltot: Ltot
    series: tuple[DoseDay, ...]  # one a day for 24 months, the last one is as_of
    supply_ends: date | None
    early_fills: tuple[EarlyFill, ...]  # within the last 12 months
    prescribers_180: tuple[str, ...]
    pharmacies_180: tuple[str, ...]

    def mme_on(self, day: date) -> DoseDay | None:
        """The series' entry for `day`; None outside its 24 months."""
        raise NotImplementedError


def opioid_therapy(chart: Chart, policy: Policy) -> Therapy:
    raise NotImplementedError


def covered_days(chart: Chart, policy: Policy, *classes: object) -> tuple[Course, ...]:
    """Courses of any drug classes (mme None for non-opioids): overlaps are worked out from these."""
    raise NotImplementedError
