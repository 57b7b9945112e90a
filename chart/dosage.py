"""The dosage of a prescription: an amount a day, low and high, or an honest "cannot tell, because"."""

from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from chart.dose_parts import Part, plural, read_part
from chart.dose_steps import Plan, least, plan
from chart.dose_times import plain
from chart.dose_units import (
    MG,
    ML,
    UNIT,
    CannotTell,
    Measure,
    check_form,
    check_number,
    decimal,
    measure,
    noun_of,
    strength_of,
)
from chart.instructions import Instruction, Quantity
from chart.medications import Certainty, Dosage, DoseStep, Form, Product, Supply
from chart.sig import read_sig

STRUCTURED, WORDS, SUPPLY = "structured dosage", "directions text", "quantity and days of supply"
_TOLERANCE = Fraction(5, 4)  # more than a quarter apart is a disagreement


# A monthly order has the same directions for years: most of a chart is read once.
@lru_cache(maxsize=4096)
def read_dosage(instructions: tuple[Instruction, ...], product: Product) -> Dosage:
    """Structured elements first, the words where those say nothing; the higher where the two disagree."""
    if not instructions:
        return Dosage(cannot_tell="no directions are recorded")
    text = _recorded_text(instructions)
    try:
        structured = _planned([read_part(i, product) for i in instructions], product)
    except CannotTell as refusal:
        if refusal.final:
            return Dosage(cannot_tell=refusal.reason, text=text)
        return _read_words_only(instructions, product, text, refusal.reason)
    told = Dosage(structured.steps, "", structured.certainty, text, STRUCTURED, structured.notes)
    if not text:
        return replace(told, text="; then ".join(step.basis for step in told.steps))
    return _checked_against_words(told, instructions, product)


def dosage_by_supply(supply: Supply, product: Product) -> Dosage | None:
    """Quantity over days of supply; None when either is not recorded."""
    if supply.quantity is None or supply.days is None:
        return None
    try:
        check_number(Quantity(supply.quantity), "quantity")
        check_number(Quantity(supply.days), "length of supply")
        if supply.quantity <= 0 or supply.days <= 0:
            return None
        amount = _supplied(supply, product)
        days = measure(Quantity(supply.days), "length of supply").value
    except CannotTell as refusal:
        return Dosage(cannot_tell=refusal.reason, read_from=SUPPLY)
    a_day = decimal(amount.value / days)
    unit = amount.kind or UNIT
    noun = plural(noun_of(product, (amount.noun,)), amount.value) if unit == UNIT else unit
    basis = f"{plain(decimal(amount.value))} {noun} for {plain(supply.days)} days"
    notes = (
        ("the quantity does not say how many patches are worn together",)
        if product.form is Form.PATCH
        else ()
    )
    step = DoseStep(a_day, a_day, unit, basis=basis)
    return Dosage((step,), "", Certainty.MEDIUM, basis, SUPPLY, notes)


def _supplied(supply: Supply, product: Product) -> Measure:
    amount = measure(Quantity(supply.quantity, supply.unit), "quantity")
    bare = amount.kind == "" or (amount.kind == UNIT and not amount.noun)
    if amount.kind not in (UNIT, ML, ""):
        raise CannotTell("the quantity supplied is not a number of units or mL")
    if bare and product.form is Form.SPRAY:
        # "1 each" of a nasal spray is a bottle, "2" may be bottles or doses.
        raise CannotTell("the quantity of a spray may be bottles or sprays")
    check_form(amount, product)
    return amount


def _planned(parts: list[Part], product: Product) -> Plan:
    return plan(parts, product)


def _read_words_only(
    instructions: tuple[Instruction, ...], product: Product, text: str, reason: str
) -> Dosage:
    try:
        read = _plan_of_words(instructions, product)
    except CannotTell as refusal:
        # Where there was nothing structured at all, the words' own reason is the useful one.
        if text and not any(i.doses or not i.timing.is_empty for i in instructions):
            reason = refusal.reason
        return Dosage(cannot_tell=reason, text=text)
    certainty = least((read.certainty, Certainty.MEDIUM))
    return Dosage(read.steps, "", certainty, text, WORDS, read.notes)


