"""A Product known by its RxNorm code in the opioid table, checked against its name."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from chart.dose_forms import read_form
from chart.medications import Certainty, Product
from chart.product_build import build, ingredient_of, joined
from chart.product_names import Reading
from chart.product_tables import ProductRow

BY_PRODUCT = "RxNorm product code"
# What a product's strength is per, by the table's unit.
PER = {"mg": "", "mg/mL": "mL", "mg/h": "h", "mg/actuation": "actuation"}


def from_rows(
    rows: list[ProductRow], reading: Reading | None, has_name: bool, named: tuple[str, ...]
) -> Product:
    """By code. Of several products coded for one medicine: the one its name tells, else the strongest."""
    row = max(rows, key=lambda r: (_agrees(r, reading), r.strength, r.rxcui))
    doubts = [row.suspicious, *named, *_disagreements(row, reading, has_name)]
    if any((r.ingredient, r.strength, r.unit) != (row.ingredient, row.strength, row.unit) for r in rows):
        doubts.append("its codes name more than one product")
    made_of = (
        ingredient_of(row.ingredient, row.strength, PER[row.unit]),
        *(ingredient_of(name, strength, PER[row.unit]) for name, strength in row.others),
    )
    form = read_form(f"{row.name} {row.dose_form}".lower())
    product = build(row.name, made_of, form, row.dose_form, row.is_long_acting, BY_PRODUCT)
    certainty = Certainty.MEDIUM if any(doubts) else Certainty.HIGH
    return replace(
        product,
        certainty=certainty,
        doubt=joined((*doubts, product.doubt)),
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
    if named.amount is None or named.per != PER[row.unit]:
        return False
    return abs(named.amount - row.strength) > row.strength * Decimal("0.02")
