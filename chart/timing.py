"""dosageInstruction as FHIR JSON -> typed instructions."""

from datetime import time
from decimal import Decimal

from chart.elements import (
    Doubts,
    Json,
    as_concept,
    as_concepts,
    as_number,
    as_object,
    as_objects,
    as_quantity,
    as_ratio,
    as_text,
    as_when,
)
from chart.instructions import Amount, Instruction, Quantity, Rate, Timing
from chart.repeated import Repeated

_DAYS_IN = {
    "s": Decimal(1) / 86400,
    "min": Decimal(1) / 1440,
    "h": Decimal(1) / 24,
    "d": Decimal(1),
    "wk": Decimal(7),
    "mo": Decimal(30),
    "a": Decimal(365),
}


def _read(value: object, doubts: Doubts) -> tuple[Instruction, ...]:
    if isinstance(value, str):  # met in practice: the directions as a bare string
        return (Instruction(text=value.strip()),)
    found = as_objects(value)
    if isinstance(value, list) and len(found) < len(value):
        doubts.add("part of its dosage could not be read")
    return tuple(_instruction(element, doubts) for element in found)


read_instructions = Repeated(_read)


def _instruction(element: Json, doubts: Doubts) -> Instruction:
    sequence = as_number(element.get("sequence"))
    reason = element.get("asNeededCodeableConcept")
    doses, rates = _doses(element)
    # R4 has one maxDosePerPeriod, later releases a list of them.
    limits = [r for m in as_objects(element.get("maxDosePerPeriod")) if (r := as_ratio(m))]
    return Instruction(
        sequence=int(sequence) if sequence is not None else None,
        text=as_text(element.get("text")),
        patient_text=as_text(element.get("patientInstruction")),
        additional=tuple(c.display for c in as_concepts(element.get("additionalInstruction")) if c.display),
        as_needed=element.get("asNeededBoolean") is True or bool(reason),
        as_needed_for=as_concept(reason).display if reason else "",
        timing=_timing(as_object(element.get("timing")), doubts),
        route=as_concept(element.get("route")),
        doses=doses,
        rates=rates,
        max_per_period=next(iter(limits), None),
        max_per_administration=as_quantity(element.get("maxDosePerAdministration")),
        has_modifier=bool(element.get("modifierExtension")),
    )


def _doses(element: Json) -> tuple[tuple[Amount, ...], tuple[Rate, ...]]:
    """doseAndRate of R4; STU3's doseQuantity and doseRange on the instruction itself are still sent."""
    doses, rates = [], []
    for part in as_objects(element.get("doseAndRate")) or [element]:
        concept = as_concept(part.get("type"))
        kind = next((c.code for c in concept.codes), concept.text).lower()
        span = as_object(part.get("doseRange"))
        if quantity := as_quantity(part.get("doseQuantity")):
            doses.append(Amount(quantity, quantity, kind))
        elif span:
            doses.append(Amount(as_quantity(span.get("low")), as_quantity(span.get("high")), kind))
        if ratio := as_ratio(part.get("rateRatio")):
            rates.append(Rate(ratio.numerator, ratio.denominator))
        elif quantity := as_quantity(part.get("rateQuantity")):
            rates.append(Rate(quantity))
        elif (span := as_object(part.get("rateRange"))) and (high := as_quantity(span.get("high"))):
            rates.append(Rate(high))
    return tuple(doses), tuple(rates)


def _timing(element: Json, doubts: Doubts) -> Timing:
    repeat = as_object(element.get("repeat"))
    bounds = as_object(repeat.get("boundsPeriod"))
    return Timing(
        code=as_concept(element.get("code")),
        events=tuple(w for e in _texts(element.get("event")) if (w := as_when(e, doubts))),
        count=_whole(repeat.get("count")),
        count_max=_whole(repeat.get("countMax")),
        bounds_from=as_when(bounds.get("start"), doubts),
        bounds_to=as_when(bounds.get("end"), doubts),
        bounds_days=_bounds_days(repeat),
        frequency=as_number(repeat.get("frequency")),
        frequency_max=as_number(repeat.get("frequencyMax")),
        period=as_number(repeat.get("period")),
        period_max=as_number(repeat.get("periodMax")),
        period_unit=as_text(repeat.get("periodUnit")),
        days_of_week=tuple(_texts(repeat.get("dayOfWeek"))),
        times_of_day=tuple(t for text in _texts(repeat.get("timeOfDay")) if (t := _time(text, doubts))),
        when=tuple(_texts(repeat.get("when"))),
    )


def _bounds_days(repeat: Json) -> Decimal | None:
    span = as_object(repeat.get("boundsRange"))
    length = as_quantity(repeat.get("boundsDuration")) or as_quantity(span.get("high")) or Quantity()
    factor = _DAYS_IN.get(length.code or length.unit)
    return length.value * factor if length.value is not None and factor is not None else None


def _texts(value: object) -> list[str]:
    """A list of strings; one string standing where a list belongs counts as a list of one."""
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _whole(value: object) -> int | None:
    number = as_number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def _time(text: str, doubts: Doubts) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        doubts.add("a time of day could not be read")
        return None
