"""A draft order with a shorter supply: the whole order as it was sent, days, quantity and directions in step."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from cds.hooks.requests import Json
from chart.elements import as_number, as_object, as_text
from chart.medications import MedicationRequest
from rules.supply import refills_of

_A_DAY = {"value": 1, "unit": "day", "system": "http://unitsofmeasure.org", "code": "d"}


def shortened(as_sent: Json, draft: MedicationRequest, most: int) -> tuple[str, str, Json] | None:
    """Label, what it does and the order. None where the length is not known, or a shorter one would cut a plan off."""
    dispense = as_object(as_sent.get("dispenseRequest"))
    quantity = as_number(as_object(dispense.get("quantity")).get("value"))
    days = draft.supply.days or _days_of(quantity, draft)
    if days is None or len(draft.dosage.steps) > 1:
        return None  # half of a taper is a sudden stop
    if days <= most:
        return _without_refills(as_sent, dispense) if days * (1 + refills_of(draft)[0]) > most else None
    changed: dict[str, Any] = {**dispense, "expectedSupplyDuration": {**_A_DAY, "value": most}}
    if quantity is not None:
        fewer = _fewer(quantity, days, draft, most)
        if fewer < 1:
            return None
        changed["quantity"] = {**dispense["quantity"], "value": fewer}
    if dispense.get("numberOfRepeatsAllowed"):
        changed["numberOfRepeatsAllowed"] = 0
    what = f"Changes the supply of this draft order to {most} days, without refills."
    return (
        f"Shorten the supply to {most} days",
        what,
        {**_directed(as_sent, most), "dispenseRequest": changed},
    )


def _without_refills(as_sent: Json, dispense: Json) -> tuple[str, str, Json]:
    what = "Takes the refills off this draft order; the first supply stays as it is."
    return (
        "Remove the refills",
        what,
        {**as_sent, "dispenseRequest": {**dispense, "numberOfRepeatsAllowed": 0}},
    )


def _fewer(quantity: Decimal, days: Decimal, draft: MedicationRequest, most: int) -> int:
    """Whole units, rounded down, so that it never lasts longer than said; never more than the directions use."""
    a_day = _a_day(draft)
    share = quantity * most / days
    return int(share if a_day is None else min(share, a_day * most))


def _days_of(quantity: Decimal | None, draft: MedicationRequest) -> Decimal | None:
    a_day = _a_day(draft)
    return None if quantity is None or a_day is None else quantity / a_day


def _a_day(draft: MedicationRequest) -> Decimal | None:
    """The most units a day by the directions; patches are worn and not counted so."""
    steps = draft.dosage.steps
    return steps[0].high or None if len(steps) == 1 and steps[0].unit == "unit" else None


def _directed(as_sent: Json, most: int) -> Json:
    """Directions that say for how many days, brought in step; their words stay the prescriber's."""
    given = as_sent.get("dosageInstruction")
    if not isinstance(given, list):
        return as_sent
    return {**as_sent, "dosageInstruction": [_for_days(one, most) for one in given]}


def _for_days(instruction: Any, most: int) -> Any:
    timing = as_object(as_object(instruction).get("timing"))
    repeat = as_object(timing.get("repeat"))
    period = as_object(repeat.get("boundsPeriod"))
    if "boundsDuration" in repeat:
        bounds = {"boundsDuration": {**_A_DAY, "value": most}}
    elif end := _last_day(as_text(period.get("start")), most):
        bounds = {"boundsPeriod": {**period, "end": end}}
    else:
        return instruction
    return {**instruction, "timing": {**timing, "repeat": {**repeat, **bounds}}}


def _last_day(start: str, most: int) -> str:
    try:
        return (date.fromisoformat(start[:10]) + timedelta(days=most - 1)).isoformat()
    except (ValueError, OverflowError):
        return ""
