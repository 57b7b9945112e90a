"""What directions are made of: doses, how often, maxima, lengths, and the words that join them."""

from dataclasses import dataclass
from enum import Enum, auto
from fractions import Fraction

from chart.instructions import Timing


class Mark(Enum):
    AS_NEEDED = auto()
    THEN = auto()
    OR = auto()
    AND = auto()
    COMMA = auto()
    SENTENCE = auto()
    TO = auto()


@dataclass(frozen=True, slots=True)
class DoseItem:
    low: Fraction
    high: Fraction
    unit: str  # as written; "" for a bare number

    def joined(self, other: "DoseItem") -> "DoseItem":
        return DoseItem(min(self.low, other.low), max(self.high, other.high), other.unit or self.unit)


@dataclass(frozen=True, slots=True)
class TimesItem:
    timing: Timing


@dataclass(frozen=True, slots=True)
class MaxItem:
    """At most `amount` of `unit` in `hours`, or in one administration when `hours` is None."""

    amount: Fraction
    unit: str
    hours: Fraction | None
    is_soft: bool = False  # "up to 3 a day": a maximum beside a schedule, else the schedule itself


@dataclass(frozen=True, slots=True)
class LengthItem:
    days: Fraction


Item = DoseItem | TimesItem | MaxItem | LengthItem | Mark
# What a matcher found, and the index after it; no item for words that change nothing.
Found = tuple[Item | None, int]
