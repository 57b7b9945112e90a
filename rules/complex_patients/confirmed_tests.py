"""Confirmed drug test results that no medicine on record explains (PV-07), over 12 months."""

from chart.records import Observation
from rules.case import Case
from rules.codes import names_of
from rules.drug_test_values import Result, result_of
from rules.drug_tests import unexpected
from rules.once import once
from rules.valuesets import URINE_TESTS_BY_CLASS

# PV-07 keeps the latest result of each substance; of these, which no one prescribes, every day counts.
_NEVER_PRESCRIBED = ("heroin metabolite", "cocaine", "xylazine", "phencyclidine")


@once
def confirmed_unexpected(case: Case) -> tuple[Observation, ...]:
    """Newest first, one a day."""
    found = [o for o in case.chart.observations if _is_confirmed(o) and _is_recent(o, case)]
    found += [u.finding.record for u in unexpected(case) if u.finding.is_confirmed and not u.later]
    by_day = {(o.when.first if o.when else None): o for o in sorted(found, key=lambda o: o.id)}
    return tuple(sorted(by_day.values(), key=lambda o: o.when.last if o.when else case.as_of, reverse=True))


def _is_confirmed(observation: Observation) -> bool:
    if not observation.is_final or observation.status == "preliminary":
        return False
    is_meant = any(URINE_TESTS_BY_CLASS[name].has(observation.concept) for name in _NEVER_PRESCRIBED)
    names = [name.lower() for name in _names(observation)] if is_meant else []
    # A laboratory's cutoff is reported beside the result, under a code of its own.
    is_result = any("confirm" in name for name in names) and not any("cutoff" in name for name in names)
    return is_result and result_of(observation) is Result.DETECTED


def _names(observation: Observation) -> list[str]:
    keys = observation.concept.keys
    known = [display for key in keys for display in names_of(*key)]
    return [observation.display, *(c.display for c in observation.concept.codes), *known]


def _is_recent(observation: Observation, case: Case) -> bool:
    return observation.when is None or observation.when.may_be_within(case.policy.oud_signal_days, case.as_of)
