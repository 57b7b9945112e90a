"""What a record id stands for, in words a clinician recognises: "oxycodone 5 mg tablet, order, 3 Feb 2026"."""

from dataclasses import dataclass, fields
from typing import Any

from chart.records import Chart
from chart.terms import Record

_KINDS = {
    "MedicationRequest": "order",
    "MedicationDispense": "fill",
    "MedicationStatement": "reported medicine",
    "Condition": "problem or diagnosis",
    "Observation": "result",
    "DiagnosticReport": "report",
    "Procedure": "procedure",
    "Encounter": "visit",
    "DocumentReference": "document",
    "ServiceRequest": "referral or order",
    "Task": "task",
    "Appointment": "appointment",
    "CarePlan": "care plan",
    "QuestionnaireResponse": "questionnaire",
    "Consent": "consent",
}


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    name: str
    kind: str
    when: str
    doubts: tuple[str, ...] = ()


class Evidence:
    def __init__(self, chart: Chart) -> None:
        self._records: dict[str, Record] = {chart.patient.id: chart.patient}
        for field in fields(chart):
            value = getattr(chart, field.name)
            if isinstance(value, tuple):
                self._records |= {r.id: r for r in value if isinstance(r, Record)}

    def items(self, record_ids: tuple[str, ...]) -> list[Item]:
        return [self._item(record_id) for record_id in record_ids]

    def _item(self, record_id: str) -> Item:
        kind = record_id.partition("/")[0]
        record: Any = self._records.get(record_id)
        name = getattr(record, "display", "") or getattr(record, "name", "") or kind
        when = getattr(record, "when", None)
        doubts = record.doubts if record is not None else ()
        return Item(record_id, name, _KINDS.get(kind, kind), str(when) if when else "no date", doubts)
