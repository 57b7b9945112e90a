"""What the first request would wait for: the tables and the rules, read and run once before it comes."""

from datetime import date

from cds.summary import summarize
from chart.reader import read_chart
from rules.case import Case
from rules.catalogue import RULES

_NOBODY = (
    {"resourceType": "Patient", "id": "nobody"},
    {
        "resourceType": "MedicationRequest",
        "id": "example",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/nobody"},
        "medicationCodeableConcept": {"text": "oxycodone 5 mg tablet"},
        "dosageInstruction": [{"text": "1 tablet every 6 hours as needed"}],
    },
)


def be_ready() -> None:
    summarize(Case(read_chart(_NOBODY, date(2026, 1, 1))), RULES)
