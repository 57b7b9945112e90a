"""Codes, concepts and what every record carries."""

from dataclasses import field

from chart.frozen import dataclass

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
NDC = "http://hl7.org/fhir/sid/ndc"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


@dataclass(frozen=True, slots=True)
class Code:
    system: str  # canonical URL, after aliases such as urn:oid:2.16.840.1.113883.6.88 are folded
    code: str
    display: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """What a CodeableConcept says. Logic reads `keys`; people read `display`."""

    codes: tuple[Code, ...] = ()
    text: str = ""
    keys: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "keys", frozenset((c.system, c.code) for c in self.codes))

    def __hash__(self) -> int:
        """A frozenset keeps its hash: concepts are looked up for every record."""
        return hash((self.keys, self.text))

    @property
    def display(self) -> str:
        if self.text:
            return self.text
        return next((c.display for c in self.codes if c.display), "") or next(
            (c.code for c in self.codes), ""
        )

    def code_in(self, system: str) -> str | None:
        return next((c.code for c in self.codes if c.system == system), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`id` is "Type/id" as the EHR has it, or "Type/entry-7" for an entry without one."""

    id: str
    labels: frozenset[tuple[str, str]] = frozenset()  # meta.security: (system, code)
    doubts: tuple[str, ...] = ()  # what made this record less than certain, in words
