"""PV-03: whether pain and function have changed since the first PEG on record."""

from decimal import Decimal

from rules.case import Case
from rules.peg import Peg, peg_scores
from rules.planned_visits.applies import unless_long_term
from rules.policy import Policy
from rules.rule import Block, Guidance, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    """A clear worsening is indicated, a clear improvement addressed; between them there is nothing to raise."""
    if not_for := unless_long_term(case):
        return not_for
    scores = [p for p in peg_scores(case.chart) if p.mean is not None]
    if len(scores) < 2:
        return Guidance(Status.UNDETERMINED, (Reason("A change needs two PEG scores; fewer are on record"),))
    first, last = scores[0], scores[-1]
    if not last.on.is_within(case.policy.peg_current_days, case.as_of):
        return Guidance(Status.UNDETERMINED, (Reason.of(f"The latest PEG is of {last.on}", last.records),))
    return Guidance(_status(first, last, case.policy), (_told(first, last),))


def _status(first: Peg, last: Peg, policy: Policy) -> Status:
    old, new = first.mean or Decimal(0), last.mean or Decimal(0)
    if new - old >= policy.peg_worse_points or (old > 0 and new - old >= policy.peg_worse * old):
        return Status.INDICATED
    if old > 0 and old - new >= policy.peg_improvement * old:
        return Status.ADDRESSED
    return Status.NOT_INDICATED


def _told(first: Peg, last: Peg) -> Reason:
    old, new = first.mean or Decimal(0), last.mean or Decimal(0)
    share = f" ({(new - old) / old:+.0%})" if old else ""
    notes = "; ".join(n for n in (first.note, last.note) if n)
    told = f"PEG went from {first} ({first.on}) to {last} ({last.on}){share}"
    return Reason.of(f"{told}; {notes}" if notes else told, (*first.records, *last.records))


RULE = Rule(
    id="PV-03",
    block=Block.PLANNED_VISITS,
    title="Change in pain and function",
    advice="Pain or function is worse than at first. Talk about what helps and what does not, and whether the plan "
    "still fits the patient's goals.",
    card="Pain and function have changed: ask what helps and what does not.",
    source=cdc_2022(
        7, "benefits weighed against risks; 30 % improvement counts", doubt="2 points is our own decision."
    ),
    needs=frozenset({"MedicationRequest", "Observation"}),
    also_reads=frozenset({"QuestionnaireResponse"}),
    evaluate=evaluate,
    policy=("peg_improvement", "peg_worse", "peg_worse_points", "peg_current_days"),
    say=("Your answers changed since we began. What has been better, and what has been harder?",),
)
