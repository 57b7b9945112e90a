"""OR-05: an order that lowers the daily dose much at once.

The published logic (opioid-cds-r4 REC05) names no fall in its conditions, and its edition of 2016 advised to taper
from 90 MME/day. Here the fall itself asks for attention, an order that only ends a medicine included, and no schedule
is proposed. What an EHR takes off the list without any order cannot be seen here: PV-17 finds it at the next visit.
"""

from datetime import timedelta
from decimal import Decimal

from chart.frozen import dataclass
from chart.when import day_in_words
from rules.case import Case
from rules.mme import in_words
from rules.orders.answers import AT_SIGN, UNRECOGNISED, unless_opioid_ordered
from rules.orders.sources import HHS_2019, opioid_cds
from rules.planned_visits.applies import unless_paused
from rules.prescriptions import is_opioid
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.supply import days_before

_MONTH = 30
_YEAR = 365


@dataclass(frozen=True, slots=True)
class _Fall:
    """To the dose with the order, from the dose in use or of 30 days ago, whichever was more."""

    then: str
    old: Decimal
    new: Decimal

    @property
    def share(self) -> Decimal:
        return (self.old - self.new) / self.old

    @property
    def in_short(self) -> str:
        return f"{in_words(self.old)} to {in_words(self.new)}"

    @property
    def told(self) -> str:
        return f"From {in_words(self.old)} {self.then} to {in_words(self.new)} with this order"


def evaluate(case: Case) -> Guidance:
    ends = any(is_opioid(stop) for stop in case.chart.stops)
    if not_for := unless_paused(case) if ends else unless_opioid_ordered(case):
        return not_for
    before, after = case.ordering.before, case.ordering.after
    totals = Reason(f"Before: {before}; with this order: {after}")
    if after.total >= before.total:
        is_open = before.at_least and not after.at_least
        return Guidance(Status.UNDETERMINED if is_open else Status.NOT_INDICATED, (totals,))
    if unknown := _not_comparable(case):
        return Guidance(Status.UNDETERMINED, (totals, *unknown))
    fall = _fall(case)
    if _is_large(case, fall):
        told, advice = (Reason(fall.told),), _advice(case, fall)
        return Guidance(Status.INDICATED, told, advice=advice, finding=fall.in_short)
    status = Status.UNDETERMINED if before.at_least else Status.NOT_INDICATED
    return Guidance(status, (Reason(fall.told),))


def _fall(case: Case) -> _Fall:
    now, new = case.ordering.before.total, case.ordering.after.total
    then = days_before(case.as_of, _MONTH)
    past = case.therapy.mme_on(then)
    if past is not None and past.mme > now:
        return _Fall(f"on {day_in_words(then)}", past.mme, new)
    return _Fall("in use now", now, new)


def _is_large(case: Case, fall: _Fall) -> bool:
    since = case.therapy.ltot.since
    is_long = since is not None and since <= case.as_of - timedelta(days=_YEAR)
    return fall.share > case.policy.dose_decrease or (
        is_long and fall.share > case.policy.dose_decrease_month
    )


def _not_comparable(case: Case) -> tuple[Reason, ...]:
    """What may make the new dose more than the number says."""
    after = case.ordering.after
    apart = [e for e in after.excluded if e.is_current]
    unread = [Reason(f"{n.name}: {n.reason}", n.record_ids, n.labels) for n in after.not_calculated]
    hidden = [Reason(note) for note in after.notes] if after.at_least else []
    return (
        *(Reason(f"{e.name} is in use; the doses cannot be compared", e.record_ids, e.labels) for e in apart),
        *unread,
        *hidden,
        *(Reason.of(f"{d.display} {UNRECOGNISED}", (d,)) for d in case.ordering.unrecognised),
    )


def _advice(case: Case, fall: _Fall) -> str:
    old = ("at least " if case.ordering.before.at_least else "") + in_words(fall.old)
    return (
        f"This order lowers the dose from {old} {fall.then} to {in_words(fall.new)} at once. Fast reductions can cause "
        "withdrawal, distress and overdose. Consider smaller steps, agreed with the patient, and see that naloxone "
        "is at home."
    )


RULE = Rule(
    id="OR-05",
    block=Block.ORDERS,
    title="Large or sudden decrease",
    advice="Fast reductions can cause withdrawal, distress and overdose. Consider smaller steps, agreed with the "
    "patient, and see that naloxone is at home.",
    source=cdc_2022(
        5, "gradual changes; no abrupt stop unless life is at risk", doubt="25 % in 30 days follows HHS 2019."
    ),
    further_sources=(HHS_2019, opioid_cds("4 and 5")),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.SAFETY,
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("dose_decrease", "dose_decrease_month", "supplementary_factors"),
    say=("We go at a pace that you can live with, and we can pause whenever we need to.",),
)
