"""One chart under one policy, with the facts that several rules share, each worked out once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from chart.frozen import cached_property
from chart.medications import DrugClass, Medication
from chart.records import Chart
from rules.policy import Policy

if TYPE_CHECKING:
    from rules.complex_patients.sittings import Entry
    from rules.complex_patients.tier import Tier, TierChoice
    from rules.mme import DailyMme
    from rules.orders.ordering import Ordering
    from rules.population import Exclusion
    from rules.therapy import Therapy


class Case:
    def __init__(self, chart: Chart, policy: Policy | None = None) -> None:
        self.chart = chart
        self.policy = policy or Policy()
        self.tier_choice: TierChoice | None = None  # a clinician's own, with its reason and last day
        self.worked_out: dict[object, Any] = {}  # what several rules ask for (rules.once)

    @property
    def as_of(self) -> date:
        return self.chart.as_of

    @cached_property
    def mme(self) -> DailyMme:
        from rules.mme import daily_mme

        return daily_mme(self.chart, self.policy)

    @cached_property
    def therapy(self) -> Therapy:
        from rules.outcomes import with_confirmation
        from rules.therapy import opioid_therapy

        return with_confirmation(opioid_therapy(self.chart, self.policy), self.chart, self.policy)

    @cached_property
    def exclusion(self) -> Exclusion | None:
        from rules.population import exclusion

        return exclusion(self.chart)

    @cached_property
    def answers(self) -> dict[str, tuple[Entry, ...]]:
        """Everything recorded under a LOINC code that may be an answer or a score, by code."""
        from rules.complex_patients.sittings import entries

        return entries(self.chart)

    @cached_property
    def tier(self) -> Tier:
        from rules.complex_patients.tier import support_tier

        return support_tier(self)

    @cached_property
    def ordering(self) -> Ordering:
        from rules.orders.ordering import Ordering

        return Ordering(self)

    @cached_property
    def medications(self) -> tuple[Medication, ...]:
        """Orders, fills and statements together, in that order."""
        chart = self.chart
        return (
            *chart.medication_requests,
            *chart.medication_dispenses,
            *chart.medication_statements,
        )

    def medications_of(self, *classes: DrugClass) -> tuple[Medication, ...]:
        return tuple(m for m in self.medications if m.is_any(*classes))
