"""A fact is worked out once for one chart, and again for a changed one."""

from dataclasses import replace
from datetime import date

from chart.records import Chart, Patient
from rules.once import once
from rules.policy import Policy

CHART = Chart(patient=Patient(id="Patient/1"), as_of=date(2026, 3, 2))


def _counted():
    asked = []

    @once
    def fact(chart, policy, *more, is_strict=False):
        """What it says."""
        asked.append((chart.as_of, policy.peg_days, more, is_strict))
        return len(asked)

    return fact, asked


def test_the_same_question_is_answered_once():
    fact, asked = _counted()
    chart = replace(CHART)
    assert [fact(chart, Policy()), fact(chart, Policy())] == [1, 1]
    assert len(asked) == 1
    assert fact.__doc__ == "What it says."


def test_another_question_or_another_chart_is_worked_out_anew():
    fact, asked = _counted()
    chart = replace(CHART)
    later = replace(chart, as_of=date(2026, 3, 3))
    fact(chart, Policy())
    fact(chart, Policy(peg_days=30))
    fact(chart, Policy(), "more")
    fact(chart, Policy(), is_strict=True)
    fact(later, Policy())
    assert len(asked) == 5


def test_policies_that_look_alike_are_told_apart():
    """Their hash is of a few settings only; equality is of all."""
    one, other = Policy(), Policy(lead_days=3)
    assert hash(one) == hash(other)
    assert len({one, other, Policy()}) == 2


def test_a_chart_keeps_nothing_for_its_copies():
    fact, _ = _counted()
    chart = replace(CHART)
    fact(chart, Policy())
    assert chart.worked_out
    assert not replace(chart, as_of=date(2026, 3, 3)).worked_out
    assert chart == replace(chart)
