"""What the page writes once, and what it takes out of text from a chart."""

import pytest
from markupsafe import Markup

from cds.page import for_reading, same_for
from rules.catalogue import RULES


class Macro:
    def __init__(self, name):
        self.name, self.asked = name, []

    def __call__(self, rule):
        self.asked.append(rule.id)
        return Markup(rule.id)


def test_what_is_said_of_a_rule_is_written_once_for_each_rule_and_macro():
    first, other = Macro("first of this test"), Macro("other of this test")
    one, two = RULES[:2]
    assert [same_for(rule, first) for rule in (one, two, one)] == [one.id, two.id, one.id]
    assert same_for(one, other) == one.id
    assert (first.asked, other.asked) == ([one.id, two.id], [one.id])


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Ann 12 mg", "Ann 12 mg"),
        ("Ann \u202e12 mg", "Ann 12 mg"),
        ("Žofie\u200f", "Žofie"),
        ("José", "José"),
        (12, 12),
        (Markup("a\u202eb"), Markup("a\u202eb")),
    ],
)
def test_signs_that_turn_text_are_taken_out(text, printed):
    assert for_reading(text) == printed
