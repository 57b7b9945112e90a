"""One instruction of a prescription as an amount a day: dose times how often, within its stated maximum."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chart.dose_times import Times, number_range, period_in_days, plain, says_nothing, times_a_day
from chart.dose_units import (
    DOSES,
    MG,
    ML,
    PATCH_RATE,
    UNIT,
    CannotTell,
    Measure,
    check_form,
    check_number,
    decimal,
    measure,
    noun_of,
    patch_strength,
    strength_of,
)
from chart.instructions import Amount, Instruction, Quantity, Rate, Ratio
from chart.medications import Certainty, Form, Product

_ADMINISTRATIONS_A_DAY = 24  # more is more likely a slip of the record than a schedule
_PLURALS = {"patch": "patches", "suppository": "suppositories"}


@dataclass(frozen=True, slots=True)
class Dose:
    """What one administration is, in `kind` (unit, mg or mL)."""

    low: Fraction
    high: Fraction
    kind: str
    words: str
    certainty: Certainty = Certainty.HIGH
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One instruction's amount a day in `unit`; `cap` is the stated maximum a day in the same unit."""

    instruction: Instruction
    low: Fraction
    high: Fraction
    unit: str
    words: str
    worn: Fraction | None = None
    cap: Fraction | None = None
    cap_words: str = ""
    certainty: Certainty = Certainty.HIGH
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cap:
    amount: Fraction | None = None
    words: str = ""
    note: str = ""


def read_part(instruction: Instruction, product: Product) -> Part:
    """Raises CannotTell with the reason."""
    if instruction.has_modifier:
        raise CannotTell("the record carries a modifier that is not known here", final=True)
    dose = _limited(_dose(instruction, product), instruction)
    cap = _cap(instruction, dose, product)
    times = _times(instruction, dose, cap)
    if product.form is Form.PATCH:
        return _worn(instruction, dose, times, cap)
    high, low = dose.high * times.high, dose.low * times.low
    if cap.amount is not None:
        high, low = min(high, cap.amount), min(low, cap.amount)
    return _part(instruction, dose, times, cap, (Fraction(0) if instruction.as_needed else low, high))


def _part(
    instruction: Instruction, dose: Dose, times: Times, cap: _Cap, amounts: tuple[Fraction, Fraction]
) -> Part:
    often = times.high > _ADMINISTRATIONS_A_DAY
    notes = (f"{plain(decimal(times.high))} times a day is unusual",) if often else ()
    return Part(
        instruction,
        *amounts,
        dose.kind,
        f"{dose.words} {times.words}".strip() + (" as needed" if instruction.as_needed else ""),
        cap=cap.amount,
        cap_words=cap.words,
        certainty=Certainty.LOW if often else dose.certainty,
        notes=(*dose.notes, *times.notes, *((cap.note,) if cap.note else ()), *notes),
    )


def _worn(instruction: Instruction, dose: Dose, times: Times, cap: _Cap) -> Part:
    """A patch acts for as long as it is worn: how often it is changed says only how many are used up."""
    low = Fraction(0) if instruction.as_needed else dose.low * min(times.low, times.average)
    used = dose.high * times.average
    part = _part(instruction, dose, times, cap, (low, used if cap.amount is None else min(used, cap.amount)))
    certainty, notes = part.certainty, tuple(n for n in part.notes if "average day" not in n)
    if dose.high.denominator != 1:
        certainty, notes = (
            Certainty.LOW,
            (*notes, "part of a patch is recorded: patches are not meant to be cut"),
        )
    return Part(
        instruction, part.low, part.high, UNIT, part.words, dose.high, certainty=certainty, notes=notes
    )  # fmt: skip


def _dose(instruction: Instruction, product: Product) -> Dose:
    if instruction.rates and product.form is not Form.PATCH:
        raise CannotTell("an infusion rate is recorded", final=True)
    if not instruction.doses and instruction.rates:
        return _patch_dose(_rate(instruction.rates[0]), product)
    return _amount(_chosen(instruction.doses), product)


def _chosen(doses: tuple[Amount, ...]) -> Amount:
    """The dose that was ordered: EHRs add one calculated from weight or converted for the pharmacy."""
    ordered = [d for d in doses if d.kind.strip().lower() in ("", "ordered")] or list(doses)
    for end in (end for dose in ordered for end in (dose.low, dose.high)):
        check_number(end)
    distinct = {(d.low, d.high): d for d in ordered}
    if not distinct:
        raise CannotTell("no dose is recorded")
    if len(distinct) > 1:
        raise CannotTell("more than one dose is recorded for the same time")
    return next(iter(distinct.values()))


def _amount(amount: Amount, product: Product) -> Dose:
    if amount.high is None or (amount.high.value is None and amount.low is not None and amount.low.value):
        raise CannotTell(
            "the highest dose of the range is not recorded" if amount.low else "no dose is recorded"
        )
    high = measure(amount.high)
    check_form(high, product)
    low = _low_end(amount, high)
    low, high = min(low, high, key=_value), max(low, high, key=_value)
    if high.value == 0:
        raise CannotTell("a dose of 0 is recorded", final=True)
    if product.form is Form.PATCH and high.kind in (MG, PATCH_RATE):
        return _patch_dose(high, product)
    kind = high.kind or UNIT
    certainty = Certainty.HIGH if high.kind else Certainty.MEDIUM
    notes = (
        ()
        if high.kind
        else (f"no unit is recorded for the dose; it is taken as {plural(noun_of(product), Fraction(2))}",)
    )
    return Dose(low.value, high.value, kind, _dose_words(low, high, amount.high, product), certainty, notes)


