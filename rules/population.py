"""Whom the CDC 2022 guideline is not written for, and what is kept on for them all the same."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from chart.frozen import dataclass
from chart.records import Chart, Condition
from chart.terms import Concept, Record
from chart.when import When
from rules import valuesets
from rules.codes import ValueSet, find
from rules.rule import Reason

ADULT = 18  # years; CDC 2022 is for patients aged 18 or older
# Own decision: care that was recorded longer ago than this no longer tells how things stand.
RECENT_DAYS = 365
ENCOUNTERS_WITH_CANCER = 2  # opioid-cds-r4: two encounters with a cancer diagnosis in 12 months

_NAMED = re.compile(
    r"malignan|carcinoma|metasta|leuk(?:a?e)mia|lymphoma|myeloma|sarcoma|\bcancer\b"
    r"|hospice|palliative|end[- ]of[- ]life|terminal(?:ly)? ill|sickle",
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(
    r"history|family|screen|benign|suspected|risk|in situ|trait|no evidence|fear|exposure|basal cell",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Why the guideline does not apply. At the end of life safety items pause too; otherwise they stay on."""

    reasons: tuple[Reason, ...]
    is_end_of_life: bool


def exclusion(chart: Chart) -> Exclusion | None:
    """Age under 18, sickle cell disease, cancer, palliative, hospice or end-of-life care (specification 2.1)."""
    end_of_life = tuple(_care(chart, (valuesets.HOSPICE, valuesets.TERMINAL, valuesets.DYING)))
    reasons = (*_under_age(chart), *_sickle_cell(chart), *_cancer(chart), *end_of_life)
    reasons += tuple(_care(chart, (valuesets.PALLIATIVE,)))
    return Exclusion(reasons, bool(end_of_life)) if reasons else None


def doubts(chart: Chart) -> tuple[Reason, ...]:
    """What may be a reason, but is too uncertain to pause anything: one visit's diagnosis, a name without a code."""
    once = _visit_diagnoses(chart)
    single = [Reason.of(f"One visit lists {_told(c)}", (c,)) for c in once] if len(once) == 1 else []
    return (*_age_unknown(chart), *single, *_named_only(chart), *_discharges_by_name(chart))


def _age_unknown(chart: Chart) -> Iterator[Reason]:
    """Some EHRs send a year alone: then a patient may be 17 or 18."""
    if (born := chart.patient.birth_date) is None:
        yield Reason("No birth date is recorded")
    elif _may_be_adult(born.first, chart.as_of) and not _may_be_adult(born.last, chart.as_of):
        yield Reason.of(f"Whether the patient is {ADULT} cannot be told: born {born}", (chart.patient,))


def _under_age(chart: Chart) -> Iterator[Reason]:
    if (born := chart.patient.birth_date) and not _may_be_adult(born.first, chart.as_of):
        yield Reason.of(f"Patient is under {ADULT}", (chart.patient,))


def _may_be_adult(born: date, day: date) -> bool:
    """On the earliest day the birth date can mean; a child's chart is excluded only when that is certain."""
    return (born.year + ADULT, born.month, born.day) <= (day.year, day.month, day.day)


def _sickle_cell(chart: Chart) -> Iterator[Reason]:
    """Lifelong, so a past or inactive entry counts too (opioid-cds-r4 assumes it active)."""
    if found := find(chart.conditions, valuesets.SICKLE_CELL):
        yield Reason.of(f"Sickle cell disease: {_told(found[0])}", found)


def _cancer(chart: Chart) -> Iterator[Reason]:
    if pain := [c for c in find(chart.conditions, valuesets.CANCER_PAIN) if _is_current(c, chart)]:
        yield Reason.of(f"Cancer-related pain: {_told(pain[0])}", pain)
    active = [c for c in find(chart.conditions, valuesets.MALIGNANCY) if c.is_active]
    listed = [c for c in active if not _is_visit_diagnosis(c)]
    visits = _visit_diagnoses(chart)
    found = listed + (visits if len(visits) >= ENCOUNTERS_WITH_CANCER else [])
    if found:
        yield Reason.of(f"Active cancer on record, to be confirmed: {_told(found[0])}", found)


