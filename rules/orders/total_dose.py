"""OR-04: the daily dose with this order: from 50 MME/day, across a tier, or up by a fifth.

The published logic (opioid-cds-r4 REC04 and 05) adds up only orders of 28 days or more, with factors of 2016, lets an
opioid it cannot calculate disappear from the sum, and removes a draft's twin in the record only when the two are
identical. Here every opioid in use counts with the factors of 2022, what a draft replaces is taken out, and what
cannot be calculated makes the total "at least". It is today's total, never an average.
"""

from collections.abc import Iterator
from decimal import Decimal

from chart.when import day_in_words
from rules.case import Case
from rules.mme import DailyMme, in_words
from rules.orders.answers import AT_ORDER, UNRECOGNISED, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022
from rules.supply import days_before

_NOT_A_LIMIT = "This is not a limit."


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    before, after = case.ordering.before, case.ordering.after
    totals = (_told("With this order", after), _told("Before", before))
    risen = tuple(_risen(case))
    if after.total >= case.policy.mme_extra_care or risen:
        priority = Priority.HIGH if risen else Priority.ROUTINE
        reasons, advice = (*totals, *risen), _advice(case)
        return Guidance(Status.INDICATED, reasons, priority=priority, advice=advice, finding=f"{after}")
    if unknown := tuple(_unknown(case)):
        return Guidance(Status.UNDETERMINED, (*totals, *unknown))
    under = Reason(f"Under {in_words(case.policy.mme_extra_care)}, and no rise that asks for a review")
    return Guidance(Status.NOT_INDICATED, (*totals, under))


def _risen(case: Case) -> Iterator[Reason]:
    """Certainly: what counts with the order against the most it may have been. A start from nothing is no rise."""
    after = case.ordering.after.total
    if after <= case.ordering.before.total or case.ordering.before.at_least:
        return
    for then, old in _compared_with(case):
        if old > 0 and after - old >= case.policy.dose_increase * old:
            yield Reason(_rise(then, old, after))
    for tier in _tiers(case):
        if case.ordering.before.total < tier <= after:
            yield Reason(f"Reaches {in_words(tier)}")


def _compared_with(case: Case) -> Iterator[tuple[str, Decimal]]:
    """The dose in use now, and of 90 days ago, so that small steps do not go unseen."""
    yield "in use now", case.ordering.before.total
    then = days_before(case.as_of, case.policy.dose_history_days)
    past = case.therapy.mme_on(then)
    if past is not None and not past.at_least and past.mme_uncertain != case.ordering.before.total:
        yield f"on {day_in_words(then)}", past.mme_uncertain


def _rise(then: str, old: Decimal, new: Decimal) -> str:
    share = ((new - old) * 100 / old).to_integral_value()
    return f"Up by {share} % from {in_words(old)} {then}"


def _tiers(case: Case) -> list[Decimal]:
    policy = case.policy
    tiers = {policy.mme_extra_care, policy.mme_measure_flag}
    return sorted(tiers | ({policy.consultation_mme} if policy.consultation_mme else set()))


def _unknown(case: Case) -> Iterator[Reason]:
    after = case.ordering.after
    for entry in after.not_calculated:
        yield Reason(f"{entry.name}: {entry.reason}", entry.record_ids, entry.labels)
    for draft in case.ordering.unrecognised:
        yield Reason.of(f"{draft.display} {UNRECOGNISED}", (draft,))
    if after.at_least and not after.not_calculated:
        yield from (Reason(note) for note in after.notes)
    elif case.ordering.before.at_least and not after.at_least:
        yield Reason("The dose before cannot be told, nor whether this is a rise")


def _told(when: str, mme: DailyMme) -> Reason:
    ids = tuple(r for c in mme.by_medication for r in c.record_ids)
    labels = frozenset[tuple[str, str]]().union(*(c.labels for c in mme.by_medication))
    return Reason(f"{when}: {mme}", ids, labels)


def _advice(case: Case) -> str:
    before, after = case.ordering.before, case.ordering.after
    about = f"{after}" if after.at_least else f"about {after}"
    earlier = (
        "no opioid before" if not before.has_opioid_in_use and not before.at_least else f"{before} before"
    )
    more = (
        "Benefits tend to level off above 50 while risks go on rising. " if after.total >= 50
        else "Each rise adds risk, and more opioid seldom means more relief. "
    )  # fmt: skip
    return (
        f"With this order the total is {about} ({earlier}). {more}Review goals with the patient "
        "and see that naloxone is at home. "
        f"{_NOT_A_LIMIT}"
    )


RULE = Rule(
    id="OR-04",
    block=Block.ORDERS,
    title="Daily dose with this order",
    advice="Review goals with the patient and see that naloxone is at home. No number is a limit.",
    source=cdc_2022(
        4, "reassess at 50 MME/day and before every increase", doubt="That 20 % is an increase is our own decision."
    ),
    further_sources=(opioid_cds("4 and 5"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.HIGH,
    hooks=AT_ORDER,
    evaluate=evaluate,
    policy=(
        "mme_extra_care", "mme_measure_flag", "consultation_mme", "dose_increase", "dose_history_days",
        "supplementary_factors",
    ),
    say=("Before we change the dose, tell me what it does for you now, and what it costs you.",),
)  # fmt: skip
