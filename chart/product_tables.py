"""The product tables beside this file, read once and only when first asked for."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from chart.medications import DrugClass

TOKEN = re.compile(r"#\d+|[a-z]+|\d[\d.]*")
UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One opioid product. Strengths of the other ingredients are in the same unit as the opioid's."""

    rxcui: str
    name: str
    ingredient: str
    strength: Decimal
    unit: str  # mg | mg/mL | mg/h | mg/actuation
    dose_form: str
    others: tuple[tuple[str, Decimal], ...]
    is_long_acting: bool
    is_cough_cold: bool
    suspicious: str

    @property
    def strengths(self) -> dict[str, Decimal]:
        return {self.ingredient: self.strength, **dict(self.others)}


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A product known only by the groups it belongs to; `name` may be empty."""

    classes: frozenset[DrugClass]
    name: str


@dataclass(frozen=True, slots=True)
class IngredientRow:
    name: str
    rxcui: str
    classes: frozenset[DrugClass]
    schedule: str
    schedule_in_combination: str
    marks_cough_cold: bool
    doubt: str

    @property
    def is_opioid(self) -> bool:
        return DrugClass.OPIOID in self.classes


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that name a medicine: an ingredient, a brand or an abbreviation."""

    tokens: tuple[str, ...]
    ingredients: tuple[str, ...]
    is_brand: bool = False
    strengths: tuple[Decimal, ...] = ()  # mg, where the name itself says it ("Tylenol #3")
    dose_form: str = ""
    is_long_acting: bool | None = None
    is_confirmed: bool = True


@cache
def opioid_products() -> dict[str, ProductRow]:
    return {row["rxcui"]: _product(row) for row in _rows("opioid_products")}


@cache
def class_codes() -> dict[str, ClassRow]:
    """Products outside the opioid table, by RxNorm code."""
    return {r["rxcui"]: ClassRow(_classes(r["classes"]), r["name"]) for r in _rows("class_codes")}


@cache
def ingredients() -> dict[str, IngredientRow]:
    return {row["name"]: _ingredient(row) for row in _rows("ingredients")}


@cache
def ingredient_codes() -> dict[str, str]:
    """Ingredient names by RxNorm ingredient code."""
    return {row.rxcui: row.name for row in ingredients().values() if row.rxcui}


@cache
def products_of(names: frozenset[str]) -> tuple[ProductRow, ...]:
    """The opioid products with exactly these ingredients."""
    return tuple(_by_ingredients().get(names, ()))


@cache
def phrases() -> dict[str, tuple[Phrase, ...]]:
    """What a name may consist of, by first word, the longest first."""
    found = defaultdict(list)
    for phrase in _phrases():
        found[phrase.tokens[0]].append(phrase)
    return {
        word: tuple(sorted(group, key=lambda p: (-len(p.tokens), p.is_brand)))
        for word, group in found.items()
    }


@cache
def _by_ingredients() -> dict[frozenset[str], list[ProductRow]]:
    found = defaultdict(list)
    for row in opioid_products().values():
        found[frozenset(row.strengths)].append(row)
    return found


def _phrases() -> Iterator[Phrase]:
    for name in ingredients():
        yield Phrase(tuple(TOKEN.findall(name)), (name,))
    for row in _rows("brands"):
        yield Phrase(
            tuple(TOKEN.findall(row["name"].lower())),
            tuple(row["ingredients"].split(" / ")),
            is_brand=True,
            strengths=tuple(Decimal(s) for s in row["strengths_mg"].split(" / ") if s),
            dose_form=row["dose_form"],
            is_long_acting={"yes": True, "no": False}.get(row["is_long_acting"]),
            is_confirmed=UNCONFIRMED not in row["source"],
        )


def _product(row: dict[str, str]) -> ProductRow:
    others = (part.rpartition(" ") for part in row["others"].split(" | ") if part)
    return ProductRow(
        rxcui=row["rxcui"],
        name=row["name"],
        ingredient=row["ingredient"],
        strength=Decimal(row["strength"]),
        unit=row["unit"],
        dose_form=row["dose_form"],
        others=tuple((name, Decimal(strength)) for name, _, strength in others),
        is_long_acting=row["is_long_acting"] == "yes",
        is_cough_cold=row["is_cough_cold"] == "yes",
        suspicious=row["suspicious"],
    )


def _ingredient(row: dict[str, str]) -> IngredientRow:
    return IngredientRow(
        row["name"],
        row["rxcui"],
        _classes(row["classes"]),
        row["schedule"],
        row["schedule_in_combination"],
        row["marks_cough_cold"] == "yes",
        row["doubt"],
    )


def _classes(text: str) -> frozenset[DrugClass]:
    return frozenset(DrugClass[name] for name in text.split())


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = files("chart").joinpath("tables", f"{table}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
