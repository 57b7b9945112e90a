"""The rules in force, in the order clinicians see them."""

from rules.rule import Rule

RULES: tuple[Rule, ...] = ()
