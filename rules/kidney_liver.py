"""Kidney and liver function: the latest eGFR of the year, and diagnoses that tell of reduced function."""

from dataclasses import dataclass
from decimal import Decimal

from chart.records import Chart, Condition, Observation
from rules.codes import ValueSet, find
from rules.once import once
from rules.policy import Policy
from rules.rule import Reason
from rules.valuesets import EGFR, HEPATIC_IMPAIRMENT, KIDNEY_DISEASE, KIDNEY_IMPAIRMENT


@dataclass(frozen=True, slots=True)
class Egfr:
    value: Decimal
    record: Observation
    is_below: bool  # "<15": the value is a bound

    @property
    def reason(self) -> Reason:
        sign = self.record.value.comparator
        return Reason.of(f"eGFR {sign}{self.value} mL/min/1.73 m2, {self.record.when}", (self.record,))


@once
def latest_egfr(chart: Chart, policy: Policy) -> Egfr | None:
    """Within the year; ">60" and "≥90" tell a lower bound, which is what most laboratories report."""
    found = [
        o for o in find(chart.observations, EGFR)
        if o.is_final and o.value.number is not None and o.when and o.when.may_be_within(policy.egfr_days, chart.as_of)
    ]  # fmt: skip
    if not found:
        return None
    last = max(found, key=lambda o: (o.when.first if o.when else chart.as_of, o.id))
    value = last.value.number or Decimal(0)
    return Egfr(value, last, last.value.comparator.startswith("<"))


@once
def reduced_kidney(chart: Chart, policy: Policy) -> tuple[Reason, ...]:
    """A diagnosis with its stage, or an eGFR under the caution threshold."""
    egfr = latest_egfr(chart, policy)
    low = (egfr.reason,) if egfr and is_low(egfr, policy.egfr_caution) else ()
    return (*low, *_diagnoses(chart, KIDNEY_IMPAIRMENT))


def is_low(egfr: Egfr, threshold: Decimal) -> bool:
    return egfr.value < threshold or (egfr.is_below and egfr.value <= threshold)


@once
def reduced_liver(chart: Chart) -> tuple[Reason, ...]:
    return _diagnoses(chart, HEPATIC_IMPAIRMENT)


def kidney_disease_without_stage(chart: Chart) -> tuple[Reason, ...]:
    return _diagnoses(chart, KIDNEY_DISEASE)


def _diagnoses(chart: Chart, members: ValueSet) -> tuple[Reason, ...]:
    found: list[Condition] = [c for c in find(chart.conditions, members) if c.is_active]
    return tuple(Reason.of(f"{c.display} on record", (c,)) for c in found)
