"""The factors from a daily dosage to MME/day, by ingredient and kind of product."""

import csv
from decimal import Decimal
from functools import cache
from importlib import resources

from chart.frozen import dataclass
from chart.medications import Form, Ingredient, Product

CDC_2022 = "CDC 2022"
_KINDS = {
    Form.PATCH: "patch",
    Form.INJECTION: "injection",
    Form.SUPPOSITORY: "suppository",
    Form.IMPLANT: "implant",
    Form.TOPICAL: "product for the skin",
}


@dataclass(frozen=True, slots=True)
class Factor:
    """`value` times the daily amount in `per` (mg, mcg, or mcg/h worn) is MME/day; None when there is none."""

    ingredient: str
    kind: str
    value: Decimal | None
    per: str
    is_cdc_2022: bool
    caution: str
    source: str


@cache
def _factors() -> dict[tuple[str, str], Factor]:
    found = {}
    table = resources.files("rules") / "tables" / "mme_factors.csv"
    with table.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            factor = Factor(
                ingredient=row["ingredient"],
                kind=row["kind"],
                value=None if row["factor"] == "none" else Decimal(row["factor"]),
                per=row["per"],
                is_cdc_2022=row["in_cdc_2022_table"] == "yes",
                caution=row["caution"],
                source=row["source"],
            )
            found[row["rxcui"], row["kind"]] = found[row["ingredient"], row["kind"]] = factor
    return found


def kind_of(product: Product) -> str:
    """How a product reaches the body, as far as the factors tell kinds apart."""
    if product.form in _KINDS:
        return _KINDS[product.form]
    words = f"{product.dose_form} {product.name}".lower()
    if product.form is Form.SPRAY:
        return "nasal spray" if "nasal" in words else "film or oral spray"
    if product.form is Form.BUCCAL:
        is_film = any(word in words for word in ("film", "strip", "spray"))
        return "film or oral spray" if is_film else "buccal tablet or lozenge"
    if any(word in words for word in ("lozenge", "troche")):
        return "buccal tablet or lozenge"
    return "oral"


def factor_for(ingredient: Ingredient, product: Product) -> Factor | None:
    """The factor whatever table it is in; None when no table has one for this ingredient in this kind of product."""
    kind = kind_of(product)
    for key in (ingredient.rxcui, ingredient.name.lower()):
        found = _factors().get((key, kind)) or _factors().get((key, "any"))
        if found is not None:
            return found if found.value is not None else None
    return None
