"""What was agreed with the patient, as the care plans on record put it, for the conversation."""

from dataclasses import dataclass
from datetime import date

from chart.records import CarePlan, Chart
from chart.when import When


@dataclass(frozen=True, slots=True)
class PlanWords:
    words: str  # the plan's own title or description
    kind: str  # "pain care plan"; empty where the record names none
    on: When | None


def plan_words(chart: Chart) -> tuple[PlanWords, ...]:
    """The plans in force that say something in words of their own, newest first."""
    in_force = [p for p in chart.care_plans if p.status == "active" and p.title]
    return tuple(PlanWords(p.title, _kind(p), p.when) for p in sorted(in_force, key=_day_of, reverse=True))


def _kind(plan: CarePlan) -> str:
    return next((c.display for c in plan.categories if c.display and c.display != plan.title), "")


def _day_of(plan: CarePlan) -> date:
    return plan.when.last if plan.when else date.min
