"""After every prompt was answered, losing data still never makes a patient look safer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chart.outcomes import Outcome
from chart.reader import read_bundle
from rules.case import Case
from rules.catalogue import RULES
from rules.outcome_kinds import kinds_for
from rules.rule import Status
from sandbox.patients import practice_patients
from tests.rules.test_losing_data import FIELD_OF, LOOKS_SAFE, without

TODAY = date(2026, 3, 2)
PATIENTS = {p.id: p for p in practice_patients(TODAY)}
ANSWERED = sorted(PATIENTS)[::9]


def answered(chart, days):
    """Every prompt answered so many days ago, each with the first answer it allows."""
    on = TODAY - timedelta(days=days)
    made = [
        Outcome(id=f"Outcome/{r.id}", rule_id=r.id, kind=kinds_for(r)[0], on=on, value="B", note="told")
        for r in RULES
        if kinds_for(r)
    ]
    return replace(chart, outcomes=tuple(made))


def statuses(chart):
    case = Case(chart)
    return {rule.id: rule.assess(case).status for rule in RULES}


@pytest.mark.parametrize("name", ANSWERED)
@pytest.mark.parametrize("days", [1, 80])
def test_an_answer_and_a_gap_together_never_hide_what_either_would_show(name, days):
    chart = read_bundle(PATIENTS[name].bundle, TODAY)
    before, with_answers = statuses(chart), statuses(answered(chart, days))
    for kind in FIELD_OF:
        gap_alone = statuses(without(chart, kind))
        both = statuses(without(answered(chart, days), kind))
        hidden = {
            rule_id: kind
            for rule_id, status in both.items()
            if status in LOOKS_SAFE
            and with_answers[rule_id] not in LOOKS_SAFE
            and not (before[rule_id] not in LOOKS_SAFE and gap_alone[rule_id] in LOOKS_SAFE)
        }
        assert hidden == {}


@pytest.mark.parametrize("name", ANSWERED)
def test_answers_do_let_prompts_rest(name):
    """So that the test above has something to find."""
    chart = read_bundle(PATIENTS[name].bundle, TODAY)
    plain, after = statuses(chart), statuses(answered(chart, 1))
    changed = {plain[i] for i in plain if after[i] is Status.ADDRESSED and plain[i] is not Status.ADDRESSED}
    assert changed
