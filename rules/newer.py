"""Whether the findings behind an answer are newer than what a clinician recorded about it."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta

from chart.medications import DrugClass, Medication
from chart.records import Chart
from chart.terms import Record
from chart.when import When
from rules.case import Case
from rules.rule import Reason

# Here each order or fill is the finding itself. Elsewhere a renewal of a known medicine tells nothing new.
EVERY_SUPPLY_COUNTS = frozenset({"PV-05", "PV-18", "PV-19", "PV-25"})
# The dose known on a day: the highest of the week before it, so that a day between two fills is not a low dose.
_WEEK = 7


def has_newer(case: Case, rule_id: str, reasons: Iterable[Reason], since: date) -> bool:
    """A record behind these reasons may be of a later day than `since`; undated ones cannot tell."""
    wanted = {i for reason in reasons for i in reason.record_ids}
    later = [r for r in _records(case.chart) if r.id in wanted and _may_be_after(r, since, case.as_of)]
    medicines = [r for r in later if isinstance(r, Medication)]
    if len(medicines) < len(later) or (medicines and rule_id in EVERY_SUPPLY_COUNTS):
        return True
    return _is_other_medicine(case, medicines, since) or _is_more(case, medicines, since)


def _records(chart: Chart) -> Iterable[Record]:
    """Those of the EHR; an answer recorded in this app is no finding."""
    for place in fields(chart):
        if place.name != "outcomes" and isinstance(entries := getattr(chart, place.name), tuple):
            yield from (entry for entry in entries if isinstance(entry, Record))


def _may_be_after(record: Record, since: date, as_of: date) -> bool:
    """By when it was recorded as well: a diagnosis of long ago may have reached the chart today."""
    found = (getattr(record, name, None) for name in ("when", "recorded", "updated_on"))
    return any(w.last > since and w.first <= as_of for w in found if isinstance(w, When))


def _is_other_medicine(case: Case, medicines: Iterable[Medication], since: date) -> bool:
    known = {n for m in case.medications if _may_be_on_or_before(m, since) for n in _names(m)}
    return any(not _names(m) <= known for m in medicines)


def _may_be_on_or_before(medication: Medication, day: date) -> bool:
    when = getattr(medication, "when", None)
    return isinstance(when, When) and when.last <= day


def _names(medication: Medication) -> frozenset[str]:
    names = frozenset(i.name for i in medication.product.ingredients)
    return names or frozenset({medication.display})


def _is_more(case: Case, medicines: Iterable[Medication], since: date) -> bool:
    """A higher daily dose than was known then, or one that can no longer be told."""
    if not any(m.is_any(DrugClass.OPIOID) for m in medicines):
        return False
    week = (case.therapy.mme_on(since - timedelta(days=n)) for n in range(_WEEK))
    then, now = [d for d in week if d], case.therapy.mme_on(case.as_of)
    if not then or now is None or (now.at_least and not any(d.at_least for d in then)):
        return True
    return now.mme_uncertain > max(d.mme_uncertain for d in then)
