"""FHIR datatypes, read tolerantly: a wrong shape yields nothing and a doubt, never an exception."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from chart.instructions import Quantity, Ratio
from chart.terms import ACT_CODE, CONFIDENTIALITY, ICD10CM, LOINC, NDC, RXNORM, SNOMED, Code, Concept
from chart.when import When

Json = dict[str, Any]

# The same code system under the names that EHRs and older interfaces give it.
_SYSTEMS = {
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.69": NDC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "http://hl7.org/fhir/sid/icd-10": ICD10CM,
    "http://hl7.org/fhir/v3/ActCode": ACT_CODE,
    "http://hl7.org/fhir/v3/Confidentiality": CONFIDENTIALITY,
}
_ICD10_WITHOUT_DOT = re.compile(r"[A-Z]\d[0-9A-Z]{2,5}$")
_LABEL_BASIS = "sec-label-basis"  # DS4P puts the law behind a label into an extension of the coding
_LOINC_CODE = re.compile(r"(?<![\d.])(\d{3,6}-\d)(?!\d)")


_NOTHING = Concept()  # most elements of most resources


class Doubts:
    """Collects, for one record, what could not be read as FHIR says it should be."""

    def __init__(self) -> None:
        self._notes: list[str] = []

    def add(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)

    def all(self) -> tuple[str, ...]:
        return tuple(self._notes)


def as_object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def as_objects(value: object) -> list[Json]:
    """A list of objects; one object standing where a list belongs counts as a list of one."""
    if isinstance(value, dict):
        return [value]
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def as_number(value: object) -> Decimal | None:
    """A finite number; numbers written as strings are met in practice and taken."""
    if value is None or isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_when(value: object, doubts: Doubts | None = None) -> When | None:
    if not (text := as_text(value)):
        return None
    try:
        return When.parse(text)
    except (ValueError, OverflowError):
        if doubts is not None:
            doubts.add("a date could not be read")
        return None


def as_code(value: object) -> Code | None:
    coding = as_object(value)
    if not (code := as_text(coding.get("code"))):
        return None
    system = as_text(coding.get("system"))
    system = _SYSTEMS.get(system, system)
    if system == ICD10CM:
        code = _icd10_with_dot(code)
    return Code(system, code, as_text(coding.get("display")))


def as_concept(value: object) -> Concept:
    """A CodeableConcept; a bare string or a bare Coding in its place is read for what it says."""
    if value is None:
        return _NOTHING
    if isinstance(value, str):
        return Concept((), value.strip())
    element = as_object(value)
    codings = as_objects(element.get("coding"))
    if not codings and "code" in element:
        codings = [element]
    codes = tuple(code for c in codings if (code := as_code(c)))
    text = as_text(element.get("text")) or next(
        (d for c in codings if (d := as_text(c.get("display"))) and not as_text(c.get("code"))), ""
    )
    return Concept(codes, text)


def as_concepts(value: object) -> tuple[Concept, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (as_concept(value),)
    return tuple(as_concept(v) for v in as_objects(value))


def as_quantity(value: object) -> Quantity | None:
    if not isinstance(value, dict) or not value:
        return None
    element: Json = value
    return Quantity(
        value=as_number(element.get("value")),
        unit=as_text(element.get("unit")),
        code=as_text(element.get("code")),
        system=as_text(element.get("system")),
        comparator=as_text(element.get("comparator")),
    )


def as_ratio(value: object) -> Ratio | None:
    element = as_object(value)
    top, bottom = as_quantity(element.get("numerator")), as_quantity(element.get("denominator"))
    return Ratio(top, bottom) if top and bottom else None


def code_words(concepts: tuple[Concept, ...]) -> frozenset[str]:
    """The bare codes of concepts whose system is fixed by the element, lower case: statuses, categories."""
    return frozenset(c.code.lower() for concept in concepts for c in concept.codes) | frozenset(
        concept.text.lower() for concept in concepts if concept.text and not concept.codes
    )


def absent_reason(resource: Json, element: str) -> str:
    """data-absent-reason of an element: "unknown", "masked", ...; empty when there is none."""
    return _absent_in(resource.get(f"_{element}")) or _absent_in(resource.get(element))


def labels_of(resource: Json) -> frozenset[tuple[str, str]]:
    found = set()
    for coding in as_objects(as_object(resource.get("meta")).get("security")):
        bases = [
            as_object(e.get("valueCoding"))
            for e in as_objects(coding.get("extension"))
            if as_text(e.get("url")).endswith(_LABEL_BASIS)
        ]
        found |= {(c.system, c.code) for part in (coding, *bases) if (c := as_code(part))}
    return frozenset(found)


def reference_to(value: object) -> str:
    """The reference of a Reference as "Type/id", "#contained" or "urn:uuid:..."; "" when it has none."""
    return local_reference(as_text(as_object(value).get("reference")))


def local_reference(reference: str) -> str:
    """Type/id of a relative, absolute or versioned reference; others as they are."""
    if not reference or reference.startswith(("#", "urn:")):
        return reference
    parts = reference.split("?")[0].split("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 else reference


def references_to(value: object) -> tuple[str, ...]:
    return tuple(ref for v in as_objects(value) if (ref := reference_to(v)))


def loinc_codes_in(text: str) -> Iterator[Code]:
    """LOINC codes inside link ids and canonical addresses ("/44250-9", ".../q/44249-1")."""
    return (Code(LOINC, match) for match in _LOINC_CODE.findall(text))


def _absent_in(element: object) -> str:
    for extension in as_objects(as_object(element).get("extension")):
        if as_text(extension.get("url")).endswith("data-absent-reason"):
            return as_text(extension.get("valueCode")) or "unknown"
    return ""


def _icd10_with_dot(code: str) -> str:
    code = code.upper()
    return f"{code[:3]}.{code[3:]}" if _ICD10_WITHOUT_DOT.match(code) else code
