"""What a dose is counted in: units of the product, mg or mL, whichever way a record spells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chart.instructions import Quantity
from chart.medications import Form, Product

UNIT, MG, ML, DOSES = "unit", "mg", "mL", "dose"
PATCH_RATE = "mg/h"

COUNTED_FORMS = frozenset({Form.SOLID, Form.BUCCAL, Form.PATCH, Form.SUPPOSITORY, Form.SPRAY})
LIQUID_FORMS = frozenset({Form.ORAL_LIQUID, Form.INJECTION, Form.TOPICAL, Form.OTHER, Form.UNKNOWN})

# Spellings of counted things: common words, what stands inside a UCUM annotation ({tbl}, {actuat}), and the
# codes of HL7 v3 orderableDrugForm (TAB, CAP, FILM, ...). An empty noun says nothing about the form.
_COUNTED = {
    "tablet": "tab tabs tablet tablets tbl tbls tabl pill pills caplet caplets ortab ertab ertab12 ertab24 drtab "
    "ectab erectab chewtab disintab buctab srbuctab sltab",
    "capsule": "cap caps capsule capsules orcap ercap ercap12 ercap24 entcap erentcap",
    "film": "film films strip strips",
    "lozenge": "lozenge lozenges loz troche troches lollipop lollipops",
    "patch": "patch patches ptch tpatch tpath16 tpath24 tpath72 tpath2wk tpathwk",
    "spray": "spray sprays spry nasspry actuat actuation actuations puff puffs",
    "suppository": "supp supps recsupp suppository suppositories",
    "": "each ea unit units",
}
_NOUNS = {spelling: noun for noun, spellings in _COUNTED.items() for spelling in spellings.split()}
_NOUN_FORMS = {
    "tablet": {Form.SOLID, Form.BUCCAL, Form.OTHER, Form.UNKNOWN},
    "capsule": {Form.SOLID, Form.BUCCAL, Form.OTHER, Form.UNKNOWN},
    "film": {Form.BUCCAL, Form.SOLID, Form.OTHER, Form.UNKNOWN},
    "lozenge": {Form.BUCCAL, Form.SOLID, Form.OTHER, Form.UNKNOWN},
    "patch": {Form.PATCH, Form.OTHER, Form.UNKNOWN},
    "spray": {Form.SPRAY, Form.OTHER, Form.UNKNOWN},
    "suppository": {Form.SUPPOSITORY, Form.OTHER, Form.UNKNOWN},
}
_FORM_NOUNS = {
    Form.PATCH: "patch",
    Form.SPRAY: "spray",
    Form.SUPPOSITORY: "suppository",
}
_MEASURED = {
    **dict.fromkeys(("mg", "mgs", "milligram", "milligrams"), (MG, Fraction(1))),
    **dict.fromkeys(("mcg", "mcgs", "ug", "microgram", "micrograms"), (MG, Fraction(1, 1000))),
    **dict.fromkeys(("g", "gm", "gms", "gram", "grams"), (MG, Fraction(1000))),
    **dict.fromkeys(("ml", "mls", "cc", "ccs", "milliliter", "milliliters", "millilitre"), (ML, Fraction(1))),
    # Household spoons as US dosing devices are marked: 5 and 15 mL.
    **dict.fromkeys(
        ("tsp", "tsps", "teaspoon", "teaspoons", "teaspoonful", "teaspoonfuls"), (ML, Fraction(5))
    ),
    **dict.fromkeys(("tsp_us",), (ML, Fraction(5))),
    **dict.fromkeys(("tbsp", "tbsps", "tablespoon", "tablespoons", "tbs_us"), (ML, Fraction(15))),
    **dict.fromkeys(("tablespoonful", "tablespoonfuls"), (ML, Fraction(15))),
    **dict.fromkeys(("mcg/h", "mcg/hr", "ug/h", "ug/hr", "mcg/hour"), (PATCH_RATE, Fraction(1, 1000))),
    **dict.fromkeys(("mg/h", "mg/hr"), (PATCH_RATE, Fraction(1))),
    **dict.fromkeys(("dose", "doses", "time", "times", "administration"), (DOSES, Fraction(1))),
}
_NO_UNIT = frozenset({"", "1", "no", "none", "n/a", "unk", "{}"})


class CannotTell(Exception):
    """Why a dosage cannot be told, as a sentence without its full stop; `final` when no other text may replace it."""

    def __init__(self, reason: str, final: bool = False):
        super().__init__(reason)
        self.reason = reason
        self.final = final


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity in one of our kinds; `noun` is the counted thing as recorded, "" when not said."""

    value: Fraction
    kind: str  # UNIT, MG, ML, PATCH_RATE, DOSES, or "" when no unit is recorded
    noun: str = ""


