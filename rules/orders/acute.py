"""OR-01: an opioid for acute pain in someone not on opioids: what else may help as well.

The published logic (opioid-cds-r4 REC01) takes an order of 91 days ago that still runs for no opioid at all, leaves
reported medicines out, and calls no order acute that gives no days of supply. Here what still runs and what is
reported counts, quantity and directions stand in for the days, and a length nobody can tell leaves the question open.
"""

from chart.medications import DrugClass
from rules.case import Case
from rules.in_use import in_use
from rules.orders.answers import AT_ORDER, both, lengths, told_lengths, unless_opioid_ordered
from rules.orders.sources import opioid_cds
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    prior = case.ordering.prior_use
    under = case.policy.longer_supply_days
    found = [(d, both(prior.is_naive, length.is_under(under))) for d, length in lengths(case)]
    told = told_lengths(case, (d for d, meant in found if meant is not False))
    if any(meant for _, meant in found):
        none = Reason(f"No opioid on record in the {case.policy.naive_days} days before")
        return Guidance(Status.INDICATED, (*told, none, *_already(case)), rests_on_absence=True)
    if any(meant is None for _, meant in found):
        return Guidance(Status.UNDETERMINED, (*told, *prior.maybe))
    return Guidance(Status.NOT_INDICATED, prior.shown or told_lengths(case, case.ordering.opioids))


def _already(case: Case) -> tuple[Reason, ...]:
    found = in_use(case, DrugClass.NON_OPIOID_ANALGESIC)
    return tuple(
        Reason(f"Already in use: {r.text}", r.record_ids, r.labels) for r in (f.reason() for f in found)
    )


RULE = Rule(
    id="OR-01",
    block=Block.ORDERS,
    title="Acute pain: other ways first",
    advice="For many kinds of acute pain, options without opioids work as well: an anti-inflammatory by mouth or on "
    "the skin, acetaminophen, ice or heat, rest and movement, as they suit this patient. If an opioid is needed, the "
    "lowest dose for the days of severe pain expected.",
    source=cdc_2022(1, "nonopioid therapies are at least as effective for many common types of acute pain"),
    further_sources=(opioid_cds("1"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    hooks=AT_ORDER,
    evaluate=evaluate,
    policy=("naive_days", "longer_supply_days"),
    say=("Let us look at what can ease this pain, and start with what has the fewest risks for you.",),
)
