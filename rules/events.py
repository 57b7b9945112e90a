"""What happened beside the daily dose: visits, overdoses, drug tests, agreements, and days on buprenorphine."""

from collections.abc import Iterator
from datetime import date

from chart.frozen import dataclass
from chart.medications import DrugClass
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.coverage import Course
from rules.overdose_risk import overdoses
from rules.planned_visits.agreement import agreements
from rules.planned_visits.drug_test_due import tests
from rules.planned_visits.visit import opioid_visits
from rules.therapy import covered_days

VISIT, OVERDOSE = "visit about opioid therapy", "overdose"
DRUG_TEST, AGREEMENT = "urine drug test", "treatment agreement"
KINDS = (OVERDOSE, VISIT, DRUG_TEST, AGREEMENT)


@dataclass(frozen=True, slots=True)
class Event:
    kind: str  # one of KINDS
    on: When
    record_ids: tuple[str, ...]


def events(case: Case) -> tuple[Event, ...]:
    """Oldest first, one a kind and day; what has no date, or is only perhaps one of these, is left to the items."""
    found: dict[tuple[date, str], Event] = {}
    for kind, when, record in _every(case):
        if when is not None and when.first <= case.as_of:
            known = found.get((when.first, kind))
            ids = (*(known.record_ids if known else ()), record.id)
            found[when.first, kind] = Event(kind, when, ids)
    return tuple(found[key] for key in sorted(found))


def on_buprenorphine(case: Case, first: date) -> tuple[Course, ...]:
    """Supply of buprenorphine from `first` on, as treatment or for pain: never part of the MME line."""
    every = covered_days(case.chart, case.policy, DrugClass.MOUD, DrugClass.OPIOID)
    return tuple(c for c in every if "buprenorphine" in c.ingredient.lower() and c.last >= first)


def _every(case: Case) -> Iterator[tuple[str, When | None, Record]]:
    chart = case.chart
    for record in overdoses(chart):
        yield OVERDOSE, getattr(record, "when", None), record
    for kind, found in (
        (VISIT, opioid_visits(chart)[0]),
        (DRUG_TEST, tests(chart)),
        (AGREEMENT, agreements(chart)[0]),
    ):
        yield from ((kind, evidence.on, evidence.record) for evidence in found)
