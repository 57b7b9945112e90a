"""One Product put together from ingredients and form, whatever they were known by."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from chart.drug_classes import classes_of, is_cough_cold, is_opioid, schedule_of
from chart.medications import Certainty, DrugClass, Form, Ingredient, Product
from chart.product_names import Reading
from chart.product_tables import ingredients
from chart.strengths import as_unit


def from_reading(
    reading: Reading,
    known_by: str,
    shown: str,
    doubts: tuple[str, ...],
    listed: frozenset[DrugClass] = frozenset(),
) -> Product:
    product = build(
        shown,
        ingredients_of(reading),
        reading.form,
        reading.dose_form,
        reading.is_long_acting,
        known_by,
        listed,
    )
    certain = reading.is_certain and not doubts
    return replace(
        product,
        certainty=Certainty.MEDIUM if certain else Certainty.LOW,
        doubt=joined((*doubts, *reading.doubts, product.doubt)),
    )


def build(
    name: str,
    made_of: tuple[Ingredient, ...],
    form: Form,
    dose_form: str,
    release: bool | None,
    known_by: str,
    listed: frozenset[DrugClass] = frozenset(),
) -> Product:
    classes = classes_of(made_of, form, dose_form, listed)
    return Product(
        name=_with_carisoprodol(name, made_of),
        ingredients=made_of,
        classes=classes,
        form=form,
        dose_form=dose_form,
        is_long_acting=release,
        known_by=known_by,
        certainty=Certainty.MEDIUM,
        doubt=_for_pain_or_oud(made_of, form, classes),
        schedule=schedule_of(made_of),
        is_cough_cold=is_cough_cold(made_of),
    )


def _with_carisoprodol(name: str, made_of: tuple[Ingredient, ...]) -> str:
    """Of the muscle relaxants the one to see at a glance beside an opioid (spec of CNS depressants)."""
    if any(i.name == "carisoprodol" for i in made_of) and "carisoprodol" not in name.lower():
        return f"{name} (carisoprodol)"
    return name


def _for_pain_or_oud(made_of: tuple[Ingredient, ...], form: Form, classes: frozenset[DrugClass]) -> str:
    unclear = [i for i in made_of if i.name == "buprenorphine" and i.strength is None]
    if unclear and len(made_of) == 1 and form is Form.UNKNOWN and DrugClass.MOUD in classes:
        return "may be for pain or for opioid use disorder: neither form nor strength is recorded"
    return ""


def ingredients_of(reading: Reading) -> tuple[Ingredient, ...]:
    return tuple(ingredient_of(i.name, i.amount, i.per) for i in reading.ingredients)


def ingredient_of(name: str, amount: Decimal | None, per: str) -> Ingredient:
    row = ingredients().get(name)
    strength, unit = (None, "") if amount is None or per == "mg" else as_unit(amount, per)
    return Ingredient(name, row.rxcui if row else "", strength, unit, is_opioid(name))


def joined(doubts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(d for d in doubts if d))
