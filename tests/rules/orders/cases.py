"""Cases for order-time tests: drafts, people who are not on opioids and people who are."""

from dataclasses import replace

from chart.records import CarePlan
from chart.terms import LOINC
from rules.case import Case
from rules.policy import Policy
from rules.rule import Assessment, Rule
from tests.builders import chart, concept, condition, order, when

OXY = ("oxycodone", 5)  # 7.5 MME each


def draft(*what, **changes):
    """A draft as the reader hands it over: not dated, whatever the EHR wrote."""
    changes = {"authored": None, "status": "draft", "id": "MedicationRequest/draft", **changes}
    return order(*what, **changes)


def ordering(*records, drafts, **changes) -> Case:
    """`drafts` is one draft or several."""
    policy = changes.pop("policy", Policy())
    several = drafts if isinstance(drafts, tuple) else (drafts,)
    return Case(chart(*records, drafts=several, **changes), policy)


def running(a_day=4, authored=100, days=120, **changes):
    """Oxycodone 5 mg, by default 30 MME/day for 100 of 120 days: on opioids, long-term and running."""
    changes = {"id": "MedicationRequest/running", **changes}
    return order(*OXY, a_day, authored=authored, days=days, **changes)


def valid_for(window, **changes):
    """A draft that may be filled from today on for so many days, today included."""
    found = draft(*OXY, 4, **changes)
    supply = replace(found.supply, valid_from=when(0), valid_until=when(1 - window))
    return replace(found, supply=supply)


def care_plan(on=10, *, status="active", code="80764-4"):
    return CarePlan(
        id="CarePlan/1", categories=(concept((LOINC, code)),), status=status, title="Pain plan", when=when(on)
    )


def ask(rule: Rule, case: Case) -> Assessment:
    return rule.assess(case)


def status(rule: Rule, case: Case) -> str:
    return rule.assess(case).status.value


def texts(rule: Rule, case: Case) -> str:
    return " | ".join(r.text for r in rule.assess(case).guidance.reasons)


def hospice():
    return condition("170935008", text="Full care by hospice")


def sickle_cell():
    return condition("D57.1", text="Hb-SS disease")


def cancer_pain():
    return condition("G89.3", text="Neoplasm related pain")
