"""The clinical codes the practice's patients use, each copied from the project's tables with its source."""

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("codes.csv")
READS_BADLY = ("http://loinc.org", "http://snomed.info/sct")  # displays that are notes or long formal names


class CodeRow(NamedTuple):
    name: str
    system: str
    code: str
    display: str
    source: str


@cache
def rows() -> dict[str, CodeRow]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["name"]: CodeRow(**row) for row in csv.DictReader(file)}


def coding(name: str) -> dict[str, str]:
    row = rows()[name]
    found = {"system": row.system, "code": row.code, "display": row.display}
    return {key: value for key, value in found.items() if value}


def concept(name: str) -> dict[str, Any]:
    """A CodeableConcept for a name of the table; any other words become text without a code, as in many EHRs."""
    if name not in rows():
        return {"text": name}
    text = {"text": name} if rows()[name].system in READS_BADLY else {}
    return {"coding": [coding(name)], **text}


def hl7(system: str, code: str) -> dict[str, Any]:
    """A concept of FHIR's own vocabulary, such as a category."""
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}
