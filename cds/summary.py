"""One patient's guidance, sorted for people: the page, the text, the JSON and the cards arrange it from here."""

from dataclasses import dataclass
from functools import cached_property

from chart.records import Chart
from rules.case import Case
from rules.catalogue import RULES
from rules.confidentiality.withhold import withhold
from rules.names import named
from rules.policy import Policy
from rules.rule import Assessment, Block, Hook, Priority, Role, Rule, Status

_URGENCY = {Priority.SAFETY: 0, Priority.HIGH: 1, Priority.ROUTINE: 2}
_WORK = {
    Status.INDICATED: 0,
    Status.UNDETERMINED: 1,
    Status.UPCOMING: 2,
    Status.ADDRESSED: 3,
    Status.NOT_INDICATED: 4,
}


@dataclass(frozen=True)
class Summary:
    case: Case
    assessments: tuple[Assessment, ...]

    @cached_property
    def guidance(self) -> tuple[Assessment, ...]:
        return tuple(a for a in self.assessments if not a.rule.is_referral)

    @cached_property
    def referrals(self) -> tuple[Assessment, ...]:
        return tuple(a for a in self.assessments if a.rule.is_referral)

    def of(self, *statuses: Status) -> tuple[Assessment, ...]:
        return tuple(a for a in self.guidance if a.status in statuses)

    def in_block(self, block: Block, *statuses: Status) -> tuple[Assessment, ...]:
        return tuple(
            a for a in self.guidance if a.rule.block is block and (not statuses or a.status in statuses)
        )

    @cached_property
    def safety(self) -> tuple[Assessment, ...]:
        """What cannot wait until the end of the visit."""
        return tuple(a for a in self.of(Status.INDICATED) if a.priority is Priority.SAFETY)

    @cached_property
    def to_do(self) -> tuple[Assessment, ...]:
        return self.of(Status.INDICATED)

    def find(self, rule_id: str) -> Assessment | None:
        return next((a for a in self.assessments if a.rule.id == rule_id), None)


def case_of(
    chart: Chart, policy: Policy, role: Role = Role.PRESCRIBER, *, is_for_paper: bool = False
) -> Case:
    """The chart as this role may see it, under the clinic's policy: the one way in for every door."""
    return Case(withhold(named(chart), policy, role, is_for_paper=is_for_paper), policy)


# Rules about an order being written have nothing to say where none is.
PAGE_RULES = tuple(rule for rule in RULES if Hook.PAGE in rule.hooks)


def summarize(case: Case, rules: tuple[Rule, ...] = PAGE_RULES) -> Summary:
    """Every rule's answer; most urgent first within each kind of answer, then in the catalogue's order."""
    answers = [rule.assess(case) for rule in rules]
    return Summary(case, tuple(sorted(answers, key=_order)))


def _order(assessment: Assessment) -> tuple[int, int]:
    return _WORK[assessment.status], _URGENCY[assessment.priority]
