"""Urine drug test results held against the medicines on record, metabolites included (PV-07)."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from chart.frozen import dataclass
from chart.medications import Medication, MedicationDispense, MedicationRequest, MedicationStatement
from chart.records import Chart, Component, Observation
from chart.when import When
from rules.case import Case
from rules.codes import rows
from rules.drug_test_analytes import Analyte, analyte_of
from rules.drug_test_values import Result, result_of
from rules.once import once
from rules.valuesets import URINE_DRUG_TEST

_URINE = re.compile(r"urine|\bur\b|\buds\b|\budt\b", re.IGNORECASE)
_CONFIRMS = re.compile(r"confirm|\bcfm\b|lc[-/ ]?ms|gc[-/ ]?ms", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    analyte: Analyte
    result: Result
    on: When
    record: Observation
    is_confirmed: bool  # by a confirmatory method, as its name says

    @property
    def day(self) -> date:
        return self.on.first


@once
def findings(case: Case) -> tuple[Finding, ...]:
    """The latest result of each substance within the drug test interval; a confirmatory one before a screen."""
    kept: dict[str, Finding] = {}
    recent = [f for f in _all(case.chart) if f.on.may_be_within(case.policy.drug_test_days, case.as_of)]
    for found in sorted(recent, key=lambda f: (f.day, f.is_confirmed, f.record.id)):
        kept[found.analyte.name] = found
    return tuple(kept.values())


def _all(chart: Chart) -> Iterator[Finding]:
    known = _names_of_tests()
    for o in chart.observations:
        if not o.is_final or o.when is None or not _is_urine_test(o):
            continue
        parts: list[Observation | Component] = [o, *o.components]
        for part in parts:
            name = " ".join(
                [part.concept.display, *(known.get(c.code, c.display) for c in part.concept.codes)]
            )
            analyte = analyte_of(name)
            if analyte and not (part.value.is_empty and not part.interpretations):
                yield Finding(analyte, result_of(part), o.when, o, bool(_CONFIRMS.search(name)))


@cache
def _names_of_tests() -> dict[str, str]:
    return {r.code: r.display for r in rows() if r.group.startswith("uds_")}


def _is_urine_test(observation: Observation) -> bool:
    return URINE_DRUG_TEST.has(observation.concept) or bool(_URINE.search(observation.display))


@dataclass(frozen=True, slots=True)
class Unexpected:
    finding: Finding
    medicines: tuple[Medication, ...]  # taken and not detected; empty when detected and not on record
    later: tuple[Medication, ...] = ()  # given only after the test: the record may begin too late to tell

    @property
    def text(self) -> str:
        f = self.finding
        if self.later:
            first = self.later[0].display
            return f"{f.analyte.name.capitalize()} detected on {f.on}, before {first} is first on record"
        if self.medicines:
            return f"{f.analyte.name.capitalize()} not detected on {f.on}, with {self.medicines[0].display} on record"
        return (
            f"{f.analyte.name.capitalize()} detected on {f.on}, with no medicine on record that explains it"
        )


@once
def unexpected(case: Case) -> tuple[Unexpected, ...]:
    """Never more than a reason to talk and to confirm: screens miss and misread."""
    found = (_held_against(f, case) for f in findings(case))
    return tuple(u for u in found if u is not None)


def _held_against(finding: Finding, case: Case) -> Unexpected | None:
    analyte = finding.analyte
    if finding.result is Result.DETECTED:
        explaining = [m for m, made_of in _given(case.chart) if _explains(m, made_of, analyte)]
        if any(_may_have_taken(m, finding.on, case) for m in explaining):
            return None
        return Unexpected(
            finding, (), tuple(m for m in explaining if m.when and m.when.first >= finding.on.first)
        )
    if finding.result is not Result.NOT_DETECTED:
        return None
    missing = tuple(
        m for m, made_of in _given(case.chart)
        if not analyte.expected_with.isdisjoint(made_of) and _was_to_take(m, finding.on) and not _is_as_needed(m)
    )  # fmt: skip
    return Unexpected(finding, missing) if missing else None


Given = MedicationRequest | MedicationDispense | MedicationStatement
_NEVER = ("draft", "cancelled", "entered-in-error", "not-taken", "declined", "preparation", "intended")


@once
def _given(chart: Chart) -> tuple[tuple[Given, frozenset[str]], ...]:
    """What was ordered, handed over or reported, each with the names of what it is made of."""
    found: list[Given] = [
        *chart.medication_requests,
        *chart.medication_dispenses,
        *chart.medication_statements,
    ]
    return tuple((m, _ingredients(m)) for m in found if m.status not in _NEVER)


def _last_day(medicine: Given) -> date | None:
    if medicine.when is None or medicine.supply.days is None:
        return None
    return medicine.when.last + timedelta(days=int(medicine.supply.days * (1 + medicine.supply.refills)))


def _may_have_taken(medicine: Given, tested: When, case: Case) -> bool:
    """Given in the month before the test, lasting into it, or on the active list: what can explain a result."""
    if medicine.when is None:
        return True
    window = tested.first - timedelta(days=case.policy.drug_test_window_days)
    last = _last_day(medicine)
    lasts = medicine.status in (None, "active", "unknown", "in-progress") or (
        last is not None and last >= window
    )
    return medicine.when.first <= tested.last and (medicine.when.last >= window or lasts)


def _was_to_take(medicine: Given, tested: When) -> bool:
    """Certainly in the days of the test: begun before, and the supply lasting past it. Never from what was reported."""
    last = _last_day(medicine)
    if isinstance(medicine, MedicationStatement) or medicine.when is None or last is None:
        return False
    return (
        medicine.when.last < tested.first
        and last > tested.last
        and medicine.status not in ("stopped", "on-hold")
    )


def _explains(medicine: Medication, made_of: frozenset[str], analyte: Analyte) -> bool:
    by_class = analyte.from_class is not None and medicine.is_any(analyte.from_class)
    return by_class or not analyte.from_medicines.isdisjoint(made_of)


def _ingredients(medicine: Medication) -> frozenset[str]:
    named = {i.name.lower().split()[0] for i in medicine.product.ingredients if i.name}
    return frozenset(named or {w.lower() for w in re.findall(r"[A-Za-z]{5,}", medicine.display)})


def _is_as_needed(medicine: Medication) -> bool:
    return any(step.as_needed for step in medicine.dosage.steps)
