"""OR-07: before an opioid is continued: when benefits and risks were last gone over.

The published logic (opioid-cds-r4 REC07) reads a review only from a period and not from a plain date, leaves out a
review of today, counts each stretch of days one short, and knows a visit by five unusual SNOMED CT codes and CPT
alone. Here both dates count, days are inclusive, and any finished clinic visit is a visit.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from rules.case import Case
from rules.ltot import union
from rules.orders.answers import AT_SIGN, is_longer_term, sort_out, told_lengths, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.planned_visits.due import Evidence, done, latest
from rules.planned_visits.evidence import observations, procedures, questionnaires
from rules.planned_visits.visit import opioid_visits
from rules.rule import Block, Guidance, Reason, Rule, Status, days
from rules.sources import cdc_2022
from rules.valuesets import ORT, RISK_REVIEW

WHAT = "review of benefits and risks"
# opioid-cds-r4 REC07: 7 of the past 10 days with a visit in 12 months, or 21 of 30 days in each of 3 months.
_RECENT, _RECENT_COVERED, _VISIT_DAYS = 10, 7, 365
_MONTHS, _MONTH, _MONTH_COVERED = 3, 30, 21


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    meant, unsure = sort_out(case, is_longer_term(case))
    if not meant and not unsure:
        return Guidance(Status.NOT_INDICATED, told_lengths(case, case.ordering.opioids))
    continued = is_continued(case)
    if continued is False:
        return Guidance(
            Status.NOT_INDICATED, (Reason("Not yet on opioids for long enough to continue them"),)
        )
    last = latest(_reviews(case))
    if last and last.on and last.on.is_within(case.policy.benefit_review_days, case.as_of):
        return Guidance(Status.ADDRESSED, (done(last, WHAT),))
    if continued is None or not meant:
        unknown = (
            (Reason("Whether opioids were taken on most days cannot be told"),) if continued is None else ()
        )
        return Guidance(Status.UNDETERMINED, (*unknown, *told_lengths(case, unsure)))
    return Guidance(Status.INDICATED, (_missing(case, last),), advice=_advice(last), rests_on_absence=True)


def is_continued(case: Case) -> bool | None:
    """On opioids already, as the guideline's own logic has it; None when supplies of unknown length decide."""
    coverage = case.ordering.opioid_coverage
    known = [(c.first, c.last) for c in coverage.courses]
    possible = known + [(u.first, u.last) for u in coverage.unknown]
    if _is_on_opioids(case, known):
        return True
    return None if _is_on_opioids(case, possible) else False


def _is_on_opioids(case: Case, spans: Iterable[tuple[date, date]]) -> bool:
    covered = union(spans, case.as_of)
    recent = _days_in(covered, case.as_of, 1, _RECENT) >= _RECENT_COVERED
    if recent and any(v.on and v.on.may_be_within(_VISIT_DAYS, case.as_of) for v in _visits(case)):
        return True
    months = (_days_in(covered, case.as_of, n * _MONTH + 1, (n + 1) * _MONTH) for n in range(_MONTHS))
    return all(count >= _MONTH_COVERED for count in months)


def _days_in(covered: list[tuple[date, date]], as_of: date, nearest: int, farthest: int) -> int:
    first, last = as_of - timedelta(days=farthest), as_of - timedelta(days=nearest)
    return sum(max((min(end, last) - max(begin, first)).days + 1, 0) for begin, end in covered)


def _visits(case: Case) -> list[Evidence]:
    about, other = opioid_visits(case.chart)
    return [*about, *other]


def _reviews(case: Case) -> list[Evidence]:
    """The same evidence as rule PV-09, so that page and card agree."""
    chart = case.chart
    return [*procedures(chart, RISK_REVIEW), *observations(chart, ORT), *questionnaires(chart, ORT)]


def _missing(case: Case, last: Evidence | None) -> Reason:
    if last is None or last.on is None:
        return Reason(f"No {WHAT} on record")
    ago = days((case.as_of - last.day).days)
    return Reason.of(f"Last {WHAT}: {last.on}, {ago} ago", (last.record,))


def _advice(last: Evidence | None) -> str:
    when = f"Benefits and risks were last reviewed {last.on}. " if last else f"No {WHAT} is on record. "
    return (
        f"{when}CDC suggests within 1 to 4 weeks of a start or an increase, and at least every 3 months: look at pain, "
        "function and side effects together before continuing."
    )


RULE = Rule(
    id="OR-07",
    block=Block.ORDERS,
    title="Review before continuing",
    advice="Look at pain, function and side effects together before continuing.",
    source=cdc_2022(7, "within 1 to 4 weeks of a start or increase, then at least every 3 months"),
    further_sources=(opioid_cds("7"),),
    needs=frozenset({"MedicationRequest", "Procedure"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Encounter", "Observation",
                          "QuestionnaireResponse"}),
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("longer_supply_days", "benefit_review_days"),
    say=("Before I renew this: what has become easier since you take it, and what has become harder?",),
)  # fmt: skip
