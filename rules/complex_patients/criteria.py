"""The DSM-5 criteria for opioid use disorder, where someone entered a count or the single criteria."""

import re
from decimal import Decimal

from chart.frozen import dataclass
from chart.records import Observation
from rules.case import Case
from rules.rule import Reason

CRITERIA_FOR_OUD = 2
MODERATE, SEVERE, HIGHEST = 4, 6, 11
_NAME = re.compile(
    r"\bDSM-?5\b.*\bopioid|\bopioid.*\bDSM-?5\b|\b(?:OUD|opioid use disorder) criteria", re.IGNORECASE
)
_NOT_WHEN_SUPERVISED = re.compile(r"\btolerance\b|\bwithdrawal\b", re.IGNORECASE)
# Whether the opioids are taken solely as prescribed, where the checklist asked that: not a criterion.
_SUPERVISION = re.compile(r"\bsupervis(?:ed|ion)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Criteria:
    count: int
    record: Observation
    left_out: tuple[str, ...] = ()  # met, and not counted because the opioid is taken under supervision

    @property
    def severity(self) -> str:
        if self.count < CRITERIA_FOR_OUD:
            return "below the number for the disorder"
        return "severe" if self.count >= SEVERE else "moderate" if self.count >= MODERATE else "mild"

    @property
    def is_complete(self) -> bool:
        """Preliminary: the checklist was left before its end, so that the count can only be higher."""
        return self.record.status != "preliminary"

    def reason(self) -> Reason:
        at_least = "" if self.is_complete else "at least "
        told = f"{at_least}{self.count} of {HIGHEST} DSM-5 criteria ({self.severity}), {self.record.when}"
        told = told[:1].upper() + told[1:]
        if self.left_out:
            told += f"; not counted, as opioids are taken under supervision: {' and '.join(self.left_out)}"
        elif not self.record.components:
            told += "; check that tolerance and withdrawal under supervision are not counted"
        told += f" ({'; '.join(self.record.doubts)})" if self.record.doubts else ""
        return Reason.of(told, (self.record,))


def criteria_on_file(case: Case) -> Criteria | None:
    """The latest within 12 months."""
    found = [
        o for o in case.chart.observations
        if o.is_final and _NAME.search(o.display)
        and (o.when is None or o.when.may_be_within(case.policy.oud_signal_days, case.as_of))
    ]  # fmt: skip
    found.sort(key=lambda o: o.when.last if o.when else case.as_of, reverse=True)
    return next((c for o in found if (c := _read(o, case)) is not None), None)


def _read(observation: Observation, case: Case) -> Criteria | None:
    said = {
        c.concept.display: _is_met(c.value.boolean, c.value.text, c.value.number)
        for c in observation.components
    }
    supervision = [yes for name, yes in said.items() if _SUPERVISION.search(name)]
    met = [name for name, yes in said.items() if yes and not _SUPERVISION.search(name)]
    if observation.components and any(
        c.value.boolean is not None or c.value.text for c in observation.components
    ):
        supervised = all(supervision) if supervision else case.mme.has_opioid_in_use
        left_out = tuple(name for name in met if supervised and _NOT_WHEN_SUPERVISED.search(name))
        return Criteria(len(met) - len(left_out), observation, left_out)
    number = observation.value.number
    if number is None or not 0 <= number <= HIGHEST:
        return None
    return Criteria(int(number), observation)


def _is_met(boolean: bool | None, text: str, number: Decimal | None) -> bool:
    return boolean is True or text.strip().lower() in ("yes", "met", "present", "true") or number == 1
