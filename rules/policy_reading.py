"""A policy from what a clinic's TOML file holds, every mistake named at once and in words that help to mend it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from rules.complex_patients import instruments
from rules.policy import Policy
from rules.resource import KINDS, SETTINGS, Resource
from rules.rule import Role

_LONGEST = 3660  # ten years, in days
_ZERO_DAYS = {
    "lead_days",
    "ltot_allowed_gap_days",
    "carry_over_days",
    "early_fill_days",
    "refill_window_days",
}
PART2_CHOICES = ("withhold without consent", "show with notice")


class PolicyError(ValueError):
    """What is wrong, one sentence a mistake."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(" ".join(self.mistakes))


def policy_from(data: Mapping[str, Any]) -> Policy:
    """The defaults with what `data` changes. Raises PolicyError; an unknown name is never passed over."""
    settings = {f.name: f for f in fields(Policy)}
    mistakes: list[str] = []
    changed: dict[str, Any] = {}
    for name, value in data.items():
        if name not in settings:
            mistakes.append(_unknown(name, settings))
            continue
        try:
            changed[name] = _read(name, settings[name].type, settings[name].metadata["unit"], value)
        except ValueError as problem:
            mistakes.append(str(problem))
    if not mistakes:
        mistakes = _contradictions(Policy(**changed))
    if mistakes:
        raise PolicyError(mistakes)
    return Policy(**changed)


def _unknown(name: str, known: Iterable[str], what: str = "setting") -> str:
    near = get_close_matches(name, list(known), 1)
    return f"“{name}” is not a {what}{f'; “{near[0]}” is' if near else ''}."


def _read(name: str, kind: object, unit: str, value: Any) -> Any:
    readers: dict[object, Callable[[str, str, Any], Any]] = {
        bool: _yes_or_no,
        int: _whole,
        str: _text,
        Decimal: _number,
        Decimal | None: _number,
        date | None: _date,
        tuple[str, ...]: _texts,
        tuple[Resource, ...]: _resources,
    }
    return readers[kind](name, unit, value)


def _yes_or_no(name: str, _unit: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"“{name}” must be true or false, not {value!r}.")
    return value


def _whole(name: str, unit: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"“{name}” must be a whole number{_of(unit)} without quotes, not {value!r}.")
    least = 0 if name in _ZERO_DAYS else 1
    if not least <= value <= _LONGEST:
        raise ValueError(f"“{name}” must be from {least} to {_LONGEST}{_of(unit)}, not {value}.")
    return value


def _number(name: str, unit: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"“{name}” must be a number{_of(unit)} without quotes, not {value!r}.")
    number = Decimal(str(value))
    most = Decimal(1) if unit.startswith("share") else Decimal(1000)
    if not (number.is_finite() and 0 < number <= most):
        raise ValueError(f"“{name}” must be more than 0 and at most {most}{_of(unit)}, not {value}.")
    return number


def _of(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _text(name: str, _unit: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"“{name}” must be words in quotes, not {value!r}.")
    if name == "part2_display":
        return _one_of(name, value, PART2_CHOICES)
    return value.strip()


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"“{name}” is one of {', '.join(f'“{c}”' for c in choices)}, not {value!r}.")
    return value


def _date(name: str, _unit: str, value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ValueError(f"“{name}” must be a date without quotes, such as 2026-01-31, not {value!r}.")
    return value


def _texts(name: str, _unit: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError(f'“{name}” must be a list of words, such as ["PHQ-9", "GAD-7"], not {value!r}.')
    choices = _CHOICES.get(name)
    return tuple(_one_of(name, v, choices) if choices else v for v in value)


_TOOLS = tuple(instrument.name for instrument in instruments.ALL)
_CHOICES = {
    "tools_in_use": _TOOLS,
    "tools_yearly": _TOOLS,
    "roles_shown_sensitive": tuple(role.value for role in Role),
}


def _resources(name: str, _unit: str, value: Any) -> tuple[Resource, ...]:
    if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
        raise ValueError(f"“{name}” must be tables headed [[{name}]], one for each service.")
    return tuple(_resource(number, entry) for number, entry in enumerate(value, 1))


def _resource(number: int, entry: Mapping[str, Any]) -> Resource:
    where = f"[[resources]] number {number}"
    known = {f.name: f for f in fields(Resource)}
    for key in entry:
        if key not in known:
            raise ValueError(f"{where}: {_unknown(key, known, 'part of a service')}")
    if missing := [n for n in ("kind", "setting", "name") if not entry.get(n)]:
        raise ValueError(f"{where} has no {' and no '.join(missing)}.")
    try:
        read = {key: _read(key, known[key].type, "", value) for key, value in entry.items()}
        _one_of("kind", read["kind"], KINDS)
        _one_of("setting", read["setting"], SETTINGS)
    except ValueError as problem:
        raise ValueError(f"{where}: {problem}") from None
    return Resource(**read)


def _contradictions(policy: Policy) -> list[str]:
    """Numbers that are each possible and together are not."""
    pairs = (
        ("mme_extra_care", "mme_measure_flag"),
        ("egfr_high", "egfr_caution"),
        ("visit_days_team_plan", "visit_days"),
        ("prescribers_review", "prescribers_measure"),
        ("dose_decrease_month", "dose_decrease"),
        ("ltot_density_days", "ltot_days"),
    )
    return [
        f"“{low}” ({getattr(policy, low)}) must not be more than “{high}” ({getattr(policy, high)})."
        for low, high in pairs
        if getattr(policy, low) > getattr(policy, high)
    ]
