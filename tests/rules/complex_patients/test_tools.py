"""Which tools are to be asked now: those the policy uses, where nothing current is on file."""

import pytest

from rules.catalogue import RULES
from rules.complex_patients.instruments import AUDIT_C, PC_PTSD5, PHQ9
from rules.complex_patients.scores import State, screen
from rules.complex_patients.tools import TOOLS, to_ask
from rules.policy import Policy
from tests.builders import days_ago, observation
from tests.rules.situations import long_term, no_opioid

_RULES = {rule.id: rule for rule in RULES}


def asked(case, rule_id):
    return to_ask(case, _RULES[rule_id].assess(case))


@pytest.mark.parametrize(
    ("records", "rule_id", "names"),
    [
        ((), "CX-01", ("PHQ-2", "PHQ-9")),
        ((), "CX-03", ("GAD-7",)),
        ((), "CX-04", ("PC-PTSD-5",)),
        ((), "CX-05", ("AUDIT-C",)),
        ((), "CX-06", ("single drug question",)),
        ((), "CX-02", ()),
        ((), "CX-07", ()),
        ((("55758-7", 3, 1),), "CX-01", ("PHQ-9",)),  # the PHQ-2 is positive: the full form
        ((("44261-6", 12, 1),), "CX-01", ()),  # positive and current: talk, do not ask again
        ((("44261-6", 3, 1),), "CX-01", ()),
        ((("44261-6", 12, 120),), "CX-01", ("PHQ-2", "PHQ-9")),  # a positive one is current for 90 days
        ((("44261-6", 3, 360),), "CX-01", ("PHQ-2", "PHQ-9")),  # due within the lead time
        ((("70274-6", 12, 1),), "CX-03", ()),
        ((("44260-8", 1, 0),), "CX-02", ("C-SSRS",)),
    ],
)
def test_what_is_due_is_asked(records, rule_id, names):
    made = [observation(code, points, on=days_ago(ago)) for code, points, ago in records]
    assert asked(long_term(*made), rule_id) == names


def test_only_tools_the_policy_uses_are_offered():
    case = long_term(policy=Policy(tools_in_use=("PHQ-9", "TAPS part 1, drugs", "DAST-10")))
    assert asked(case, "CX-01") == ("PHQ-9",)
    assert asked(case, "CX-06") == ("TAPS part 1", "DAST-10")
    assert asked(case, "CX-03") == ()


def test_nothing_is_asked_where_no_rule_asks():
    case = no_opioid()
    assert [asked(case, rule.id) for rule in RULES if asked(case, rule.id)] == []


def test_every_tool_names_rules_that_there_are():
    assert {rule_id for tool in TOOLS for rule_id in tool.rules} <= set(_RULES)


@pytest.mark.parametrize(
    ("instrument", "code", "answer", "state"),
    [
        (AUDIT_C, "68518-0", 0, State.NEGATIVE),
        (AUDIT_C, "68518-0", 1, State.INCOMPLETE),
        (AUDIT_C, "68517-2", 0, State.NONE),  # also asked alone, as a count of days
        (PC_PTSD5, "102011-4", 0, State.NEGATIVE),
        (PC_PTSD5, "102011-4", 1, State.INCOMPLETE),
    ],
)
def test_a_tool_may_end_with_its_first_question(instrument, code, answer, state):
    found = screen(long_term(observation(code, answer, on=days_ago(1))), instrument, 3)
    assert found.state is state


def test_an_unfinished_result_is_not_told_with_the_lowest_band():
    begun = [observation("44259-0", 1, on=days_ago(1))]
    assert "none or minimal" not in screen(long_term(*begun), PHQ9, 10).score.told()
    more = [observation(c, 3, on=days_ago(1)) for c in ("44259-0", "44254-1")]
    assert "mild" in screen(long_term(*more), PHQ9, 10).score.told()
