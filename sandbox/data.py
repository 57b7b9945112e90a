"""FHIR bundles from a directory: whatever can be read is, and what cannot is said in a sentence."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
SUFFIXES = (".json", ".ndjson")


class DataDirectoryError(ValueError):
    """The directory itself cannot be used; the message is for the person who named it."""


@dataclass(frozen=True)
class LoadedBundle:
    """One file. An unreadable one has an empty bundle, and says why in `problems`."""

    name: str
    bundle: dict[str, Any]
    problems: tuple[str, ...] = ()


def load_directory(path: Path) -> tuple[LoadedBundle, ...]:
    """Every *.json and *.ndjson file directly in `path`, by name. Raises DataDirectoryError, never for one file."""
    try:
        files = sorted(
            f for f in path.iterdir() if f.suffix.lower() in SUFFIXES and not f.name.startswith(".")
        )
    except OSError as error:
        raise DataDirectoryError(f"{path} is not a directory that can be read.") from error
    return tuple(_load(file) for file in files)


def _load(file: Path) -> LoadedBundle:
    name = file.name.encode("utf-8", "replace").decode("utf-8")
    try:
        content = file.read_bytes().removeprefix(BYTE_ORDER_MARK)
    except OSError:
        return _unreadable(name, "it cannot be opened")
    if file.suffix.lower() == ".ndjson":
        return _from_lines(name, content)
    return _from_document(name, content)


def _from_document(name: str, content: bytes) -> LoadedBundle:
    try:
        found = orjson.loads(content)
    except ValueError:
        return _unreadable(name, "it is not JSON")
    if not isinstance(found, dict) or not isinstance(found.get("resourceType"), str):
        return _unreadable(name, "it is not a FHIR resource")
    if found["resourceType"] != "Bundle":
        return LoadedBundle(name, _collection([found]))
    if not isinstance(found.get("entry", []), list):
        return _unreadable(name, "the entries of its Bundle are not a list")
    return LoadedBundle(name, found)


def _from_lines(name: str, content: bytes) -> LoadedBundle:
    """One resource a line, as Bulk Data exports write it; a bad line loses itself alone."""
    resources, problems = [], []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        found = _resource_in(line)
        if found is None:
            problems.append(f"{name}, line {number}, was left out: it is not a FHIR resource.")
        else:
            resources.append(found)
    return LoadedBundle(name, _collection(resources), tuple(problems))


def _resource_in(line: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("resourceType"), str) else None


def _unreadable(name: str, why: str) -> LoadedBundle:
    return LoadedBundle(name, _collection([]), (f"{name} was left out: {why}.",))


def _collection(resources: list[dict[str, Any]]) -> dict[str, Any]:
    entry = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}