def _plan_of_words(instructions: tuple[Instruction, ...], product: Product) -> Plan:
    """Each different text once: EHRs repeat the whole directions on every instruction."""
    parts: list[Part] = []
    seen: set[str] = set()
    for instruction in instructions:
        words = instruction.text or instruction.patient_text
        if not words:
            parts.append(read_part(instruction, product))
        elif words not in seen:
            seen.add(words)
            parts.extend(_parts_of_words(instruction, words, product))
    if len(seen) > 1 and _has_steps_of_its_own(parts, instructions):
        raise CannotTell("several instructions are recorded and one of them has steps of its own")
    return plan(parts, product)


def _parts_of_words(instruction: Instruction, words: str, product: Product) -> list[Part]:
    reading = read_sig(words)
    if reading.cannot_tell:
        raise CannotTell(reading.cannot_tell)
    alone = len({i.sequence for i in reading.instructions}) == 1
    return [read_part(_in_context(read, instruction, alone), product) for read in reading.instructions]


def _in_context(read: Instruction, recorded: Instruction, alone: bool) -> Instruction:
    """What was read from the words, with what the record says around them."""
    timing = read.timing
    if alone and timing.bounds_days is None:
        around = recorded.timing
        timing = replace(
            timing, bounds_days=around.bounds_days, bounds_from=around.bounds_from, bounds_to=around.bounds_to
        )
    return replace(
        read,
        sequence=recorded.sequence if alone else read.sequence,
        text=recorded.text or recorded.patient_text,
        as_needed=read.as_needed or recorded.as_needed,
        timing=timing,
        max_per_period=read.max_per_period or recorded.max_per_period,
        max_per_administration=read.max_per_administration or recorded.max_per_administration,
        has_modifier=recorded.has_modifier,
    )


def _has_steps_of_its_own(parts: list[Part], instructions: tuple[Instruction, ...]) -> bool:
    return {p.instruction.sequence for p in parts} != {i.sequence for i in instructions}


def _checked_against_words(told: Dosage, instructions: tuple[Instruction, ...], product: Product) -> Dosage:
    try:
        words = _plan_of_words(instructions, product)
    except CannotTell:
        return told
    pair = _comparable(told.steps, words.steps, product)
    if pair is None or max(pair) <= min(pair) * _TOLERANCE:
        return told
    note = (
        f"the structured dosage ({told.steps[0].basis}) and the directions in words "
        f"({words.steps[0].basis}) differ; the higher is counted"
    )
    if pair[1] > pair[0]:
        return replace(
            told, steps=words.steps, certainty=Certainty.LOW, read_from=WORDS, notes=(*words.notes, note)
        )
    return replace(told, certainty=Certainty.LOW, notes=(*told.notes, note))


def _comparable(
    one: tuple[DoseStep, ...], other: tuple[DoseStep, ...], product: Product
) -> tuple[Fraction, Fraction] | None:
    """The most of each in one unit: patches by how many are worn, mixed units in mg where the strength is known."""
    if all(step.worn is not None for step in (*one, *other)):
        return max(Fraction(s.worn or 0) for s in one), max(Fraction(s.worn or 0) for s in other)
    if len({step.unit for step in (*one, *other)}) == 1:
        return max(Fraction(s.high) for s in one), max(Fraction(s.high) for s in other)
    in_mg = [_highest_mg(steps, product) for steps in (one, other)]
    return (in_mg[0], in_mg[1]) if in_mg[0] is not None and in_mg[1] is not None else None


def _highest_mg(steps: tuple[DoseStep, ...], product: Product) -> Fraction | None:
    amounts = []
    for step in steps:
        scale = Fraction(1) if step.unit == MG else strength_of(product, step.unit)
        if scale is None:
            return None
        amounts.append(Fraction(step.high) * scale)
    return max(amounts)


def _recorded_text(instructions: tuple[Instruction, ...]) -> str:
    texts = [i.text.strip() or i.patient_text.strip() for i in instructions]
    return "; ".join(dict.fromkeys(text for text in texts if text))
