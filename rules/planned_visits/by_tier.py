"""What is due at an interval that shortens with the support a patient needs."""

from collections.abc import Sequence
from dataclasses import replace

from chart.frozen import dataclass
from rules.case import Case
from rules.planned_visits.due import Evidence, due
from rules.rule import Guidance, Reason, Status

_MET = (Status.ADDRESSED, Status.UPCOMING)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Days, for routine planned care, extra support, and a team plan or more."""

    routine: int
    extra_support: int
    team_plan: int

    def of(self, letter: str) -> int:
        return {"A": self.routine, "B": self.extra_support}.get(letter, self.team_plan)

    @property
    def shortest(self) -> int:
        return min(self.routine, self.extra_support, self.team_plan)


def due_by_tier(
    case: Case, intervals: Intervals, evidence: Sequence[Evidence], what: str, maybe: Sequence[Evidence] = ()
) -> Guidance:
    """As `due`, every so many days as the support tier asks; open where the tier itself is in doubt."""
    tier = case.tier
    every = intervals.of(tier.letter)
    guidance = due(case, evidence, every, what, maybe)
    if guidance.status in _MET and tier.gaps and every != intervals.shortest:
        strict = due(case, evidence, intervals.shortest, what, maybe)
        if strict.status is Status.INDICATED:
            why = Reason(
                "The support tier could be higher, and the interval shorter, than what was read shows"
            )
            return replace(strict, status=Status.UNDETERMINED, reasons=(why, *guidance.reasons), due_on=None)
    if guidance.status is Status.INDICATED and every != intervals.routine:
        told = Reason(f"Every {every} days at support level {tier.letter}")
        guidance = replace(guidance, reasons=(*guidance.reasons, told))
    return guidance
