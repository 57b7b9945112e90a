"""FHIR datatypes, read tolerantly: a wrong shape yields nothing and a doubt, never an exception."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache
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
_NO_LABELS: frozenset[tuple[str, str]] = frozenset()
_NUMBERS = (int, float, str, Decimal)
_VOCABULARY = 8192  # codes met again and again, with the names their systems give them


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
    if value is None or isinstance(value, bool) or not isinstance(value, _NUMBERS):
        return None
    if type(value) is int:
        return Decimal(value)
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
    if not isinstance(value, dict):
        return None
    told = value.get
    try:
        return _code(told("system"), told("code"), told("display"))
    except TypeError:  # a list or an object where a word belongs
        return _code(as_text(told("system")), as_text(told("code")), as_text(told("display")))


@lru_cache(maxsize=_VOCABULARY)
def _code(system: object, code: object, display: object) -> Code | None:
    """The elements as they were sent: what was met before is not looked into again."""
    if not (written := as_text(code)):
        return None
    name = as_text(system)
    name = _SYSTEMS.get(name, name)
    return Code(name, _icd10_with_dot(written) if name == ICD10CM else written, as_text(display))


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
    codes = tuple([code for c in codings if (code := as_code(c))])
    text = as_text(element.get("text"))
    if not text and len(codes) < len(codings):
        text = next(
            (d for c in codings if (d := as_text(c.get("display"))) and not as_text(c.get("code"))), ""
        )
    if text and all(c.display != text for c in codes):  # somebody's own words: not kept
        return Concept(codes, text)
    return _concept(codes, text)


@lru_cache(maxsize=_VOCABULARY)
def _concept(codes: tuple[Code, ...], text: str) -> Concept:
    return Concept(codes, text)


def as_concepts(value: object) -> tuple[Concept, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (as_concept(value),)
    return tuple([as_concept(v) for v in as_objects(value)])


def as_quantity(value: object) -> Quantity | None:
    if not isinstance(value, dict) or not value:
        return None
    told = value.get
    return Quantity(
        as_number(told("value")),
        as_text(told("unit")),
        as_text(told("code")),
        as_text(told("system")),
        as_text(told("comparator")),
    )


def as_ratio(value: object) -> Ratio | None:
    element = as_object(value)
    top, bottom = as_quantity(element.get("numerator")), as_quantity(element.get("denominator"))
    return Ratio(top, bottom) if top and bottom else None


@lru_cache(maxsize=1024)
def code_words(concepts: tuple[Concept, ...]) -> frozenset[str]:
    """The bare codes of concepts whose system is fixed by the element, lower case: statuses, categories."""
    return frozenset(c.code.lower() for concept in concepts for c in concept.codes) | frozenset(
        concept.text.lower() for concept in concepts if concept.text and not concept.codes
    )


def absent_reason(resource: Json, element: str) -> str:
    """data-absent-reason of an element: "unknown", "masked", ...; empty when there is none."""
    return _absent_in(resource.get(f"_{element}")) or _absent_in(resource.get(element))


def labels_of(resource: Json) -> frozenset[tuple[str, str]]:
    meta = resource.get("meta")
    if not isinstance(meta, dict) or "security" not in meta:
        return _NO_LABELS
    found = set()
    for coding in as_objects(meta["security"]):
        bases = [
            as_object(e.get("valueCoding"))
            for e in as_objects(coding.get("extension"))
            if as_text(e.get("url")).endswith(_LABEL_BASIS)
        ]
        found |= {(c.system, c.code) for part in (coding, *bases) if (c := as_code(part))}
    return frozenset(found)


def reference_to(value: object) -> str:
    """The reference of a Reference as "Type/id", "#contained" or "urn:uuid:..."; "" when it has none."""
    return local_reference(as_text(value.get("reference"))) if isinstance(value, dict) else ""


def local_reference(reference: str) -> str:
    """Type/id of a relative, absolute or versioned reference; others as they are."""
    if not reference or reference.startswith(("#", "urn:")):
        return reference
    if reference.count("/") == 1 and reference[-1] != "/" and "?" not in reference:
        return reference
    parts = reference.split("?")[0].split("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 else reference


def references_to(value: object) -> tuple[str, ...]:
    return tuple([ref for v in as_objects(value) if (ref := reference_to(v))]) if value else ()


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
