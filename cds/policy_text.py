"""The clinic's policy for people and programs: `previsit policy show`, docs/policy-settings.md."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from chart.when import day_in_words
from rules.link import Link
from rules.policy import Policy, described
from rules.policy_limits import CHOICES
from rules.policy_reading import CLINIC, LISTS, SETTINGS
from rules.resource import Resource


def policy_text(policy: Policy) -> str:
    return "\n".join(_lines(policy))


def policy_json(policy: Policy) -> dict[str, Any]:
    """`policy` has the shape of the file and can be read back; `settings` says where each value comes from."""
    return {
        "policy": policy_content(policy),
        "settings": [
            {
                "name": name,
                "value": _plain(value),
                "default": _plain(default),
                "unit": unit,
                "source": source,
                "is_changed": value != default,
            }
            for name, value, default, unit, source in described(policy)
        ],
    }


def policy_content(policy: Policy) -> dict[str, Any]:
    """As the TOML file would hold it. Numbers are numbers; a setting without a value is left out."""
    clinic = {key: _plain(getattr(policy, name)) for key, name in CLINIC.items()}
    settings = {name: _plain(getattr(policy, name)) for name in SETTINGS}
    return {
        "clinic": {key: value for key, value in clinic.items() if value is not None},
        "settings": {key: value for key, value in settings.items() if value is not None},
        **{name: _plain(getattr(policy, name)) for name in LISTS},
    }


def changes(policy: Policy) -> tuple[str, ...]:
    """What the clinic changed, one line a setting."""
    return tuple(
        f"{name}: {shown(value, unit)} (default {shown(default, unit)})"
        for name, value, default, unit, _ in described(policy)
        if value != default
    )


def policy_markdown() -> str:
    """docs/policy-settings.md, whole; a test keeps the file equal to this."""
    return "\n".join(_markdown(Policy())) + "\n"


def shown(value: Any, unit: str = "") -> str:
    """A value as a sentence has it."""
    if value is None or value == ():
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"  # as the file has it
    if isinstance(value, date):
        return day_in_words(value)
    if isinstance(value, tuple):
        return "; ".join(_named(one) for one in value)
    return f"{value} {unit}".strip()


def _named(one: Any) -> str:
    return one.name if isinstance(one, Resource) else one.title if isinstance(one, Link) else str(one)


def _lines(policy: Policy) -> Iterator[str]:
    yield f"{policy.clinic_name}, version {policy.version}. A star marks what differs from the defaults."
    for name, value, default, unit, source in described(policy):
        changed = value != default
        yield f"{'*' if changed else ' '} {name} = {shown(value, unit)}"
        yield f"      default {shown(default, unit)}; {source}" if changed else f"      {source}"


def _markdown(policy: Policy) -> Iterator[str]:
    yield "# Every setting of a clinic's policy"
    yield ""
    yield "Made from the code by `make docs`; do not edit by hand. How to write the file is in [policy.md](policy.md)."
    yield "`previsit policy show FILE` prints the values in force."
    yield ""
    yield "| setting | section | default | unit | who says so |"
    yield "|---|---|---|---|---|"
    under = {name: f"[clinic], as `{key}`" for key, name in CLINIC.items()} | {n: f"[[{n}]]" for n in LISTS}
    for name, value, _, unit, source in described(policy):
        yield f"| `{name}` | {under.get(name, '[settings]')} | {shown(value)} | {unit} | {source} |"
    yield from ("", "## Words to choose from", "")
    for name, words in CHOICES.items():
        listed = ", ".join(f"“{word}”" for word in words)
        yield f"- `{name}`: {'the ids in [rules.md](rules.md)' if name == 'links.rules' else listed}"


def _plain(value: Any) -> Any:
    """As JSON has it. Policy numbers have at most four decimal places, which a float gives back exactly."""
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Resource | Link):
        return {key: _plain(part) for key, part in asdict(value).items() if part not in ("", ())}
    return value
