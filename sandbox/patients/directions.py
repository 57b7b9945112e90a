"""One patient whose opioid orders are written in every shape of directions an EHR sends."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sandbox.patients.build import appointment, condition, patient
from sandbox.patients.draft import Draft, PracticePatient, Resource
from sandbox.patients.medicines import UNITS, Directions, request
from sandbox.patients.visits import background, monitoring, peg, visits

NAME = "ottoline-brightwater-sesay"
GTS = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation"
MG: Resource = {"unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}
PLAIN = Directions("", a_day=1)  # only for the unit of the quantity supplied


def ottoline_brightwater(today: date) -> PracticePatient:
    p = patient(today, "Ottoline Brightwater-Sesay", "female", 46)
    background(p)
    condition(p, "chronic pain")
    visits(p, 30, 120)
    monitoring(p, agreement=100)
    peg(p, 30, 5, 5, 5)
    _structured(p)
    _in_steps(p)
    _in_words(p)
    _not_to_be_told(p)
    appointment(p, 1, "16:20", "Medication review with the pharmacist")
    return p.done(
        "Directions in every shape an EHR sends, one order each: how each is read, and which cannot be told and why.",
        "POP-03", "PV-14",
    )  # fmt: skip


def _structured(p: Draft) -> None:
    up_to_six = {"maxDosePerPeriod": {"numerator": _count(6), "denominator": {"value": 1, "unit": "d"}}}
    _order(p, "oxycodone 5", _dose(2, least=1, period=4, periodMax=6, unit="h") | _when_needed() | up_to_six)
    _order(p, "tapentadol 50", _dose(1, frequency=2, frequencyMax=3))
    _order(p, "oxycodone 10", _dose(1, period=6, unit="h") | _when_needed())
    _order(p, "methadone 10", _dose(1, period=2))
    _order(p, "morphine 15", {"timing": {"code": _abbreviation("TID")}, "doseAndRate": _amount(1)})
    _order(p, "morphine ER 15", _timed(1, when=["MORN", "HS"], frequency=None))
    _order(p, "codeine 15", _timed(1, frequency=1, period=1, periodUnit="d", dayOfWeek=["mon", "thu"]))
    _order(p, "morphine liquid 10 mg/mL", {**_dose(1, period=6, unit="h"), "doseAndRate": _amount(5, MG)})
    patches = {**_dose(2, period=72, unit="h"), "doseAndRate": _amount(2, UNITS["patch"])}
    _order(p, "fentanyl patch 12", patches)


def _in_steps(p: Draft) -> None:
    """What adds up, and what follows one upon the other."""
    morning, night = _timed(2, when=["MORN"], frequency=None), _timed(1, when=["HS"], frequency=None)
    _order(p, "morphine ER 30", morning, night)
    steps = [_step(n, amount) for n, amount in enumerate((3, 2, 1), 1)]
    _order(p, "tramadol 50", *steps, ago=3, days=21)


def _in_words(p: Draft) -> None:
    _order(
        p, "hydrocodone-acetaminophen 5-325", {"text": "1-2 tabs PO q4-6h prn pain, do not exceed 6 tabs/day"}
    )
    _order(p, "oxycodone-acetaminophen 5-325", {"patientInstruction": "Take one tablet twice a day"})
    _order(p, "hydrocodone-acetaminophen 7.5-325", days=30)


def _not_to_be_told(p: Draft) -> None:
    _order(p, "oxycodone liquid 1 mg/mL", {"text": "Use as directed; see bottle"})
    _order(
        p, "codeine-acetaminophen 30-300", {"asNeededBoolean": True, "timing": {"repeat": {"frequency": 1}}}
    )
    rate = {"rateQuantity": {"value": 1, "unit": "mg/h", "system": MG["system"], "code": "mg/h"}}
    _order(p, "morphine liquid 2 mg/mL", {"text": "Continuous, 1 mg/h", "doseAndRate": [rate]})


def _order(p: Draft, what: str, *instructions: Resource, ago: int = 20, days: int | None = None) -> None:
    """Days of supply only where they are the only thing to go by, or belong to the steps."""
    quantity = 2 * (days or 30)
    request(p, what, PLAIN, ago, quantity=quantity, days=days, dosageInstruction=list(instructions))


def _dose(most: float, *, least: float | None = None, unit: str = "d", **repeat: Any) -> Resource:
    timing = {"frequency": 1, "period": 1, "periodUnit": unit, **repeat}
    if least is None:
        return {"timing": {"repeat": timing}, "doseAndRate": _amount(most)}
    reach = {"doseRange": {"low": _count(least), "high": _count(most)}}
    return {"timing": {"repeat": timing}, "doseAndRate": [reach]}


def _timed(amount: float, **repeat: Any) -> Resource:
    kept = {name: value for name, value in repeat.items() if value is not None}
    return {"timing": {"repeat": kept}, "doseAndRate": _amount(amount)}


def _step(number: int, amount: int) -> Resource:
    bounds = {"boundsDuration": {"value": 7, "unit": "d", "system": MG["system"], "code": "d"}}
    timing = {"repeat": {**bounds, "frequency": 3, "period": 1, "periodUnit": "d"}}
    return {"sequence": number, "timing": timing, "doseAndRate": _amount(amount)}


def _amount(value: float, unit: Resource | None = None) -> Sequence[Resource]:
    return [{"doseQuantity": _count(value, unit)}]


def _count(value: float, unit: Resource | None = None) -> Resource:
    return {"value": value, **(unit or UNITS["tablet"])}


def _when_needed() -> Resource:
    return {"asNeededBoolean": True}


def _abbreviation(code: str) -> Resource:
    return {"coding": [{"system": GTS, "code": code}]}
