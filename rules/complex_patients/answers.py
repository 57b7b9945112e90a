"""What one answer or total amounts to in points, in the shapes EHRs and forms record it."""

import re
from decimal import Decimal
from functools import cache

from chart.frozen import dataclass
from chart.records import Value
from chart.terms import LOINC
from rules.codes import rows
from rules.complex_patients.instruments import Words

_SCORE_UNITS = frozenset({"", "1", "score", "point", "points", "pts", "#"})
# "17", "17/27", "17 (moderately severe)", "2 - More than half the days"; never "0-4", which is a band.
_LEADING_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:$|/\s*\d+|points?\b|[-–—:=(,]\s*[A-Za-z])")
_AT_LEAST = frozenset({">", ">="})


@dataclass(frozen=True, slots=True)
class Points:
    """`number` is None when the answer says nothing usable; `why_not` then tells, if there was anything."""

    number: Decimal | None
    at_least: bool = False
    why_not: str = ""


def points(value: Value, words: Words, high: int, *, counts_anything: bool = False) -> Points:
    """Words first: "Several days" is 1 whatever number an EHR attached to it."""
    if (worded := _by_words(value, words)) is not None:
        return Points(Decimal(worded))
    if value.boolean is not None:
        return Points(Decimal(int(value.boolean)))
    number = value.number if value.number is not None else _in_text(value.text)
    if number is None:
        return Points(None, why_not="cannot be read as a score" if value.text else "")
    if value.unit.strip("{}() ").lower() not in _SCORE_UNITS and not counts_anything:
        return Points(None, why_not=f"is recorded in {value.unit}, not as a score")
    if value.comparator and value.comparator not in _AT_LEAST:
        return Points(None, why_not="is recorded only as an upper limit")
    if number < 0 or (number > high and not counts_anything):
        return Points(None, why_not=f"is outside 0 to {high} and is not used")
    return Points(number, at_least=bool(value.comparator))


def _by_words(value: Value, words: Words) -> int | None:
    for text in _texts(value):
        if (found := words.get(text.strip().rstrip(".").lower())) is not None:
            return found
    return None


def _texts(value: Value) -> list[str]:
    found = [value.text]
    if value.concept is not None:
        found += [value.concept.text, *(c.display for c in value.concept.codes)]
        found += [_answer_words()[c.code] for c in value.concept.codes if _is_known(c.system, c.code)]
    return [text for text in found if text]


def _is_known(system: str, code: str) -> bool:
    return system == LOINC and code in _answer_words()


@cache
def _answer_words() -> dict[str, str]:
    return {row.code: row.display for row in rows() if row.group == "answer"}


def _in_text(text: str) -> Decimal | None:
    found = _LEADING_NUMBER.match(text)
    return Decimal(found[1]) if found else None
