"""Answers given to a case, for the tests of what they do."""

from dataclasses import replace
from datetime import timedelta

from chart.outcomes import Outcome
from chart.records import Gap, Unavailable
from rules.case import Case
from rules.catalogue import RULES
from tests.builders import AS_OF, chart, days_ago, fill
from tests.rules.situations import situation

BY_ID = {rule.id: rule for rule in RULES}


def answer(rule_id, kind, on=0, until=None, **changes):
    """Recorded `on` days ago; `until` in days from AS_OF."""
    ends = None if until is None else AS_OF + timedelta(days=until)
    made = Outcome(id=f"Outcome/{rule_id}", rule_id=rule_id, kind=kind, on=days_ago(on), until=ends)
    return replace(made, **changes)


def assessed(rule_id, case, *outcomes):
    """The same case after these answers."""
    fresh = Case(replace(case.chart, outcomes=outcomes), case.policy)
    fresh.__dict__ |= {k: v for k, v in case.__dict__.items() if k in ("mme", "therapy")}
    return BY_ID[rule_id].assess(fresh)


def on_opioids(*records, mg=60, more=()):
    """Fills of a year, the last one 5 days ago; `more` ones since."""
    monthly = [fill("morphine", mg, 1, on=5 + 30 * n, days=30) for n in range(12)]
    return Case(chart(*monthly, *more, *records))


def hidden(case, kind, gap=Gap.REFUSED):
    gone = Unavailable(kind, gap, f"{kind} was not shared by the EHR")
    return situation(policy=case.policy, unavailable=(gone,))
