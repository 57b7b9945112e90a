"""Products and instructions for dosage tests in one line: say what matters, default the rest."""

from datetime import date, time
from decimal import Decimal
from typing import Any

from chart.instructions import Amount, Instruction, Quantity, Ratio, Timing
from chart.medications import Form, Ingredient, Product
from chart.terms import Code, Concept
from chart.when import When


def product(form: Form, strength: str | None = None, unit: str = "mg", *others: str) -> Product:
    """product(Form.SOLID, "5"): an opioid of that strength; `others` are further ingredients of 325 mg."""
    opioid = Ingredient("oxycodone", "7804", None if strength is None else Decimal(strength), unit, True)
    rest = tuple(Ingredient(name, strength=Decimal(325), unit="mg") for name in others)
    return Product("a medicine", (opioid, *rest), form=form)


TABLET = product(Form.SOLID, "5")
COMBINATION = product(Form.SOLID, "5", "mg", "acetaminophen")
SOLUTION = product(Form.ORAL_LIQUID, "1", "mg/mL")
PATCH = product(Form.PATCH, "25", "mcg/h")
FILM = product(Form.BUCCAL, "8")
SPRAY = product(Form.SPRAY, "4", "mg/actuation")
SUPPOSITORY = product(Form.SUPPOSITORY, "10")
INJECTION = product(Form.INJECTION, "2", "mg/mL")
UNKNOWN = Product("something")

PRODUCTS = {
    "tablet": TABLET,
    "combination": COMBINATION,
    "solution": SOLUTION,
    "patch": PATCH,
    "film": FILM,
    "spray": SPRAY,
    "suppository": SUPPOSITORY,
    "unknown": UNKNOWN,
}


def quantity(text: str) -> Quantity:
    """quantity("2 tablet") or quantity("2")."""
    number, _, unit = text.partition(" ")
    return Quantity(Decimal(number), unit)


def amount(text: str, kind: str = "") -> Amount:
    """amount("2 tablet"), or a range: amount("1 tablet - 2 tablet")."""
    low, _, high = text.partition(" - ")
    return Amount(quantity(low), quantity(high or low), kind)


def timing(often: str = "", **more: Any) -> Timing:
    """timing("3 / 1 d"), timing("1-2 / 4-6 h"); anything else by name."""
    if not often:
        return Timing(**more)
    times, _, rest = often.partition(" / ")
    period, _, unit = rest.partition(" ")
    (few, _, many), (short, _, long) = times.partition("-"), period.partition("-")
    return Timing(
        frequency=Decimal(few),
        frequency_max=Decimal(many) if many else None,
        period=Decimal(short),
        period_max=Decimal(long) if long else None,
        period_unit=unit,
        **more,
    )


def dose(of: str, often: str = "", **more: Any) -> Instruction:
    """dose("2 tablet", "3 / 1 d", as_needed=True, when=("HS",)): timing's names go to the timing."""
    parts = {name: more.pop(name) for name in list(more) if name in Timing.__dataclass_fields__}
    doses = (amount(of),) if of else ()
    return Instruction(doses=doses, timing=timing(often, **parts), **more)


def at_most(text: str, per: str = "1 d") -> Ratio:
    return Ratio(quantity(text), quantity(per))


def code(value: str, system: str = "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation") -> Concept:
    return Concept((Code(system, value),))


def days(*iso: str) -> tuple[When, ...]:
    return tuple(When.of(date.fromisoformat(day)) for day in iso)


def clock(*hours: int) -> tuple[time, ...]:
    return tuple(time(hour) for hour in hours)
