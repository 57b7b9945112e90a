"""Marks what tells of substance use care and carries no label: most EHRs label nothing.

A mark is not a label. It says that this app inferred it; it makes nothing a record under 42 CFR part 2, asks for no
consent and is never written to the EHR. It counts for what a role may see, and stays on all that is made from it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chart.medications import DrugClass
from chart.records import Chart, Condition, Encounter
from chart.terms import ICD10CM, Record
from rules.consents import names
from rules.labels import INFERRED, is_sensitive
from rules.not_counted import is_for_oud, is_methadone
from rules.policy import Policy
from rules.prescriptions import Prescription, prescriptions
from rules.valuesets import SUBSTANCE_USE_HISTORY

_SUBSTANCE_USE = tuple(f"F{number}" for number in range(10, 20))
_MEDICINES = ("medication_requests", "medication_dispenses", "medication_statements")


def with_marks(chart: Chart, policy: Policy) -> Chart:
    """The chart with inferred marks beside the labels the EHR gave, unless the clinic has switched this off."""
    if not policy.infer_sensitive:
        return chart
    medicines = _treatment(chart)
    programs = names(*policy.substance_use_programs)
    wanted: dict[str, Callable[[Any], bool]] = {
        **{place: lambda m: m.id in medicines for place in _MEDICINES},
        "conditions": _tells_of_substance_use,
        "encounters": lambda visit: _is_at(visit, programs),
    }
    changed: dict[str, Any] = {}
    for place, is_meant in wanted.items():
        if (records := _marked(getattr(chart, place), is_meant)) is not None:
            changed[place] = records
    return replace(chart, **changed) if changed else chart


def _marked(records: tuple[Record, ...], is_meant: Callable[[Any], bool]) -> tuple[Record, ...] | None:
    """None where nothing is marked. What the EHR has labelled as sensitive needs no mark."""
    found = tuple(
        replace(r, labels=r.labels | INFERRED) if is_meant(r) and not is_sensitive(r.labels) else r
        for r in records
    )
    return found if any(a is not b for a, b in zip(found, records, strict=True)) else None


def _tells_of_substance_use(condition: Condition) -> bool:
    coded = any(c.system == ICD10CM and c.code.startswith(_SUBSTANCE_USE) for c in condition.concept.codes)
    return coded or any(s.has(condition.concept) for s in SUBSTANCE_USE_HISTORY)


def _treatment(chart: Chart) -> frozenset[str]:
    found = (p for p in prescriptions(chart, DrugClass.MOUD) if _is_treatment(p, chart))
    return frozenset(record.id for p in found for record in p.records)


def _is_treatment(prescription: Prescription, chart: Chart) -> bool:
    """Methadone is a pain medicine too; naltrexone with bupropion is for weight."""
    if len(prescription.lead.product.ingredients) > 1 and not prescription.lead.is_any(DrugClass.OPIOID):
        return False
    return not is_methadone(prescription) or is_for_oud(prescription, chart)


def _is_at(visit: Encounter, programs: frozenset[str]) -> bool:
    return bool(programs & names(*visit.provider))
