"""PV-19: a supply that began before the one in hand was used up: a reason to ask, not to judge."""

from datetime import timedelta

from chart.when import day_in_words
from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Reason, Role, Rule, Status, days
from rules.sources import six_building_blocks


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    oldest = case.as_of - timedelta(days=case.policy.early_fill_recent_days)
    fills = case.therapy.early_fills
    early = [f for f in fills if f.days_early > case.policy.early_fill_days and f.on >= oldest]
    if not early:
        return Guidance(Status.NOT_INDICATED, (Reason("No early supply in the last months on record"),))
    told = (
        Reason(f"{f.name}: {days(f.days_early)} early on {day_in_words(f.on)}", f.record_ids) for f in early
    )
    return Guidance(Status.INDICATED, tuple(told))


RULE = Rule(
    id="PV-19",
    block=Block.PLANNED_VISITS,
    title="Early refill",
    advice="A supply began earlier than the record suggests. Ask what changed: pain, travel, a loss, how it is "
    "taken, or getting to the pharmacy.",
    source=six_building_blocks(
        "Policies and agreements: early refills", doubt="More than 2 days is our own decision."
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense"}),
    owner=Role.PHARMACIST,
    evaluate=evaluate,
    policy=("early_fill_days", "early_fill_recent_days", "carry_over_days"),
    say=("The refill came a bit early this time. What has been going on?",),
)
