"""What a medication code or name is: ingredients, strength, form, classes, and how surely."""

import re
from dataclasses import replace
from functools import lru_cache

from chart.dose_forms import read_form, read_release, rxnorm_form
from chart.drug_classes import classes_of, is_opioid
from chart.medications import Certainty, DrugClass, Form, Ingredient, Product
from chart.product_build import build, from_reading, ingredient_of, joined
from chart.product_names import Reading, read_name
from chart.product_parts import Part, PartRead, from_parts, part_strength
from chart.product_rows import BY_PRODUCT, from_rows
from chart.product_tables import ClassRow, class_codes, ingredient_codes, opioid_products
from chart.terms import RXNORM, Concept

__all__ = ["Part", "identify"]

_BY_INGREDIENT, _BY_NAME = "RxNorm ingredient code", "name"


_SAYS_OPIOID = re.compile(r"\b(?:opioid|opiate|narcotic)s?\b", re.IGNORECASE)
_SAYS_OTHERWISE = re.compile(
    r"\bnon|antagonist|reversal|withdraw|induced|screen|agreement|antidote", re.IGNORECASE
)


def identify(concept: Concept, form: Concept | None = None, parts: tuple[Part, ...] = ()) -> Product:
    """What `concept` is; `form` and `parts` are a FHIR Medication's own, used where code and name are silent.

    Neither the order of codings nor the case or spacing of names changes the answer.
    """
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
    reading, doubts = _best_reading(names, form_words)
    if rows := [opioid_products()[c] for c in sorted(rxcuis) if c in opioid_products()]:
        return from_rows(rows, reading, bool(names), doubts)
    classes = [class_codes()[c] for c in sorted(rxcuis) if c in class_codes()]
    coded = frozenset(ingredient_codes()[c] for c in rxcuis if c in ingredient_codes())
    listed = frozenset(c for row in classes for c in row.classes)
    product = (
        _from_class_names(classes, listed)
        or from_parts(_read(parts), reading, shown, form_words)
        or _from_ingredient_codes(coded, reading, shown, form_words, listed)
    )
    if product is not None:
        return _checked(product, reading, shown, doubts) if reading else product
    if reading is not None:
        return from_reading(reading, _BY_NAME, shown, doubts, listed)
    return _by_class_alone(shown, listed) if classes else _of_kind_alone(shown)


def _of_kind_alone(shown: str) -> Product:
    """ "Opioid pain medication (patient reported)": which one is not told, that it is one is."""
    if not _SAYS_OPIOID.search(shown) or _SAYS_OTHERWISE.search(shown):
        return Product(name=shown)
    return Product(
        name=shown,
        ingredients=(Ingredient("opioid, which one is not recorded", is_opioid=True),),
        classes=frozenset({DrugClass.OPIOID}),
        known_by=_BY_NAME,
        doubt="it says that it is an opioid, not which",
    )


def _best_reading(names: frozenset[str], form_words: str) -> tuple[Reading | None, tuple[str, ...]]:
    """The name that tells most, an opioid before all else; and a doubt when names speak of different opioids."""
    readings = [r for name in sorted(names) if (r := read_name(name, form_words)) is not None]
    if not readings:
        return None, ()
    opioids = {frozenset(filter(is_opioid, r.names)) for r in readings}
    return max(readings, key=_telling), ("the names given do not agree",) if len(opioids) > 1 else ()


def _telling(reading: Reading) -> tuple[bool, int, bool, bool, bool]:
    return (
        any(map(is_opioid, reading.names)),
        sum(i.amount is not None for i in reading.ingredients),
        reading.form is not Form.UNKNOWN,
        reading.is_long_acting is not None,
        reading.is_certain,
    )


def _from_class_names(rows: list[ClassRow], listed: frozenset[DrugClass]) -> Product | None:
    """By the code of a product outside the opioid table, whose own name there tells what it is."""
    for row in rows:
        if row.name and (reading := read_name(row.name)) is not None:
            product = from_reading(reading, BY_PRODUCT, row.name, (), listed)
            return replace(product, certainty=Certainty.HIGH)
    return None


def _by_class_alone(shown: str, listed: frozenset[DrugClass]) -> Product:
    classes = classes_of((), Form.UNKNOWN, "", listed)
    return Product(name=shown, classes=classes, known_by=BY_PRODUCT, certainty=Certainty.MEDIUM)


def _read(parts: tuple[Part, ...]) -> tuple[PartRead, ...]:
    return tuple(_made_of(part) for part in parts)


def _made_of(part: Part) -> tuple[Ingredient, ...]:
    found = identify(part.concept).ingredients
    amount, per = part_strength(part)
    if len(found) == 1 and amount is not None:
        return (ingredient_of(found[0].name, amount, per),)
    return found


def _from_ingredient_codes(
    coded: frozenset[str],
    reading: Reading | None,
    shown: str,
    form_words: str,
    listed: frozenset[DrugClass],
) -> Product | None:
    """By ingredient codes, with strength and form from the name where it speaks of the same medicine."""
    if not coded:
        return None
    if reading is not None and coded <= reading.names:
        product = from_reading(reading, _BY_INGREDIENT, shown, (), listed)
        return replace(product, certainty=Certainty.MEDIUM)
    made_of = tuple(ingredient_of(name, None, "") for name in sorted(coded))
    words = form_words.lower()
    told = (read_form(words), rxnorm_form(words), read_release(words))
    return build(shown or " / ".join(sorted(coded)), made_of, *told, _BY_INGREDIENT, listed)


def _checked(product: Product, reading: Reading, shown: str, doubts: tuple[str, ...]) -> Product:
    """A code is trusted before a name, but never so that an opioid in the name, or a class of the code, is lost."""
    coded = {i.name for i in product.ingredients}
    differs = (
        f"the name says {' and '.join(sorted(reading.names))}, the code says {' and '.join(sorted(coded))}"
    )
    if not product.opioids and any(map(is_opioid, reading.names)):
        by_name = from_reading(reading, _BY_NAME, shown, (differs, *doubts), product.classes)
        return replace(by_name, certainty=Certainty.LOW)
    if coded & reading.names:
        return replace(product, doubt=joined((product.doubt, *doubts)))
    return replace(product, certainty=Certainty.MEDIUM, doubt=joined((product.doubt, differs)))
