"""Cases for planned-visit tests: a patient on long-term opioid therapy, and ways to leave it."""

from chart.records import Gap, Unavailable
from rules.case import Case
from rules.policy import Policy
from rules.rule import Assessment, Rule
from tests.builders import chart, condition, fill, order

HIDDEN = Gap.REFUSED


def long_term_order(**changes):
    """Oxycodone 5 mg four times a day, 30 MME/day, supplied for 100 of 120 days: long-term and running."""
    return order("oxycodone", 5, 4, id="MedicationRequest/ltot", authored=100, days=120, **changes)


def long_term(*records, **changes) -> Case:
    policy = changes.pop("policy", Policy())
    return Case(chart(long_term_order(), *records, **changes), policy)


def short_term(*records, **changes) -> Case:
    return Case(chart(order("oxycodone", 5, 4, authored=3, days=7), *records, **changes))


def case(*records, **changes) -> Case:
    policy = changes.pop("policy", Policy())
    return Case(chart(*records, **changes), policy)


def hidden(resource_type: str, kind: Gap = HIDDEN) -> tuple[Unavailable, ...]:
    return (Unavailable(resource_type, kind, f"{resource_type} was not shared"),)


def hospice():
    return condition("170935008", text="Full care by hospice")


def sickle_cell():
    return condition("D57.1", text="Hb-SS disease")


def answer(rule: Rule, of: Case) -> Assessment:
    return rule.assess(of)


def status(rule: Rule, of: Case) -> str:
    return rule.assess(of).status.value


def texts(rule: Rule, of: Case) -> str:
    return " | ".join(r.text for r in rule.assess(of).guidance.reasons)


__all__ = [
    "answer",
    "case",
    "fill",
    "hidden",
    "hospice",
    "long_term",
    "short_term",
    "sickle_cell",
    "status",
    "texts",
]
