"""The clinic's policy from the content of its file: checked as a whole, with every problem named at once."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import MISSING, Field, fields
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

from rules.link import Link
from rules.policy import Policy
from rules.policy_limits import IN_ORDER
from rules.policy_values import as_written, kind_of
from rules.resource import Resource

# What the file calls them under [clinic] -> the setting.
CLINIC = {"name": "clinic_name", "version": "version", "reviewed_on": "reviewed_on"}
LISTS = {"resources": Resource, "links": Link}  # written as [[resources]] and [[links]]
_HINTS = get_type_hints(Policy)
_FIELDS: dict[str, Field[Any]] = {f.name: f for f in fields(Policy)}
SETTINGS = tuple(name for name in _FIELDS if name not in CLINIC.values() and name not in LISTS)
_SECTIONS = {"clinic": "[clinic]", "settings": "[settings]"} | {name: f"[[{name}]]" for name in LISTS}
_MOST_LISTED = 10  # names, in a message
_LIST_THEM = "`previsit policy show` lists every setting"


class PolicyError(Exception):
    """The policy cannot be used. Each of `problems` is one sentence that says what to write instead."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


def policy_from(data: Mapping[str, Any]) -> Policy:
    """The policy that a file's content describes; what it leaves out keeps its default."""
    problems = [_unknown(key, value) for key, value in data.items() if key not in _SECTIONS]
    values: dict[str, Any] = {}
    unread = set()
    for name, written, shown in _settings(data, problems):
        try:
            values[name] = _value(name, written, shown)
        except ValueError as problem:
            unread.add(name)
            problems.append(str(problem))
    for name in LISTS:
        values[name] = tuple(_entries(name, data.get(name, []), problems))
    policy = Policy(**values)
    problems += _out_of_order(policy, unread)
    if problems:
        raise PolicyError(problems)
    return policy


def _settings(data: Mapping[str, Any], problems: list[str]) -> Iterator[tuple[str, Any, str]]:
    """(setting, what was written, the name it was written under)."""
    for section, names in (("clinic", CLINIC), ("settings", {name: name for name in SETTINGS})):
        content = data.get(section, {})
        if not isinstance(content, dict):
            problems.append(f"{section} is {as_written(content)}; write [{section}] on a line of its own.")
            continue
        for key, written in content.items():
            if key in names:
                yield names[key], written, key
            else:
                problems.append(_stray(key, names, section))


def _value(name: str, written: Any, shown: str) -> Any:
    annotation = _HINTS[name]
    if written is None and type(None) in get_args(annotation):
        return None
    unit = _FIELDS[name].metadata.get("unit", "")
    # A limit belongs to the setting; the sentence names what the clinic wrote.
    return kind_of(annotation, name, unit).check(shown, written, _FIELDS[name].default)


def _unknown(key: str, value: Any) -> str:
    if isinstance(value, dict | list) and key not in _FIELDS:
        near = get_close_matches(key, _SECTIONS, n=1)
        meant = f"did you mean {_SECTIONS[near[0]]}?" if near else f"write {', '.join(_SECTIONS.values())}."
        return f"There is no section {as_written(key)}; {meant}"
    return _stray(key, {}, "")


def _stray(key: str, known: Mapping[str, Any] | Sequence[str], section: str) -> str:
    """What to do with a key that does not belong where it stands."""
    if home := _home(key):
        return f"{key} stands in the wrong place; write {home}."
    near = get_close_matches(key, list(known) or [*SETTINGS, *CLINIC], n=1)
    listed = f"write {', '.join(known)}." if 0 < len(known) <= _MOST_LISTED else f"{_LIST_THEM}."
    meant = f"did you mean {near[0]}?" if near else listed
    return f"{_place(section)}{as_written(key)} is not a name this app knows; {meant}"


def _home(key: str) -> str:
    under = {setting: name for name, setting in CLINIC.items()}
    if key in SETTINGS:
        return f"it below the line [settings], as {key} = …"
    if key in under:
        return f"it below the line [clinic], as {under[key]} = …"
    return ""


def _place(section: str) -> str:
    return f"[{section}]: " if section else ""


def _entries(name: str, written: Any, problems: list[str]) -> Iterator[Any]:
    if not isinstance(written, list):
        problems.append(f"{name} is {as_written(written)}; write [[{name}]] above each entry.")
        return
    seen = set()
    for number, entry in enumerate(written, 1):
        where = f"[[{name}]] number {number}"
        if not isinstance(entry, dict):
            problems.append(f"{where} is {as_written(entry)}; write [[{name}]] above each entry.")
            continue
        made = _entry(LISTS[name], name, entry, f"{where}: ", problems)
        if made is None:
            continue
        if _known_by(made) in seen:
            problems.append(f"{where} is there twice; give one of the two another name or remove it.")
        seen.add(_known_by(made))
        yield made


def _known_by(made: Any) -> tuple[str, str]:
    return (made.kind, made.name) if isinstance(made, Resource) else (made.title, made.url)


def _entry(shape: Any, name: str, entry: Mapping[str, Any], where: str, problems: list[str]) -> Any:
    hints = get_type_hints(shape)
    known = {f.name: f for f in fields(shape)}
    found: list[str] = [where + _stray(key, known, "") for key in entry if key not in known]
    values = {}
    for key, field in known.items():
        kind = kind_of(hints[key], f"{name}.{key}")
        if key in entry:
            try:
                values[key] = kind.check(key, entry[key])
            except ValueError as problem:
                found.append(f"{where}{problem}")
        elif field.default is MISSING:
            found.append(f"{where}{key} is missing; write {kind.wanted}, as in {key} = {kind.example}.")
    problems += found
    return None if found else shape(**values)


def _out_of_order(policy: Policy, unread: Set[str]) -> Iterator[str]:
    for lower, upper in IN_ORDER:
        least, most = getattr(policy, lower), getattr(policy, upper)
        if least > most and not {lower, upper} & unread:
            yield f"{lower} ({least}) is above {upper} ({most}); change one of them so that it is not."
