"""Instructions of one prescription put together: taken at the same time they add, one after another they do not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from chart.dose_parts import Part
from chart.dose_units import MG, UNIT, CannotTell, decimal, strength_of
from chart.instructions import Timing
from chart.medications import Certainty, DoseStep, Product

UNITS_A_DAY = 20  # spec 3.2: more units a day than this lowers the certainty
_ORDER = (Certainty.LOW, Certainty.MEDIUM, Certainty.HIGH)


@dataclass(frozen=True, slots=True)
class Plan:
    steps: tuple[DoseStep, ...]
    certainty: Certainty
    notes: tuple[str, ...]


def plan(parts: list[Part], product: Product) -> Plan:
    """The steps of a prescription in order. Raises CannotTell when amounts taken together cannot be added."""
    stages = _dated(parts) or _numbered(parts)
    notes = [note for part in parts for note in part.notes]
    if stages:
        steps = [_together(stage, product) for stage in stages]
    elif _say_then(parts):
        steps = [_either(parts, product)]
        notes.append("the steps have no dates or lengths: the highest of them is counted")
    else:
        steps = [_together(parts, product)]
        if len({part.instruction.sequence for part in parts}) > 1:
            notes.append("numbered instructions without dates or lengths are counted as taken together")
    certainty = least(part.certainty for part in parts)
    if any(step.unit == UNIT and step.high > UNITS_A_DAY for step in steps):
        certainty = Certainty.LOW
        notes.append(f"more than {UNITS_A_DAY} a day is unusual")
    return Plan(tuple(steps), certainty, tuple(dict.fromkeys(notes)))


def least(certainties: Iterable[Certainty]) -> Certainty:
    return min(certainties, key=_ORDER.index)


def _dated(parts: list[Part]) -> list[list[Part]] | None:
    """Stages by their own dates, when every part has them and no two stages overlap."""
    spans = [(_first(p.instruction.timing), _last(p.instruction.timing)) for p in parts]
    distinct = sorted({(first, last or date.max) for first, last in spans if first})
    if len(distinct) < 2 or any(first is None for first, _ in spans):
        return None
    if any(later[0] <= earlier[1] for earlier, later in pairwise(distinct)):
        return None
    return [
        [p for p, (first, last) in zip(parts, spans, strict=True) if (first, last or date.max) == span]
        for span in distinct
    ]


def _numbered(parts: list[Part]) -> list[list[Part]] | None:
    """Stages by FHIR's sequence, when each but the last says how long it lasts."""
    numbers = {part.instruction.sequence for part in parts}
    if len(numbers) < 2 or None in numbers:
        return None
    stages = [
        [p for p in parts if p.instruction.sequence == n] for n in sorted(n for n in numbers if n is not None)
    ]
    if any(_days(p.instruction.timing) is None for stage in stages[:-1] for p in stage):
        return None
    if any(_first(p.instruction.timing) for p in parts):
        return None  # dated, and the dates overlap: they are in force together
    return stages


def _say_then(parts: list[Part]) -> bool:
    words = " ".join(f"{p.instruction.text} {p.instruction.patient_text}".lower() for p in parts)
    return len({p.instruction.sequence for p in parts}) > 1 and "then" in words.replace(",", " ").split()


def _together(parts: list[Part], product: Product) -> DoseStep:
    scales = _scales(parts, product)
    low = sum((p.low * s for p, s in zip(parts, scales, strict=True)), Fraction(0))
    high = sum((p.high * s for p, s in zip(parts, scales, strict=True)), Fraction(0))
    cap = parts[0].cap * scales[0] if parts[0].cap is not None and _share_a_maximum(parts) else high
    return _step(parts, min(low, cap), min(high, cap))


def _share_a_maximum(parts: list[Part]) -> bool:
    """One maximum written on every instruction limits them together."""
    stated = parts[0].instruction.max_per_period
    return all(p.cap is not None and p.instruction.max_per_period == stated for p in parts)


def _either(parts: list[Part], product: Product) -> DoseStep:
    scaled = list(zip(parts, _scales(parts, product), strict=True))
    return _step(parts, min(p.low * s for p, s in scaled), max(p.high * s for p, s in scaled), ", then ")


def _step(parts: list[Part], low: Fraction, high: Fraction, joined: str = " and ") -> DoseStep:
    worn = [p.worn for p in parts if p.worn is not None]
    days = [_days(p.instruction.timing) for p in parts]
    firsts = [first for p in parts if (first := _first(p.instruction.timing))]
    caps = dict.fromkeys(p.cap_words for p in parts if p.cap_words)
    return DoseStep(
        low=decimal(low),
        high=decimal(high),
        unit=parts[0].unit if len({p.unit for p in parts}) == 1 else MG,
        worn=decimal(sum(worn, Fraction(0))) if worn else None,
        as_needed=any(p.instruction.as_needed for p in parts),
        first=min(firsts, default=None),
        days=max((d for d in days if d is not None), default=None) if None not in days else None,
        basis=", ".join((joined.join(p.words for p in parts), *caps)),
    )


def _scales(parts: list[Part], product: Product) -> list[Fraction]:
    """What to multiply each part with to add them: 1 in one unit, else mg a unit or mL."""
    if len({part.unit for part in parts}) == 1:
        return [Fraction(1)] * len(parts)
    scales = [Fraction(1) if part.unit == MG else strength_of(product, part.unit) for part in parts]
    if None in scales:
        raise CannotTell("amounts taken together are recorded in units that cannot be added")
    return [scale for scale in scales if scale is not None]


def _first(timing: Timing) -> date | None:
    return timing.bounds_from.first if timing.bounds_from and timing.bounds_from.is_exact else None


def _last(timing: Timing) -> date | None:
    first, days = _first(timing), _days(timing)
    if first is None or days is None:
        return None
    return date.fromordinal(min(first.toordinal() + days - 1, date.max.toordinal()))


def _days(timing: Timing) -> int | None:
    """Whole days it lasts: a part of a day is a day."""
    if timing.bounds_days is not None and timing.bounds_days.is_finite() and 0 < timing.bounds_days < 100_000:
        return int(-(-timing.bounds_days // 1))
    if timing.bounds_from and timing.bounds_to:
        days = (timing.bounds_to.last - timing.bounds_from.first).days + 1
        return days if days > 0 else None
    return None
