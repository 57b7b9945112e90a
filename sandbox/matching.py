"""Whether a resource fits one search parameter: tokens, dates with prefixes, references, strings."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.parameters import Parameter
from sandbox.references import Resource, at_path, local_target

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
Span = tuple[datetime, datetime]  # from, up to but not including
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class BadValue(ValueError):
    """A search value that cannot be understood; the text says why."""


def values(text: str) -> list[str]:
    """The alternatives of a search value: separated by commas, of which `\\,` is not one."""
    return [part.replace("\\,", ",") for part in re.split(r"(?<!\\),", text) if part]


def fits(resource: Resource, parameter: Parameter, modifier: str, value: str) -> bool:
    """Whether any of the comma-separated alternatives fits any of the parameter's elements."""
    found = [item for path in parameter.paths for item in at_path(resource, path)]
    if modifier == "missing":
        return bool(found) != (value == "true")
    one_fits = _comparison(parameter.kind, modifier)
    wanted = [f"{modifier}/{one}" if _is_type(modifier) else one for one in values(value)]
    has_fit = any(one_fits(item, one) for item in found for one in wanted)
    return not has_fit if modifier == "not" else has_fit


def _comparison(kind: str, modifier: str) -> Callable[[Any, str], bool]:
    if kind == "string":
        return {"exact": _is_equal, "contains": _contains}.get(modifier, _begins)
    return {"token": _token_fits, "date": _date_fits, "reference": _reference_fits}.get(kind, _is_equal)


def check_value(parameter: Parameter, modifier: str, value: str) -> None:
    """Raises BadValue for a modifier we do not know or a value that cannot be read."""
    known = {"token": ("not",), "string": ("exact", "contains")}.get(parameter.kind, ())
    is_known = modifier in ("", "missing", *known) or (parameter.kind == "reference" and _is_type(modifier))
    if not is_known:
        raise BadValue(f"the modifier :{modifier} is not supported")
    if modifier == "missing" and value not in ("true", "false"):
        raise BadValue(":missing takes true or false")
    if not values(value):
        raise BadValue("the value is empty")
    if parameter.kind == "date" and modifier != "missing":
        for one in values(value):
            _prefixed(one)


def span(item: Any) -> Span | None:
    """The time a date, dateTime, instant or Period covers; None when it cannot be read."""
    if isinstance(item, dict):
        start, end = item.get("start"), item.get("end")
        first, last = span(start), span(end)
        if (start and not first) or (end and not last) or not (start or end):
            return None
        return (first[0] if first else _FIRST, last[1] if last else _LAST)
    try:
        return _span_of(item) if isinstance(item, str) else None
    except (ValueError, OverflowError):
        return None


def _span_of(text: str) -> Span | None:
    found = _DATE.fullmatch(text.replace(" ", "+"))  # an unescaped + of a time zone arrives as a space
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    start = datetime(year, month, day, int(found[4] or 0), int(found[5] or 0), int(found[6] or 0), tzinfo=UTC)
    if found[8] and found[8] != "Z":
        start = datetime.fromisoformat(start.replace(tzinfo=None).isoformat() + found[8]).astimezone(UTC)
    return start, start + _precision(found)


def _precision(found: re.Match[str]) -> timedelta:
    year, month = int(found[1]), int(found[2] or 1)
    if found[4]:
        return timedelta(seconds=1) if found[6] else timedelta(minutes=1)
    if found[3]:
        return timedelta(days=1)
    if found[2]:
        return timedelta(days=monthrange(year, month)[1])
    return timedelta(days=366 if monthrange(year, 2)[1] == 29 else 365)


def _prefixed(text: str) -> tuple[str, Span]:
    prefix, rest = (text[:2], text[2:]) if text[:2] in PREFIXES else ("eq", text)
    wanted = span(rest)
    if wanted is None:
        raise BadValue(f"{text} is not a date with one of the prefixes {', '.join(PREFIXES)}")
    return prefix, wanted


def _date_fits(item: Any, text: str) -> bool:
    """FHIR R4 search, "Prefixes": comparisons are of ranges, each as long as its precision."""
    prefix, (low, high) = _prefixed(text)
    held = span(item)
    if held is None:
        return False
    start, end = held
    is_within = low <= start and end <= high
    return {
        "eq": is_within,
        "ne": not is_within,
        "gt": end > high,
        "lt": start < low,
        # As most servers do: any overlap counts, so a record dated "2024-01" is not lost to ge2024-01-31.
        "ge": end > low,
        "le": start < high,
        "sa": start >= high,
        "eb": end <= low,
    }[prefix]


def _token_fits(item: Any, text: str) -> bool:
    system, bar, code = text.rpartition("|")
    for its_system, its_code in _codings(item):
        if bar and its_system is not None and system != its_system:
            continue
        if not code or code == its_code:
            return True
    return False


def _codings(item: Any) -> Iterator[tuple[str | None, Any]]:
    """(system, code) of a CodeableConcept, Coding, Identifier, code or boolean; a bare code implies its system."""
    if isinstance(item, dict):
        for coding in item.get("coding", ()) if isinstance(item.get("coding"), list) else ():
            if isinstance(coding, dict):
                yield coding.get("system", ""), coding.get("code")
        if "code" in item or "value" in item:
            yield item.get("system", ""), item.get("code", item.get("value"))
    else:
        yield None, str(item).lower() if isinstance(item, bool) else item


def _reference_fits(item: Any, text: str) -> bool:
    target = local_target(item)
    return target is not None and (target == text or ("/" not in text and target.endswith("/" + text)))


def _is_type(modifier: str) -> bool:
    return modifier[:1].isupper()


def _begins(item: Any, text: str) -> bool:
    words = (item.casefold(), *item.casefold().split()) if isinstance(item, str) else ()
    return any(word.startswith(text.casefold()) for word in words)


def _contains(item: Any, text: str) -> bool:
    return isinstance(item, str) and text.casefold() in item.casefold()


def _is_equal(item: Any, text: str) -> bool:
    return bool(item == text)
