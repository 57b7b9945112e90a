"""The code tables and what a value set is; the named sets are in rules.valuesets."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Protocol, TypeVar

from chart.terms import ICD10CM, Concept

TABLES = ("codes", "conditions", "activities", "urine_tests", "screening", "labels")


@dataclass(frozen=True, slots=True)
class Row:
    """One code as a table has it."""

    group: str
    system: str
    code: str
    display: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, eq=False)
class ValueSet:
    """Codes that mean one thing.

    ICD-10-CM is matched by prefix too, because the tables list a category or some of its codes while charts
    hold any of them. `icd10_excluded` takes codes out again, by prefix.
    """

    name: str
    keys: frozenset[tuple[str, str]]
    icd10_prefixes: tuple[str, ...] = ()
    icd10_excluded: tuple[str, ...] = ()
    icd10_pattern: str = ""

    def has(self, concept: Concept) -> bool:
        keys = concept.keys
        return not self.keys.isdisjoint(keys) or (self.is_by_prefix and _is_under(self, keys))

    @property
    def is_by_prefix(self) -> bool:
        return bool(self.icd10_prefixes or self.icd10_pattern)

    def has_icd10(self, code: str) -> bool:
        """By its beginning: the tables list a category, or some codes of one."""
        if self.icd10_excluded and code.startswith(self.icd10_excluded):
            return False
        if self.icd10_prefixes and code.startswith(self.icd10_prefixes):
            return True
        return bool(self.icd10_pattern and re.match(self.icd10_pattern, code))


@lru_cache(maxsize=16384)
def _is_under(members: ValueSet, keys: frozenset[tuple[str, str]]) -> bool:
    return any(members.has_icd10(code) for system, code in keys if system == ICD10CM)


class HasConcept(Protocol):
    @property
    def concept(self) -> Concept: ...


Coded = TypeVar("Coded", bound=HasConcept)


def find(records: Iterable[Coded], *value_sets: ValueSet) -> tuple[Coded, ...]:
    """The records whose concept is in any of the sets, in their order."""
    if len(value_sets) == 1:
        return _find_in(records, value_sets[0])
    return tuple([r for r in records if any(s.has(r.concept) for s in value_sets)])


def _find_in(records: Iterable[Coded], members: ValueSet) -> tuple[Coded, ...]:
    """As ValueSet.has, asked of every record by most rules."""
    keys = members.keys
    if not members.is_by_prefix:
        return tuple([r for r in records if not keys.isdisjoint(r.concept.keys)])
    return tuple([r for r in records if members.has(r.concept)])


@cache
def rows() -> tuple[Row, ...]:
    """Every row of every table."""
    found: list[Row] = []
    for table in TABLES:
        file = resources.files("rules") / "tables" / f"{table}.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        found += [Row(**line) for line in csv.DictReader(lines)]
    return tuple(found)


@cache
def _displays() -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows():
        found.setdefault((row.system, row.code), []).append(row.display)
    return {key: tuple(names) for key, names in found.items()}


def names_of(system: str, code: str) -> tuple[str, ...]:
    """What the tables call this code; empty when none of them has it."""
    return _displays().get((system, code), ())


@cache
def _by_group() -> dict[str, tuple[Row, ...]]:
    groups: dict[str, list[Row]] = {}
    for row in rows():
        groups.setdefault(row.group, []).append(row)
    return {name: tuple(found) for name, found in groups.items()}


def keys_of(
    *groups: str, only: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> frozenset[tuple[str, str]]:
    """The codes of these table groups; `only` and `without` pick among them by code. KeyError for no such group."""
    found = {(r.system, r.code) for group in groups for r in _by_group()[group]}
    if missing := set(only) - {code for _, code in found}:
        raise KeyError(f"not in the tables: {sorted(missing)}")
    return frozenset(k for k in found if (not only or k[1] in only) and k[1] not in without)


def value_set(
    name: str,
    *groups: str,
    only: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    icd10: tuple[str, ...] = (),
    icd10_excluded: tuple[str, ...] = (),
    icd10_pattern: str = "",
) -> ValueSet:
    """A set from table groups. ICD-10-CM codes that `icd10_excluded` names leave the exact codes too."""
    keys = keys_of(*groups, only=only, without=without)
    if icd10_excluded:
        keys = frozenset(k for k in keys if k[0] != ICD10CM or not k[1].startswith(icd10_excluded))
    return ValueSet(name, keys, icd10, icd10_excluded, icd10_pattern)