def measure(quantity: Quantity, what: str = "dose") -> Measure:
    """Read a quantity's number and unit. Raises CannotTell with the reason."""
    value = _number(quantity, what)
    code, text = _spelling(quantity.code), _spelling(quantity.unit)
    by_code, by_text = _kind(code), _kind(text)
    if by_code and by_text and (by_code[0] != by_text[0] or by_code[1] != by_text[1]):
        raise CannotTell(
            f"the {what} unit is recorded both as {quantity.code} and as {quantity.unit}", final=True
        )
    known = by_code or by_text
    if known:
        noun = (by_text[2] if by_text else "") or known[2]
        return Measure(value * known[1], known[0], noun)
    if code in _NO_UNIT and text in _NO_UNIT:
        return Measure(value, "")
    raise CannotTell(f"the {what} unit is not one we can count: {quantity.unit or quantity.code}")


def kind_of(spelling: str) -> str | None:
    """The kind a unit belongs to; None for a word that is not one we count in."""
    known = _kind(_spelling(spelling))
    return known[0] if known else None


def noun_of(product: Product, recorded: Iterable[str] = ()) -> str:
    """The word people use for one unit of the product: "tablet", "patch", ..."""
    if named := next((noun for noun in recorded if noun), ""):
        return named
    form_words = product.dose_form.lower()
    named = next((noun for noun in _NOUN_FORMS if noun in form_words), "")
    return named or _FORM_NOUNS.get(product.form, "unit")


def check_form(dose: Measure, product: Product) -> None:
    """Raise CannotTell where the unit does not fit the product: mL of a tablet, tablets of a solution."""
    form = product.form
    if dose.kind == ML and form not in LIQUID_FORMS:
        raise CannotTell(f"the dose is in mL but the product is not a liquid ({form.value})", final=True)
    if dose.kind == UNIT and dose.noun and form not in _NOUN_FORMS[dose.noun]:
        raise CannotTell(
            f"the dose is counted in {dose.noun}s but the product is of another form", final=True
        )
    if dose.kind == UNIT and not dose.noun and form not in COUNTED_FORMS:
        raise CannotTell("the dose is counted in units and the product's form does not say of what")
    if dose.kind == "" and form not in COUNTED_FORMS:
        raise CannotTell("no unit is recorded for the dose and the product is not one that is counted")
    if dose.kind == DOSES:
        raise CannotTell("the dose is recorded only as a number of doses")
    if dose.kind == PATCH_RATE and form is not Form.PATCH:
        raise CannotTell("an infusion rate is recorded", final=True)


def strength_of(product: Product, unit: str) -> Fraction | None:
    """mg per counted unit or per mL when the product has exactly one ingredient, so that mg can mean only it."""
    if len(product.ingredients) != 1:
        return None
    ingredient = product.ingredients[0]
    if ingredient.strength is None or not _is_sane(ingredient.strength) or ingredient.strength <= 0:
        return None
    strength = Fraction(ingredient.strength)
    if unit == UNIT and ingredient.unit in ("mg", "mg/actuation"):
        return strength
    if unit == UNIT and ingredient.unit == "mcg":
        return strength / 1000
    return strength if unit == ML and ingredient.unit == "mg/mL" else None


def patch_strength(product: Product) -> Fraction | None:
    """mg an hour of one patch."""
    for ingredient in product.ingredients:
        if ingredient.strength is not None and _is_sane(ingredient.strength) and ingredient.strength > 0:
            if ingredient.unit == "mcg/h":
                return Fraction(ingredient.strength) / 1000
            if ingredient.unit == "mg/h":
                return Fraction(ingredient.strength)
    return None


def decimal(value: Fraction) -> Decimal:
    """To 28 digits, as Decimal divides: 1/3 is never rounded to 0.33."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def _number(quantity: Quantity, what: str) -> Fraction:
    if quantity.comparator:
        raise CannotTell(
            f"the {what} is recorded as {quantity.comparator} a number, not as a number", final=True
        )
    if quantity.value is None:
        raise CannotTell(f"no {what} is recorded")
    check_number(quantity, what)
    if quantity.value < 0:
        raise CannotTell(f"a negative {what} is recorded", final=True)
    return Fraction(quantity.value)


def check_number(quantity: Quantity | None, what: str = "dose") -> None:
    """Raise CannotTell for a number that cannot be computed with, even compared: NaN, or one a million digits long."""
    if quantity is not None and quantity.value is not None and not _is_sane(quantity.value):
        raise CannotTell(f"the {what} recorded is not a usable number", final=True)


def _is_sane(value: Decimal) -> bool:
    # Also keeps Fraction(Decimal("1E999999")) from building a number a million digits long.
    return (
        value.is_finite()
        and (value == 0 or -9 <= value.adjusted() <= 9)
        and len(value.as_tuple().digits) <= 40
    )


def _spelling(text: str) -> str:
    plain = text.strip().lower().replace("µ", "u").replace("μ", "u").replace("(s)", "s")
    return plain.strip("{}[]. ").removeprefix("1{").strip()


def _kind(spelling: str) -> tuple[str, Fraction, str] | None:
    if spelling in _MEASURED:
        return (*_MEASURED[spelling], "")
    if spelling in _NOUNS:
        return UNIT, Fraction(1), _NOUNS[spelling]
    # Epic and others write "mg of morphine", "tablets (5 mg)"; the first word is the unit.
    first = spelling.split(" ")[0].rstrip(",;(")
    if first != spelling and first in _NOUNS:
        return UNIT, Fraction(1), _NOUNS[first]
    return None
