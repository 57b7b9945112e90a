"""One value of the policy file: whether it fits its setting, and if not what to write instead."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from rules.policy_limits import CHOICES, HTTPS, LANGUAGE, MOST_DECIMAL_PLACES, PERFORMER, highest, lowest

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_TEXT = 200  # characters
_SHOWN = 60  # characters of what was written, in a message
_LARGEST_SHOWN = 10**15
_MOST_LISTED = 15  # words of a choice, in a message
_FIRST_YEAR, _LAST_YEAR = 2000, 2100  # outside these a year is a slip of the pen


class Unfit(Exception):
    """What was written does not fit; holds the part that does not."""

    def __init__(self, part: Any) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Kind:
    """`read` gives the typed value or raises Unfit; `wanted` and `example` say what to write instead."""

    read: Callable[[Any], Any]
    wanted: str
    example: str

    def check(self, name: str, written: Any, default: Any = None) -> Any:
        """The value; raises ValueError with one sentence for the clinic."""
        try:
            return self.read(written)
        except Unfit as unfit:
            # A value inside a list is named on its own.
            verb = "is" if unfit.part is written else "has"
            example = as_written(default) if default not in (None, (), "") else self.example
            raise ValueError(
                f"{name} {verb} {as_written(unfit.part)}; write {self.wanted}, as in {name} = {example}."
            ) from None


def kind_of(annotation: Any, name: str, unit: str = "") -> Kind:
    """How a field of this type is read. TypeError for a type that a policy file cannot hold."""
    if name in CHOICES:
        return _choice(CHOICES[name], is_list=annotation == tuple[str, ...])
    if name in ("known_as", "substance_use_programs"):
        return Kind(_all(_text), "a list of names, each once", '["Alder Creek", "Organization/12"]')
    if name.endswith((".languages", ".language")):
        return _languages(is_list=annotation == tuple[str, ...])
    if name.endswith(".reference"):
        wanted = "the EHR's own record of the service, such as HealthcareService/12"
        return Kind(_matching(PERFORMER), wanted, '"HealthcareService/12"')
    if name.endswith(".url"):
        return Kind(_matching(HTTPS), "an address that begins with https://", '"https://example.org/leaflet"')
    if annotation in (int, int | None):
        return _whole(lowest(name), int(highest(unit)), unit)
    if annotation in (Decimal, Decimal | None):
        return _number(highest(unit), unit)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    raise TypeError(f"{name}: no way to read {annotation} from a policy file")


def as_written(value: Any) -> str:
    """As it stands in the file, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value[:_SHOWN]}…"' if len(value) > _SHOWN else f'"{value}"'
    if isinstance(value, list | tuple):
        return "a list" if not _is_flat(value) else f"[{', '.join(as_written(v) for v in value)}]"
    if isinstance(value, int) and abs(value) >= _LARGEST_SHOWN:
        return "a very large number"
    return {dict: "a section", type(None): "empty"}.get(type(value)) or f"{value}"[:_SHOWN]


def _is_flat(values: Any) -> bool:
    return len(values) <= 12 and not any(isinstance(v, list | tuple | dict) for v in values)


def _whole(least: int, most: int, unit: str) -> Kind:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Unfit(value)
        return value

    return Kind(read, f"a whole number from {least} to {most}{_counting(unit)}", str(least))


def _number(most: Decimal, unit: str) -> Kind:
    def read(value: Any) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise Unfit(value)
        number = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite() or not 0 < number <= most or number != round(number, MOST_DECIMAL_PLACES):
            raise Unfit(value)
        return number if number % 1 else Decimal(int(number))

    hint = "; 0.25 is 25 %" if unit.startswith("share") else ""
    places = f"with at most {MOST_DECIMAL_PLACES} digits after the point"
    example = "0.25" if hint else "120" if most >= 120 else "2"
    return Kind(
        read, f"a number above 0 and up to {most}{_counting(unit)}{hint}, {places}, without quotes", example
    )


def _counting(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit(value)
    return value


def _day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise Unfit(value) from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Unfit(value)
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise Unfit(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= _LONGEST_TEXT:
        raise Unfit(value)
    # Control and direction characters could make a name read as something else on the page.
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in value):
        raise Unfit(value)
    return value.strip()


def _matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or len(value) > _LONGEST_TEXT or not pattern.fullmatch(value):
            raise Unfit(value)
        return value

    return read


def _choice(words: tuple[str, ...], *, is_list: bool) -> Kind:
    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            raise Unfit(value)
        return value

    listed = ", ".join(as_written(word) for word in words)
    if len(words) > _MOST_LISTED:
        listed = "the ids that `previsit rules` lists"
    if is_list:
        return Kind(_all(read), f"a list of any of {listed}, each once", f"[{as_written(words[0])}]")
    return Kind(read, f"one of {listed}", as_written(words[0]))


def _languages(*, is_list: bool) -> Kind:
    read = _matching(LANGUAGE)
    if is_list:
        return Kind(_all(read), "a list of language codes, each once", '["en", "es"]')
    return Kind(read, "a language code", '"es"')


def _all(read: Callable[[Any], str]) -> Callable[[Any], tuple[str, ...]]:
    def read_all(values: Any) -> tuple[str, ...]:
        if not isinstance(values, list | tuple):
            raise Unfit(values)
        found = tuple(read(value) for value in values)
        for place, value in enumerate(found):
            if value in found[:place]:
                raise Unfit(value)
        return found

    return read_all


_PLAIN: dict[Any, Kind] = {
    bool: Kind(_switch, "true or false, without quotes", "true"),
    str: Kind(_text, f"1 to {_LONGEST_TEXT} characters on one line, in quotes", '"text"'),
    date | None: Kind(_day, f"a day from {_FIRST_YEAR} to {_LAST_YEAR}, without quotes", "2026-03-02"),
}
