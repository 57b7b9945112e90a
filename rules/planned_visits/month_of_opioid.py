"""PV-29: an opioid that has gone on for a month without being meant to become long-term therapy.

The guideline asks to look anew after 30 days of an opioid for acute pain, so that long-term therapy is a decision and
not something that happened. Decided: asked from day 30 of one episode until it counts as long-term; a review of
benefits and risks within the last 30 days answers it.
"""

from datetime import date, timedelta

from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.planned_visits.due import latest
from rules.planned_visits.evidence import procedures
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022_part
from rules.valuesets import RISK_REVIEW


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    ltot = case.therapy.ltot
    if ltot.status == "long-term":
        return Guidance(Status.NOT_INDICATED, (Reason("On long-term therapy: the planned visits see to it"),))
    if ltot.status != "not long-term" or ltot.since is None:
        unknown = Reason("How long the opioid has been taken cannot be told")
        return Guidance(Status.UNDETERMINED, (unknown, *ltot.reasons))
    return _by_day(case, ltot.since + timedelta(days=case.policy.reassess_days - 1), ltot.reasons)


def _by_day(case: Case, due_on: date, why: tuple[Reason, ...]) -> Guidance:
    if case.as_of < due_on:
        return Guidance(Status.NOT_INDICATED, (Reason("Not on an opioid for a month yet"), *why))
    last = latest(procedures(case.chart, RISK_REVIEW))
    if last and last.on and last.on.is_within(case.policy.reassess_days, case.as_of):
        return Guidance(Status.ADDRESSED, (Reason.of(f"{last.name}, {last.on}", (last.record,)), *why))
    missing = Reason("No review of benefits and risks on record since")
    return Guidance(Status.INDICATED, (*why, missing), rests_on_absence=True)


RULE = Rule(
    id="PV-29",
    block=Block.PLANNED_VISITS,
    title="A month of opioids",
    advice="Look anew at the pain, the plan and how to stop. If the opioid is to go on, decide that together.",
    source=cdc_2022_part(
        "MMWR 71(3), p. 41: reassess after 30 days of an opioid for acute pain",
        doubt="What counts as one episode is our own decision.",
    ),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement", "Procedure"}),
    evaluate=evaluate,
    policy=("reassess_days", "ltot_allowed_gap_days"),
    say=("It has been a month. How is the pain now, and what would you like the next weeks to look like?",),
)
