"""How long an order lasts: days of supply, else quantity over the most a day, else the directions' own end."""

from datetime import date
from decimal import Decimal

from chart.frozen import dataclass
from chart.medications import MedicationRequest
from rules.equivalent import plain
from rules.supply import days_of, refills_of

_FINEST = Decimal("1e-6")
_LONGEST = Decimal(3650)  # a mistyped length

UNKNOWN = (
    "how long it lasts cannot be told: no days of supply, no quantity that fits the directions, no end date"
)


@dataclass(frozen=True, slots=True)
class Length:
    """`days` are all that one order allows for, refills included; None when it cannot be told."""

    days: Decimal | None
    fill_days: Decimal | None = None
    refills: int = 0
    valid_days: int | None = None  # how long it may be filled; never how long it lasts

    def is_longer(self, least: int) -> bool | None:
        """By its supply, or by how long it may be filled: as opioid-cds-r4 has it. None when it cannot be told."""
        if self.valid_days is not None and self.valid_days >= least:
            return True
        return None if self.days is None else self.days >= least

    def is_under(self, days: int) -> bool | None:
        """By its supply alone; an unknown length is never "acute" and never "not acute"."""
        return None if self.days is None else self.days < days

    def is_over(self, days: int) -> bool | None:
        return None if self.days is None else self.days > days

    def __str__(self) -> str:
        if self.days is None or self.fill_days is None:
            valid = f" (may be filled for {self.valid_days} days)" if self.valid_days is not None else ""
            return UNKNOWN + valid
        if not self.refills:
            return _in_days(self.days)
        refills = f"{self.refills} refill{'s' if self.refills > 1 else ''}"
        return f"{_in_days(self.fill_days)} with {refills}, {_in_days(self.days)} in all"


def length_of(draft: MedicationRequest, as_of: date) -> Length:
    """Refills count: an order of 7 days with 3 refills allows for 28. In schedule II there are none (21 USC 829(a))."""
    one = _one_fill(draft, as_of)
    refills = refills_of(draft)[0]
    total = None if one is None else one * (1 + refills)
    return Length(total, one, refills, _valid_days(draft, as_of))


def _one_fill(draft: MedicationRequest, as_of: date) -> Decimal | None:
    exact = draft.supply.days
    if exact is not None and exact > 0:
        # Hours and weeks are brought to days by division: 168 hours are 7 days and no more.
        return min(exact, _LONGEST).quantize(_FINEST)
    counted, _ = days_of(draft.supply, draft.dosage, draft.product)
    return Decimal(counted) if counted is not None else _by_bounds(draft, as_of)


def _by_bounds(draft: MedicationRequest, as_of: date) -> Decimal | None:
    if draft.ends is None:
        return None
    first = draft.starts.first if draft.starts else as_of
    days = (draft.ends.last - first).days + 1
    return Decimal(days) if days > 0 else None


def _valid_days(draft: MedicationRequest, as_of: date) -> int | None:
    until = draft.supply.valid_until
    if until is None:
        return None
    first = draft.supply.valid_from.first if draft.supply.valid_from else as_of
    return (until.last - first).days + 1


def _in_days(count: Decimal) -> str:
    return "1 day" if count == 1 else f"{plain(count)} days"
