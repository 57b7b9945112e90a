"""What a medicine's name says: ingredients with their strengths, form and release. Never a code."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from chart.dose_forms import read_form, read_release, rxnorm_form
from chart.medications import Form
from chart.name_parts import NameParts, Slot, read_parts
from chart.product_tables import ProductRow, ingredients, opioid_products, products_of
from chart.strengths import as_unit

_BRACKETS = re.compile(r"\[([^\]]*)\]")
_PACK_ITEM = re.compile(r"\d+ \((.*?)\)(?=\s*(?:/ \d+ \(|\}))")
_ALLERGY = re.compile(r"\b(?:allerg|intoleran|adverse|reaction|sensitivity)")
# Names round concentrations ("21.7 MG/ML" for 325 mg in 15 mL): what is this close is the same product.
_ROUNDING = Decimal("0.02")
_TABLE_UNITS = {"": "mg", "mL": "mg/mL", "h": "mg/h", "actuation": "mg/actuation"}


@dataclass(frozen=True, slots=True)
class NamedStrength:
    """One ingredient as the name has it; `amount` in mg per `per`."""

    name: str
    amount: Decimal | None
    per: str

    @property
    def number_and_unit(self) -> tuple[Decimal | None, str]:
        return (None, "") if self.amount is None or self.per == "mg" else as_unit(self.amount, self.per)


@dataclass(frozen=True, slots=True)
class Reading:
    """A name understood. `is_certain` is False where something was guessed or rests on unconfirmed words."""

    ingredients: tuple[NamedStrength, ...]
    form: Form
    dose_form: str
    is_long_acting: bool | None
    is_certain: bool
    doubts: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        return frozenset(i.name for i in self.ingredients)


@lru_cache(maxsize=8192)
def read_name(name: str, form_words: str = "") -> Reading | None:
    """None when no medicine of the tables is named. `form_words` count where the name is silent on the form."""
    text, hint = _plain(name), _plain(form_words)
    if "{" in text and (items := _PACK_ITEM.findall(text)):
        return _read_pack(items)
    return _read_one(text, hint)


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKC", name).lower().replace("μ", "u").replace("–", "-")
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"\bw/", "with ", text)
    text = re.sub(r"(?:\bno\.?|\bnumber|#)\s*(?=[234]\b)", "#", text)
    text = re.sub(r"(?<=\d)\s*/\s*(?=\d)", "/", text)
    return " ".join(text.split())


def _read_pack(items: list[str]) -> Reading | None:
    """One reading for a pack of several: a strength only where all items agree on it."""
    readings = [r for r in map(_read_one, items) if r is not None]
    if not readings:
        return None
    first = readings[0]
    if all(r.ingredients == first.ingredients for r in readings):
        return first
    merged = {i.name: NamedStrength(i.name, None, "") for r in readings for i in r.ingredients}
    doubt = "a pack with more than one strength"
    return Reading(tuple(merged.values()), first.form, first.dose_form, first.is_long_acting, False, (doubt,))


def _read_one(text: str, hint: str = "") -> Reading | None:
    bare = " ".join(_BRACKETS.sub(" ", text).split())
    parts = read_parts(bare)
    if not parts.is_known:
        bare = " ".join(re.sub(r"[\[\]]", " ", text).split())
        parts = read_parts(bare)
        if not parts.is_known:
            return None
    brand_form, brand_release = _of_brands(text, parts)
    form, dose_form = _form(bare, hint, parts, brand_form)
    slots, doubts = _settled(parts, form)
    rows = _rows_alike(slots)
    release = read_release(f"{bare} {hint}")
    if release is None:
        release = _release(slots, (form, dose_form, bare), rows, brand_release)
    certain = parts.is_confirmed and not doubts and _is_listed(slots, rows)
    return Reading(slots, form, dose_form, release, certain, (*doubts, *_more_doubts(bare, slots, rows)))


def _more_doubts(text: str, named: tuple[NamedStrength, ...], rows: tuple[ProductRow, ...]) -> Iterator[str]:
    if _ALLERGY.search(text):
        yield "the name speaks of an allergy or a reaction"
    yield from (d for n in named if (row := ingredients().get(n.name)) and (d := row.doubt))
    if rows and all(r.suspicious for r in rows):
        yield rows[0].suspicious


def _of_brands(text: str, parts: NameParts) -> tuple[str, bool | None]:
    """Form and release that a brand, in brackets or not, always has."""
    brands = [b for inner in _BRACKETS.findall(text) for b in read_parts(inner).brands] + list(parts.brands)
    forms = {b.dose_form for b in brands if b.dose_form}
    release = {b.is_long_acting for b in brands if b.is_long_acting is not None}
    return (forms.pop() if len(forms) == 1 else "", release.pop() if len(release) == 1 else None)


def _form(text: str, hint: str, parts: NameParts, brand_form: str) -> tuple[Form, str]:
    form, spelled = read_form(text), rxnorm_form(text)
    if form is Form.UNKNOWN and (hinted := read_form(hint)) is not Form.UNKNOWN:
        return hinted, rxnorm_form(hint) or brand_form
    if form is Form.UNKNOWN and any(s.per == "h" for s in parts.slots):
        return Form.PATCH, brand_form
    if form is Form.UNKNOWN and brand_form:
        return read_form(brand_form.lower()), brand_form
    if not spelled and read_form(brand_form.lower()) is form:
        spelled = brand_form
    return form, spelled


def _settled(parts: NameParts, form: Form) -> tuple[tuple[NamedStrength, ...], tuple[str, ...]]:
    """Strengths put to their ingredients, in the unit the form calls for."""
    doubts = list(parts.doubts)
    has_opioid = any(_is_opioid(s.name) for s in parts.slots)
    named = []
    for slot in _summed(parts.slots):
        amount, per = slot.amount, slot.per
        if per == "" and amount is not None and form is Form.PATCH and _is_opioid(slot.name):
            per = "h"  # "fentanyl 25 mcg patch": the hour goes without saying
            amount = amount if slot.has_unit else amount / 1000
        elif per == "" and form is Form.SPRAY:
            per = "actuation"
        if (
            amount is not None
            and not slot.has_unit
            and not _is_known_amount(slot.name, amount, per, has_opioid)
        ):
            amount, per = None, ""
            if _is_opioid(slot.name):
                doubts.append("the number in the name is no known strength of it")
        named.append(NamedStrength(slot.name, amount, per))
    return tuple(named), tuple(doubts)


def _summed(slots: tuple[Slot, ...]) -> Iterator[Slot]:
    """Two salts of one ingredient in one product are one ingredient with their sum."""
    by_name: dict[str, Slot] = {}
    for slot in slots:
        if (seen := by_name.get(slot.name)) is None:
            by_name[slot.name] = slot
        elif seen.amount is None or slot.amount is None or seen.per != slot.per:
            by_name[slot.name] = seen if seen.amount is not None else slot
        else:
            total = seen.amount + slot.amount
            by_name[slot.name] = Slot(slot.name, total, slot.per, slot.has_unit)
    yield from by_name.values()


def _is_opioid(name: str) -> bool:
    row = ingredients().get(name)
    return row is not None and row.is_opioid


def _is_known_amount(name: str, amount: Decimal, per: str, has_opioid: bool) -> bool:
    """A bare number is a strength only where some product has it."""
    if not _is_opioid(name):
        return has_opioid
    return any(r.strength == amount and r.unit == _TABLE_UNITS.get(per) for r in _rows_with(name))


@lru_cache(maxsize=256)
def _rows_with(opioid: str) -> tuple[ProductRow, ...]:
    return tuple(r for r in opioid_products().values() if r.ingredient == opioid)


def _rows_alike(named: tuple[NamedStrength, ...]) -> tuple[ProductRow, ...]:
    """The products of the table with these ingredients and, where told, these strengths."""
    rows = products_of(frozenset(n.name for n in named))
    return tuple(row for row in rows if all(_fits(row, n) for n in named))


def _fits(row: ProductRow, named: NamedStrength) -> bool:
    if named.amount is None:
        return True
    listed = row.strengths[named.name]
    return row.unit == _TABLE_UNITS.get(named.per) and abs(listed - named.amount) <= listed * _ROUNDING


def _is_listed(named: tuple[NamedStrength, ...], rows: tuple[ProductRow, ...]) -> bool:
    """For opioids: every strength is there and some product has them. Others are not in a table of strengths."""
    opioids = [n for n in named if _is_opioid(n.name)]
    return not opioids or (bool(rows) and all(n.amount is not None for n in opioids))


def _release(
    named: tuple[NamedStrength, ...],
    told: tuple[Form, str, str],
    rows: tuple[ProductRow, ...],
    brand_release: bool | None,
) -> bool | None:
    """Where the words are silent: what every product like it is, else not known."""
    if brand_release is not None or not any(_is_opioid(n.name) for n in named):
        return brand_release
    form, dose_form, text = told
    alike = [r for r in rows if dose_form and r.dose_form.lower() == dose_form.lower()]
    alike = alike or [r for r in rows if form in (Form.UNKNOWN, read_form(r.dose_form.lower()))]
    shape = next((word for word in ("Tablet", "Capsule") if re.search(rf"\b{word[:3].lower()}", text)), "")
    kinds = {r.is_long_acting for r in alike if shape in r.dose_form}
    return kinds.pop() if len(kinds) == 1 else None
