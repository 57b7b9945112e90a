"""Dosage instructions as typed records: what FHIR's Dosage says, before any arithmetic."""

from dataclasses import field
from datetime import time
from decimal import Decimal

from chart.frozen import dataclass
from chart.terms import Concept
from chart.when import When


@dataclass(frozen=True, slots=True)
class Quantity:
    value: Decimal | None = None
    unit: str = ""  # as people read it
    code: str = ""
    system: str = ""
    comparator: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """A dose: one quantity, or a range with low and high; `kind` is doseAndRate.type's text or code."""

    low: Quantity | None = None
    high: Quantity | None = None
    kind: str = ""  # "ordered", "calculated", ""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of administration: `amount` per `per` (an hour when `per` is None)."""

    amount: Quantity
    per: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    numerator: Quantity
    denominator: Quantity


@dataclass(frozen=True, slots=True)
class Timing:
    """FHIR Timing. Periods are in `period_unit` (s, min, h, d, wk, mo, a)."""

    code: Concept = field(default_factory=Concept)  # BID, TID, Q4H, ...
    events: tuple[When, ...] = ()
    count: int | None = None
    count_max: int | None = None
    bounds_from: When | None = None
    bounds_to: When | None = None
    bounds_days: Decimal | None = None  # boundsDuration, or the high end of boundsRange, in days
    frequency: Decimal | None = None
    frequency_max: Decimal | None = None
    period: Decimal | None = None
    period_max: Decimal | None = None
    period_unit: str = ""
    days_of_week: tuple[str, ...] = ()
    times_of_day: tuple[time, ...] = ()
    when: tuple[str, ...] = ()  # event codes: MORN, HS, ACM, ...

    @property
    def is_empty(self) -> bool:
        return self == Timing()


@dataclass(frozen=True, slots=True)
class Instruction:
    """One entry of dosageInstruction. Entries with the same sequence, or none, apply together."""

    sequence: int | None = None
    text: str = ""
    patient_text: str = ""
    additional: tuple[str, ...] = ()
    as_needed: bool = False
    as_needed_for: str = ""
    timing: Timing = field(default_factory=Timing)
    route: Concept = field(default_factory=Concept)
    doses: tuple[Amount, ...] = ()
    rates: tuple[Rate, ...] = ()
    max_per_period: Ratio | None = None
    max_per_administration: Quantity | None = None
    has_modifier: bool = False  # a modifierExtension nobody here understands: do not compute
    # The same directions stand in every monthly order, and are looked up by each.
    hashed: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = (self.sequence, self.text, self.as_needed, self.timing, self.doses, self.max_per_period)
        object.__setattr__(self, "hashed", hash(parts))

    def __hash__(self) -> int:
        return self.hashed