def _visit_diagnoses(chart: Chart) -> list[Condition]:
    """Cancer as a visit's diagnosis in the last 12 months, once per visit."""
    found = [
        c for c in find(chart.conditions, valuesets.MALIGNANCY)
        if c.is_active and _is_visit_diagnosis(c) and _is_recent(c.recorded or c.onset, chart)
    ]  # fmt: skip
    return list({c.encounter or str(c.recorded or c.onset): c for c in found}.values())


def _care(chart: Chart, sets: tuple[ValueSet, ...]) -> Iterator[Reason]:
    """One reason for each name: a terminal illness and dying are both end-of-life care."""
    named: dict[str, list[Record]] = {}
    for members in sets:
        named.setdefault(members.name, []).extend(
            (*_conditions_of(chart, members), *_care_given(chart, members))
        )
    for name, found in named.items():
        if found:
            yield Reason.of(f"{name[:1].upper()}{name[1:]} on record", tuple(dict.fromkeys(found)))


def _conditions_of(chart: Chart, members: ValueSet) -> list[Condition]:
    return [c for c in find(chart.conditions, members) if _is_current(c, chart)]


def _care_given(chart: Chart, members: ValueSet) -> Iterator[Record]:
    """Hospice and palliative care stand in procedures, orders, care plans, visits and discharges alike."""
    for procedure in find(chart.procedures, members):
        if procedure.status not in ("not-done", "entered-in-error") and _is_recent(procedure.when, chart):
            yield procedure
    for order in find(chart.service_requests, members):
        if order.status in ("active", "completed", "on-hold", "unknown") and _is_recent(order.when, chart):
            yield order
    for plan in chart.care_plans:
        if plan.status == "active" and _any(plan.categories, members):
            yield plan
    for visit in chart.encounters:
        told = (*visit.types, *visit.reasons, *([visit.discharge] if visit.discharge else []))
        if visit.status != "cancelled" and _any(told, members) and _is_recent(visit.when, chart):
            yield visit


def _named_only(chart: Chart) -> Iterator[Reason]:
    """Charts hold cancers as SNOMED CT or as text, for which the specification has no list: asked, not assumed."""
    for condition in chart.conditions:
        name = condition.display
        is_named = _NAMED.search(name) and not _NOT_MEANT.search(name)
        if is_named and _is_current(condition, chart) and not _is_excluding(condition):
            yield Reason.of(f"By its name, {_told(condition)} may put this patient outside", (condition,))


def _discharges_by_name(chart: Chart) -> Iterator[Reason]:
    """Hospitals code a discharge to hospice in billing codes for which the specification has no list."""
    for visit in chart.encounters:
        name = visit.discharge.display if visit.discharge else ""
        if "hospice" in name.lower() and visit.status != "cancelled" and _is_recent(visit.when, chart):
            told = f"{name} ({visit.when})" if visit.when else name
            yield Reason.of(f"By its name, a discharge may put this patient outside: {told}", (visit,))


def _is_excluding(condition: Condition) -> bool:
    sets = (valuesets.SICKLE_CELL, valuesets.CANCER_PAIN, valuesets.MALIGNANCY, valuesets.HOSPICE)
    more = (valuesets.TERMINAL, valuesets.DYING, valuesets.PALLIATIVE)
    return any(s.has(condition.concept) for s in (*sets, *more))


def _is_current(condition: Condition, chart: Chart) -> bool:
    """EHRs leave a visit's diagnosis "active" for ever; only the problem list is kept up to date."""
    if not condition.is_active:
        return False
    return not _is_visit_diagnosis(condition) or _is_recent(condition.recorded or condition.onset, chart)


def _is_visit_diagnosis(condition: Condition) -> bool:
    return "encounter-diagnosis" in condition.categories and "problem-list-item" not in condition.categories


def _is_recent(when: When | None, chart: Chart) -> bool:
    return when is None or when.may_be_within(RECENT_DAYS, chart.as_of)


def _any(concepts: Iterable[Concept], members: ValueSet) -> bool:
    return any(members.has(c) for c in concepts)


def _told(condition: Condition) -> str:
    return f"{condition.display} ({condition.when})" if condition.when else condition.display
