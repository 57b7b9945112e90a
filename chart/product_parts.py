"""A Product known by the ingredient list of a FHIR Medication."""

from dataclasses import dataclass
from decimal import Decimal

from chart.dose_forms import read_form, read_release, rxnorm_form
from chart.medications import Ingredient, Product
from chart.product_build import build, ingredients_of
from chart.product_names import Reading
from chart.strengths import find_strengths
from chart.terms import Concept

_BY_PARTS = "listed ingredients"
_PER_WORDS = frozenset({"ml", "l", "h", "hr", "hour", "hours", "actuation", "actuat", "spray"})

PartRead = tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a FHIR Medication's ingredient list; the units as recorded."""

    concept: Concept
    numerator: Decimal | None = None
    numerator_unit: str = ""
    denominator: Decimal | None = None
    denominator_unit: str = ""


def from_parts(
    parts: tuple[PartRead, ...], reading: Reading | None, shown: str, form_words: str
) -> Product | None:
    """By a Medication's own ingredient list, with what only the name tells added; None when it tells nothing."""
    listed = {i.name: i for part in parts for i in part}
    if not listed:
        return None
    if reading is None:
        words = form_words.lower()
        told = (read_form(words), rxnorm_form(words), read_release(words))
        name = shown or " / ".join(sorted(listed))
        return build(name, tuple(listed.values()), *told, _BY_PARTS)
    by_name = {i.name: i for i in ingredients_of(reading)}
    made_of = {name: by_name.get(name, i) if i.strength is None else i for name, i in listed.items()}
    told = (reading.form, reading.dose_form, reading.is_long_acting)
    return build(shown, tuple((by_name | made_of).values()), *told, _BY_PARTS)


def part_strength(part: Part) -> tuple[Decimal | None, str]:
    """In mg per "", "mL", "h" or "actuation"; None when it is not recorded as a mass."""
    if part.numerator is None or part.numerator <= 0:
        return None, ""
    unit = part.denominator_unit.strip("{}[] ").lower()
    text, size = f"{part.numerator:f} {part.numerator_unit.lower()}", part.denominator or Decimal(1)
    if unit in _PER_WORDS:
        text, size = f"{text}/{size:f} {unit}", Decimal(1)
    found = find_strengths(text)
    if not found or found[0].amounts[0] is None or not found[0].has_unit:
        return None, ""
    return found[0].amounts[0] / size, found[0].per
