"""value[x]: what an Observation, a component or an answer says."""

from decimal import Decimal

from chart.elements import (
    Json,
    absent_reason,
    as_concept,
    as_number,
    as_object,
    as_objects,
    as_quantity,
    as_text,
)
from chart.records import Value

# R4's extension, and the name R5 gave it.
_SCORES = ("ordinalValue", "itemWeight")


def read_value(element: Json) -> Value:
    """value[x] of an Observation, a component or an answer."""
    reason = _absence(element["dataAbsentReason"]) if "dataAbsentReason" in element else ""
    if quantity := as_quantity(element.get("valueQuantity")):
        return Value(quantity.value, quantity.unit or quantity.code, quantity.comparator, absent=reason)
    for name in ("valueInteger", "valueDecimal"):
        if (number := as_number(element.get(name))) is not None:
            return Value(number)
    for name in ("valueCodeableConcept", "valueCoding"):
        if name in element:
            concept = as_concept(element[name])
            return Value(_ordinal(element[name]), concept=concept, text=concept.display)
    if isinstance(element.get("valueBoolean"), bool):
        return Value(boolean=element["valueBoolean"])
    text = as_text(element.get("valueString")) or as_text(element.get("valueDateTime"))
    return Value(text=text, absent=reason or absent_reason(element, "valueString"))


def _absence(value: object) -> str:
    absent = as_concept(value)
    return next((c.code for c in absent.codes), absent.text)


def _ordinal(value: object) -> Decimal | None:
    """The score an answer carries: the ordinalValue extension of R4 or its R5 name itemWeight."""
    for holder in (as_object(value), *as_objects(as_object(value).get("coding"))):
        for extension in as_objects(holder.get("extension")):
            if as_text(extension.get("url")).endswith(_SCORES):
                return as_number(extension.get("valueDecimal"))
    return None
