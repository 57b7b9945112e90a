"""What a medication code or name is: ingredients, strength, form, classes, and how surely."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from chart.dose_forms import read_form, read_release, rxnorm_form
from chart.drug_classes import classes_of, is_cough_cold, is_opioid, schedule_of
from chart.medications import Certainty, DrugClass, Form, Ingredient, Product
from chart.product_names import Reading, read_name
from chart.product_tables import (
    ClassRow,
    ProductRow,
    class_codes,
    ingredient_codes,
    ingredients,
    opioid_products,
)
from chart.strengths import as_unit, find_strengths
from chart.terms import RXNORM, Concept

_PER = {"mg": "", "mg/mL": "mL", "mg/h": "h", "mg/actuation": "actuation"}
_PER_WORDS = {"ml", "l", "h", "hr", "hour", "hours", "actuation", "actuat", "spray"}
BY_PRODUCT, BY_INGREDIENT = "RxNorm product code", "RxNorm ingredient code"
BY_PARTS, BY_NAME, UNKNOWN = "listed ingredients", "name", "not recognised"


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a FHIR Medication's ingredient list; the units as recorded."""

    concept: Concept
    numerator: Decimal | None = None
    numerator_unit: str = ""
    denominator: Decimal | None = None
    denominator_unit: str = ""


def identify(concept: Concept, form: Concept | None = None, parts: tuple[Part, ...] = ()) -> Product:
    """Neither the order of codings nor the case or spacing of names changes the answer."""
    return _identify(
        frozenset(c.code for c in concept.codes if c.system == RXNORM),
        frozenset(filter(None, (concept.text, *(c.display for c in concept.codes)))),
        concept.text,
        _words(form),
        parts,
    )


def _words(form: Concept | None) -> str:
    if form is None:
        return ""
    return " ".join(sorted({form.text, *(c.display or c.code for c in form.codes)}))


@lru_cache(maxsize=4096)
def _identify(
    rxcuis: frozenset[str], names: frozenset[str], text: str, form_words: str, parts: tuple[Part, ...]
) -> Product:
    shown = text or min(names, default="")
    reading, differ = _best_reading(names, form_words)
    if rows := [opioid_products()[c] for c in sorted(rxcuis) if c in opioid_products()]:
        return _from_rows(rows, reading, bool(names))
    product = _from_classes([class_codes()[c] for c in sorted(rxcuis) if c in class_codes()], shown)
    if not product.is_recognised and parts:
        product = _from_parts(parts, reading, shown, form_words)
    if not product.is_recognised:
        coded = {ingredient_codes()[c] for c in rxcuis if c in ingredient_codes()}
        product = _from_ingredients(coded, reading, shown, product.classes, form_words)
    if reading is None:
        return product
    if not product.is_recognised:
        return _from_reading(reading, BY_NAME, shown, differ, product.classes)
    return _checked(product, reading, shown, differ)


def _best_reading(names: frozenset[str], form_words: str) -> tuple[Reading | None, tuple[str, ...]]:
    """The name that tells most, an opioid before all else; and a doubt when names speak of different opioids."""
    readings = [r for name in sorted(names) if (r := read_name(name, form_words)) is not None]
    if not readings:
        return None, ()
    opioids = {frozenset(filter(is_opioid, r.names)) for r in readings}
    differ = ("the names given do not agree",) if len(opioids) > 1 else ()
    return max(readings, key=_telling), differ


def _telling(reading: Reading) -> tuple[bool, int, bool, bool, bool]:
    return (
        any(map(is_opioid, reading.names)),
        sum(i.amount is not None for i in reading.ingredients),
        reading.form is not Form.UNKNOWN,
        reading.is_long_acting is not None,
        reading.is_certain,
    )


def _from_rows(rows: list[ProductRow], reading: Reading | None, has_name: bool) -> Product:
    """By code. Of several products coded for one medicine: the one its name tells, else the strongest."""
    row = max(rows, key=lambda r: (_agrees(r, reading), r.strength, r.rxcui))
    doubts = [row.suspicious, *_disagreements(row, reading, has_name)]
    if any((r.ingredient, r.strength, r.unit) != (row.ingredient, row.strength, row.unit) for r in rows):
        doubts.append("its codes name more than one product")
    made_of = (
        _ingredient(row.ingredient, row.strength, _PER[row.unit]),
        *(_ingredient(name, strength, _PER[row.unit]) for name, strength in row.others),
    )
    form = read_form(f"{row.name} {row.dose_form}".lower())
    product = _product(row.name, made_of, form, row.dose_form, row.is_long_acting, BY_PRODUCT)
    certainty = Certainty.MEDIUM if any(doubts) else Certainty.HIGH
    return replace(
        product,
        certainty=certainty,
        doubt=_joined((*doubts, product.doubt)),
        is_cough_cold=row.is_cough_cold,
        schedule="" if row.is_cough_cold else product.schedule,
    )


def _agrees(row: ProductRow, reading: Reading | None) -> bool:
    return reading is not None and row.ingredient in reading.names and not _strength_differs(row, reading)


def _disagreements(row: ProductRow, reading: Reading | None, has_name: bool) -> Iterable[str]:
    if reading is None:
        if has_name:
            yield f"the name does not mention {row.ingredient}, the code does"
    elif row.ingredient not in reading.names:
        yield f"the name says {' and '.join(sorted(reading.names))}, the code says {row.ingredient}"
    elif _strength_differs(row, reading):
        yield "the strength in the name is not the strength of the code"


