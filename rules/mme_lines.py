"""The lines of an MME/day sheet: counted, not calculated, or not counted."""

from decimal import ROUND_HALF_EVEN, Decimal

from chart.frozen import dataclass


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


def in_words(mme: Decimal, thresholds: tuple[Decimal, ...] = (Decimal(50), Decimal(90))) -> str:
    """One decimal, or as many as keep it on its own side of every threshold: 49.99, never 50.0."""
    for places in range(1, 10):
        rounded = mme.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
        if all((rounded >= t) == (mme >= t) for t in thresholds):
            return f"{rounded.normalize():f} MME/day"
    return f"{mme:f} MME/day"
