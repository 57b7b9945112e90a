"""Strengths as product names write them: "5-325 mg", "7.5-325 mg/15 mL", "0.025 MG/HR", "10/325"."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

_NUMBER = r"(?>\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(?!\d)"
_MASS = r"(?>milligrams?|micrograms?|grams?|mg|mcg|ug|gm|g|meq|unt|units?|iu|%)"
_VOLUME = r"milliliters?|mls?|l"
_TIME = r"hours?|hrs?|h"
_RELEASE = r"actuations?|actuat|act|sprays?"
_PER = rf"(?:{_VOLUME}|{_TIME}|{_RELEASE})(?![a-z])"
# What makes a bare number something other than a strength: how many, how long, how much fluid.
_COUNTED = (
    r"tab|cap|patch|film|pill|puff|drop|dose|time|day|week|month|count|ct\b|pack|unit|each|ea\b|refill"
    r"|x\b|ml|l\b|%"
)
_ITEM = rf"{_NUMBER}(?:\s*-?\s*{_MASS}(?![a-z]))?"
_STRENGTH = re.compile(
    rf"(?<![a-z#\d.])(?P<items>{_ITEM}(?:\s*[-/–]\s*{_ITEM}(?!\s*-?\s*{_PER}))*)"
    rf"(?:\s*(?:/|\bper\b|\bin\b)\s*(?P<size>{_NUMBER})?\s*-?\s*(?P<per>{_PER}|mg(?![a-z])))?"
)
_ONE = re.compile(rf"(?P<number>{_NUMBER})(?:\s*-?\s*(?P<mass>{_MASS}))?")
_NOT_A_STRENGTH = re.compile(rf"\s*-?\s*(?:{_PER}|{_COUNTED})")
_TO_MG = {"mg": Decimal(1), "mcg": Decimal("0.001"), "g": Decimal(1000)}
_SPELLINGS = {"ug": "mcg", "microgram": "mcg", "milligram": "mg", "gm": "g", "gram": "g"}


@dataclass(frozen=True, slots=True)
class Strength:
    """`amounts` in mg per `per`, one for each ingredient; None for amounts that are not masses."""

    amounts: tuple[Decimal | None, ...]
    per: str  # "" (one unit), "mL", "h", "actuation", "mg"
    size: Decimal  # how many of `per` the name speaks of: 15 in "7.5 mg/15 mL"
    has_unit: bool
    start: int
    end: int


def find_strengths(text: str) -> list[Strength]:
    """Every strength in a lower-case name, in order."""
    found = (_strength(match, text) for match in _STRENGTH.finditer(text))
    return [strength for strength in found if strength is not None]


def shared_volume(strengths: list[Strength]) -> list[Strength]:
    """A volume written once ("7.5 mg-... 325 mg/15 mL") is meant for every strength before it."""
    last = strengths[-1]
    if last.per != "mL" or not all(s.per == "" and s.has_unit for s in strengths[:-1]):
        return strengths
    shared = [
        replace(s, per="mL", size=last.size, amounts=tuple(a and a / last.size for a in s.amounts))
        for s in strengths[:-1]
    ]
    return [*shared, last]


def as_unit(amount: Decimal, per: str) -> tuple[Decimal, str]:
    """An amount in mg as the number and unit an Ingredient carries: patches in mcg/h, all else in mg."""
    if per == "h":
        return tidy(amount * 1000), "mcg/h"
    return tidy(amount), {"": "mg", "mL": "mg/mL", "actuation": "mg/actuation"}[per]


def tidy(number: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent."""
    return Decimal(f"{number.normalize():f}")


def _strength(match: re.Match[str], text: str) -> Strength | None:
    items = [(Decimal(m["number"]), _spelled(m["mass"] or "")) for m in _ONE.finditer(match["items"])]
    unit = next((mass for _, mass in reversed(items) if mass), "")
    if not unit and (match["per"] or _NOT_A_STRENGTH.match(text, match.end("items"))):
        return None
    per, size = _per(match["per"] or ""), Decimal(match["size"] or 1)
    if (match["per"] or "") == "l":
        size *= 1000
    amounts = tuple(_in_mg(number, mass or unit or "mg", size) for number, mass in items)
    return Strength(amounts, per, size, bool(unit), match.start(), match.end())


def _in_mg(number: Decimal, mass: str, size: Decimal) -> Decimal | None:
    scale = _TO_MG.get(mass)
    return None if scale is None or not size else number * scale / size


def _spelled(mass: str) -> str:
    singular = mass.rstrip("s")
    return _SPELLINGS.get(singular, singular)


def _per(word: str) -> str:
    if not word or word == "mg":
        return word
    if re.fullmatch(_VOLUME, word):
        return "mL"
    return "h" if re.fullmatch(_TIME, word) else "actuation"
