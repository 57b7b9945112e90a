"""What a drug test result says: detected, not detected, or that it cannot be told."""

import re
from enum import Enum

from chart.records import Component, Observation, Value
from chart.terms import Concept
from rules.valuesets import RESULT_DETECTED, RESULT_NOT_DETECTED


class Result(Enum):
    DETECTED = "detected"
    NOT_DETECTED = "not detected"
    UNCLEAR = "unclear"


_UNCLEAR = re.compile(
    r"pending|inconclusive|indeterminate|equivocal|invalid|not (performed|tested)|cancel|insufficient", re.I
)
_NEGATIVE = re.compile(
    r"\b(not|none|non)[- ]?(detected|present|reactive)\b|\bneg(ative)?\b|\babsent\b|\bundetect|\bnd\b|^(false|no)$|<",
    re.I,
)
_POSITIVE = re.compile(r"\bdetected\b|\bpos(itive)?\b|\bpresent\b|\breactive\b|^(true|yes)$|>", re.I)
# HL7 v3 ObservationInterpretation, as R4 names them. "N" is normal, which for a drug test is not detected.
_INTERPRETATIONS = {
    "POS": Result.DETECTED, "DET": Result.DETECTED, "A": Result.DETECTED, "AA": Result.DETECTED,
    "H": Result.DETECTED, "HH": Result.DETECTED, "RR": Result.DETECTED,
    "NEG": Result.NOT_DETECTED, "ND": Result.NOT_DETECTED, "N": Result.NOT_DETECTED, "NR": Result.NOT_DETECTED,
    "IND": Result.UNCLEAR, "E": Result.UNCLEAR,
}  # fmt: skip


def result_of(observation: Observation | Component) -> Result:
    """The value's own words first: laboratories also flag "abnormal" what was expected and is missing."""
    value = observation.value
    if value.concept is not None and (found := _coded(value.concept)):
        return found
    if value.boolean is not None:
        return Result.DETECTED if value.boolean else Result.NOT_DETECTED
    words = value.text or (value.concept.display if value.concept else "")
    if words and (found := _worded(words)):
        return found
    return _interpreted(observation.interpretations) or _measured(value)


def _coded(concept: Concept) -> Result | None:
    if RESULT_DETECTED.has(concept):
        return Result.DETECTED
    return Result.NOT_DETECTED if RESULT_NOT_DETECTED.has(concept) else None


def _worded(words: str) -> Result | None:
    text = words.strip()
    if _UNCLEAR.search(text):
        return Result.UNCLEAR
    if _NEGATIVE.search(text):
        return Result.NOT_DETECTED
    return Result.DETECTED if _POSITIVE.search(text) else None


def _interpreted(interpretations: tuple[Concept, ...]) -> Result | None:
    for concept in interpretations:
        for code in concept.codes:
            if found := _INTERPRETATIONS.get(code.code.upper()):
                return found
        if found := _worded(concept.display):
            return found
    return None


def _measured(value: Value) -> Result:
    """A number without a reading: "<50" is under the cutoff, and 0 is nothing."""
    if value.number is None:
        return Result.UNCLEAR
    if value.comparator.startswith("<") or value.number == 0:
        return Result.NOT_DETECTED
    return Result.DETECTED
