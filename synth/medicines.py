"""The opioids and the codes that cohorts are drawn from: own tables, so that the truth owes nothing to the rules."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

_TABLES = Path(__file__).with_name("tables")
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


@dataclass(frozen=True)
class Opioid:
    """One tablet. `mme` is what it adds when taken once a day."""

    name: str
    rxcui: str
    product: str
    mme: Decimal
    is_long_acting: bool

    @property
    def concept(self) -> dict[str, Any]:
        return {"coding": [{"system": RXNORM, "code": self.rxcui, "display": self.product}]}


@cache
def opioids() -> tuple[Opioid, ...]:
    return tuple(
        Opioid(
            name=row["name"],
            rxcui=row["rxcui"],
            product=row["product"],
            mme=Decimal(row["strength_mg"]) * Decimal(row["mme_per_mg"]),
            is_long_acting=row["long_acting"] == "yes",
        )
        for row in _rows("opioids.csv")
    )


def concept(name: str) -> dict[str, Any]:
    """A CodeableConcept for a name of tables/codes.csv; its own name as text for LOINC and SNOMED codes."""
    row = _codes()[name]
    coding = {key: row[key] for key in ("system", "code", "display") if row[key]}
    return {"coding": [coding]} if "rxnorm" in row["system"] else {"coding": [coding], "text": name}


@cache
def _codes() -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in _rows("codes.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    with (_TABLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
