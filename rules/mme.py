"""Daily opioid dosage in morphine milligram equivalents (MME/day), CDC 2022 factors."""

from dataclasses import dataclass
from decimal import Decimal

from chart.records import Chart
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class Counted:
    """One medicine that counts, with the arithmetic that leads to its number."""

    record_ids: tuple[str, ...]  # first the one it is listed under; then its fills and duplicates
    name: str
    mme: Decimal  # unrounded, the most the directions allow
    mme_low: Decimal  # the least they allow, 0 when taken only as needed
    dosage_per_day: Decimal
    unit: str  # "mg", "mcg/h" for patches
    factor: Decimal
    basis: str  # the steps in words
    as_needed: bool = False
    notes: tuple[str, ...] = ()  # cautions, doubts, "supply and directions differ"
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class NotCalculated:
    """An opioid that may be in use and whose MME/day cannot be told: the total is "at least"."""

    record_ids: tuple[str, ...]
    name: str
    reason: str
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Excluded:
    """An opioid record that does not count toward the total, and why."""

    record_ids: tuple[str, ...]
    name: str
    reason: str
    is_current: bool = False  # in use now (buprenorphine, methadone for OUD), as against past or inpatient
    labels: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class DailyMme:
    """Every opioid record of the chart is in exactly one of the three lists."""

    total: Decimal
    at_least: bool  # something in use could not be calculated, or may be hidden
    by_medication: tuple[Counted, ...] = ()
    not_calculated: tuple[NotCalculated, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Rounded for reading only: "at least 45 MME/day"."""
        raise NotImplementedError

    @property
    def has_opioid_in_use(self) -> bool:
        """A full agonist is, or may be, in use now."""
        return bool(self.by_medication or self.not_calculated)


def daily_mme(chart: Chart, policy: Policy) -> DailyMme:
    """MME/day on `chart.as_of`, from orders, fills and statements."""
    raise NotImplementedError


def daily_mme_with_drafts(chart: Chart, policy: Policy) -> DailyMme:
    """The same with `chart.drafts` counted and what they replace taken out."""
    raise NotImplementedError
