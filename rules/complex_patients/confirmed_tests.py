"""Confirmed drug test results that no prescription explains: only substances that are never prescribed."""

from chart.records import Observation
from rules.case import Case
from rules.codes import rows
from rules.valuesets import URINE_TESTS_BY_CLASS

# What a prescribed medicine, or its breakdown, could explain is left to the drug test's own review (PV-07).
_NEVER_PRESCRIBED = ("heroin metabolite", "cocaine", "xylazine", "phencyclidine")
_DETECTED = ("positive", "detected", "present", "pos", "abnormal")


def confirmed_unexpected(case: Case) -> tuple[Observation, ...]:
    """Of the last 12 months, newest first, one a day."""
    found = [
        o for o in case.chart.observations if _is_confirmed(o) and _is_detected(o) and _is_recent(o, case)
    ]
    by_day = {(o.when.first if o.when else None): o for o in sorted(found, key=lambda o: o.id)}
    return tuple(sorted(by_day.values(), key=lambda o: o.when.last if o.when else case.as_of, reverse=True))


def _is_confirmed(observation: Observation) -> bool:
    if not observation.is_final or observation.status == "preliminary":
        return False
    is_meant = any(URINE_TESTS_BY_CLASS[name].has(observation.concept) for name in _NEVER_PRESCRIBED)
    return is_meant and any("confirm" in name.lower() for name in _names(observation))


def _names(observation: Observation) -> list[str]:
    keys = observation.concept.keys
    known = [row.display for row in rows() if (row.system, row.code) in keys]
    return [observation.display, *(c.display for c in observation.concept.codes), *known]


def _is_detected(observation: Observation) -> bool:
    value = observation.value
    told = (value.text or (value.concept.display if value.concept else "")).strip().lower()
    if told:
        return told.startswith(_DETECTED)
    flags = {c.code for i in observation.interpretations for c in i.codes}
    return bool(flags & {"POS", "A", "AA", "DET", "H", "HH"})


def _is_recent(observation: Observation, case: Case) -> bool:
    return observation.when is None or observation.when.may_be_within(case.policy.oud_signal_days, case.as_of)