def _strength_differs(row: ProductRow, reading: Reading) -> bool:
    named = next(i for i in reading.ingredients if i.name == row.ingredient)
    if named.amount is None or named.per != _PER[row.unit]:
        return False
    return abs(named.amount - row.strength) > row.strength * Decimal("0.02")


def _from_classes(rows: list[ClassRow], shown: str) -> Product:
    """By the code of a product outside the opioid table, whose own name there tells what it is."""
    listed = frozenset(c for row in rows for c in row.classes)
    for row in rows:
        if row.name and (reading := read_name(row.name)) is not None:
            product = _from_reading(reading, BY_PRODUCT, row.name, (), listed)
            return replace(product, certainty=Certainty.HIGH)
    if not rows:
        return Product(name=shown)
    classes = classes_of((), Form.UNKNOWN, "", listed)
    return Product(name=shown, classes=classes, known_by=BY_PRODUCT, certainty=Certainty.MEDIUM)


def _from_parts(parts: tuple[Part, ...], reading: Reading | None, shown: str, form_words: str) -> Product:
    """By a Medication's own ingredient list, with what only the name tells added."""
    made_of = [i for part in parts for i in _made_of(part)]
    if not made_of:
        return Product(name=shown)
    if reading is None:
        words = form_words.lower()
        form, release = read_form(words), read_release(words)
        return _product(shown, tuple(made_of), form, rxnorm_form(words), release, BY_PARTS)
    told = {i.name: i for i in _ingredients(reading)}
    made_of = [told.get(i.name, i) if i.strength is None else i for i in made_of]
    listed = {i.name for i in made_of}
    made_of += [i for name, i in told.items() if name not in listed]
    return _product(shown, tuple(made_of), reading.form, reading.dose_form, reading.is_long_acting, BY_PARTS)


def _made_of(part: Part) -> Iterable[Ingredient]:
    product = identify(part.concept)
    amount, per = _part_strength(part)
    if len(product.ingredients) == 1 and amount is not None:
        return (_ingredient(product.ingredients[0].name, amount, per),)
    return product.ingredients


def _part_strength(part: Part) -> tuple[Decimal | None, str]:
    if part.numerator is None:
        return None, ""
    unit = part.denominator_unit.strip("{}[] ").lower()
    text, size = f"{part.numerator:f} {part.numerator_unit.lower()}", part.denominator or Decimal(1)
    if unit in _PER_WORDS:
        text, size = f"{text}/{size:f} {unit}", Decimal(1)
    found = find_strengths(text)
    if not found or found[0].amounts[0] is None or not found[0].has_unit:
        return None, ""
    return found[0].amounts[0] / size, found[0].per


def _from_ingredients(
    coded: set[str],
    reading: Reading | None,
    shown: str,
    listed: frozenset[DrugClass],
    form_words: str,
) -> Product:
    """By ingredient codes, with strength and form from the name where it speaks of the same medicine."""
    if not coded:
        return Product(name=shown, classes=listed)
    if reading is not None and coded <= reading.names:
        return replace(_from_reading(reading, BY_INGREDIENT, shown, (), listed), certainty=Certainty.MEDIUM)
    made_of = tuple(_ingredient(name, None, "") for name in sorted(coded))
    words = form_words.lower()
    return _product(
        shown or " / ".join(sorted(coded)),
        made_of,
        read_form(words),
        rxnorm_form(words),
        read_release(words),
        BY_INGREDIENT,
        listed,
    )


def _from_reading(
    reading: Reading,
    known_by: str,
    shown: str,
    doubts: tuple[str, ...],
    listed: frozenset[DrugClass] = frozenset(),
) -> Product:
    product = _product(
        shown,
        _ingredients(reading),
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
        doubt=_joined((*doubts, *reading.doubts, product.doubt)),
    )


def _checked(product: Product, reading: Reading, shown: str, differ: tuple[str, ...]) -> Product:
    """A code is trusted before a name, but never so that an opioid in the name goes unseen."""
    coded = {i.name for i in product.ingredients}
    if coded & reading.names:
        return replace(product, doubt=_joined((product.doubt, *differ)))
    doubt = (
        f"the name says {' and '.join(sorted(reading.names))}, the code says {' and '.join(sorted(coded))}"
    )
    if not product.opioids and any(map(is_opioid, reading.names)):
        by_name = _from_reading(reading, BY_NAME, shown, (doubt, *differ))
        return replace(by_name, certainty=Certainty.LOW)
    return replace(product, certainty=Certainty.MEDIUM, doubt=_joined((product.doubt, doubt)))


def _product(
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


def _ingredients(reading: Reading) -> tuple[Ingredient, ...]:
    return tuple(_ingredient(i.name, i.amount, i.per) for i in reading.ingredients)


def _ingredient(name: str, amount: Decimal | None, per: str) -> Ingredient:
    row = ingredients().get(name)
    strength, unit = (None, "") if amount is None or per == "mg" else as_unit(amount, per)
    return Ingredient(name, row.rxcui if row else "", strength, unit, is_opioid(name))


def _joined(doubts: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(d for d in doubts if d))