def _low_end(amount: Amount, high: Measure) -> Measure:
    if amount.low is None or amount.low.value is None:
        return Measure(Fraction(0), high.kind, high.noun)
    low = measure(amount.low)
    if low.kind == "":
        # One unit written for both ends of a range; scale the bare number as the other end is scaled.
        low = measure(Quantity(amount.low.value, amount.high.unit, amount.high.code)) if amount.high else low
    if low.kind != high.kind:
        raise CannotTell("the ends of the dose range are in different units")
    return low


def _value(end: Measure) -> Fraction:
    return end.value


def _dose_words(low: Measure, high: Measure, recorded: Quantity, product: Product) -> str:
    if high.kind in (UNIT, ""):
        noun = noun_of(product, (high.noun,))
        return f"{number_range(decimal(low.value), decimal(high.value))} {plural(noun, high.value)}"
    scale = high.value / Fraction(recorded.value or 1)
    unit = recorded.unit or recorded.code
    return f"{number_range(decimal(low.value / scale), decimal(high.value / scale))} {unit}"


def plural(noun: str, number: Fraction) -> str:
    return noun if number <= 1 else _PLURALS.get(noun, f"{noun}s")


def _rate(rate: Rate) -> Measure:
    per = rate.per
    if per is None or (per.value == 1 and (per.code or per.unit).lower() in ("h", "hr", "hour")):
        unit = (rate.amount.code or rate.amount.unit).lower().removesuffix("/h").removesuffix("/hr")
        return measure(Quantity(rate.amount.value, f"{unit}/h", "", "", rate.amount.comparator), "rate")
    raise CannotTell("an infusion rate is recorded", final=True)


def _patch_dose(rate: Measure, product: Product) -> Dose:
    """A patch recorded by its rate ("25 mcg/h", or "25 mcg"): how many patches of this strength that is."""
    strength = patch_strength(product)
    if strength is None or rate.kind not in (MG, PATCH_RATE) or rate.value <= 0:
        raise CannotTell("the patch is recorded by its rate and the product's strength is not known")
    number = rate.value / strength
    shown = number_range(decimal(number), decimal(number))
    note = "the dose is recorded as the patch's rate"
    return Dose(number, number, UNIT, f"{shown} {plural('patch', number)}", Certainty.MEDIUM, (note,))


def _limited(dose: Dose, instruction: Instruction) -> Dose:
    if instruction.max_per_administration is None:
        return dose
    most = measure(instruction.max_per_administration, "maximum")
    if (most.kind or UNIT) != dose.kind or most.value == 0:
        return Dose(
            dose.low, dose.high, dose.kind, dose.words, dose.certainty,
            (*dose.notes, "a maximum for one dose is recorded in another unit and was not applied"),
        )  # fmt: skip
    low, high = min(dose.low, most.value), min(dose.high, most.value)
    return Dose(low, high, dose.kind, dose.words, dose.certainty, dose.notes)


def _times(instruction: Instruction, dose: Dose, cap: _Cap) -> Times:
    """How often; where only a maximum a day is stated, anything from none to that maximum."""
    try:
        return times_a_day(instruction.timing)
    except CannotTell:
        if cap.amount is None or not says_nothing(instruction.timing):
            raise
    most = cap.amount / dose.high
    return Times(Fraction(0), most, most, "")


def _cap(instruction: Instruction, dose: Dose, product: Product) -> _Cap:
    if instruction.max_per_period is None:
        return _Cap()
    try:
        return _read_cap(instruction.max_per_period, dose, product)
    except CannotTell as refusal:
        if refusal.final:
            raise
        return _Cap(note="a maximum is recorded that could not be read; it was not applied")


def _read_cap(ratio: Ratio, dose: Dose, product: Product) -> _Cap:
    most = measure(ratio.numerator, "maximum")
    per = ratio.denominator
    days = period_in_days(per.value if per.value is not None else Decimal(1), per.code or per.unit)
    words = _cap_words(most, ratio.numerator, days, product)
    if most.value == 0:
        return _Cap(note="a maximum of 0 is recorded and was not applied")
    if most.kind == DOSES:
        return _Cap(most.value / days * dose.high, words)
    if (most.kind or UNIT) == dose.kind:
        return _Cap(most.value / days, words)
    strength = strength_of(product, dose.kind if most.kind == MG else most.kind)
    if strength is None or {most.kind, dose.kind} == {UNIT, ML}:
        return _Cap(
            note=f"a maximum of {words.removeprefix('at most ')} is recorded in another unit: not applied"
        )
    return _Cap((most.value / strength if most.kind == MG else most.value * strength) / days, words)


def _cap_words(most: Measure, recorded: Quantity, days: Fraction, product: Product) -> str:
    number = plain(recorded.value or Decimal(0))
    noun = (
        plural(noun_of(product, (most.noun,)), most.value)
        if most.kind == UNIT
        else recorded.unit or recorded.code
    )
    period = {Fraction(1): "a day", Fraction(7): "a week"}.get(days, f"in {plain(decimal(days * 24))} hours")
    return " ".join(f"at most {number} {noun} {period}".split())
