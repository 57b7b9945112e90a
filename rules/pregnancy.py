"""Pregnancy, as recorded: never inferred from sex or age."""

from collections.abc import Iterator

from chart.records import Chart, Observation
from rules.codes import find
from rules.once import once
from rules.policy import Policy
from rules.rule import Reason
from rules.valuesets import PREGNANCY, PREGNANCY_STATUS, PREGNANT

_NOT = ("not pregnant", "negative", "no", "not currently pregnant", "unknown", "possible")


@once
def pregnancy(chart: Chart, policy: Policy) -> tuple[Reason, ...]:
    """Recorded within ten months and not since answered with "not pregnant"."""
    status = _latest_status(chart)
    found = []
    if status is not None and _says_pregnant(status, chart, policy):
        found.append(Reason.of(f"Pregnant: recorded {status.when}", (status,)))
    return (*found, *_conditions(chart, policy, status))


def long_open(chart: Chart, policy: Policy) -> tuple[Reason, ...]:
    """A pregnancy entry that nobody closed: too old to be one, so it has to be asked about."""
    old = [
        c for c in find(chart.conditions, PREGNANCY)
        if c.is_active and c.when and not c.when.may_be_within(policy.pregnancy_days, chart.as_of)
    ]  # fmt: skip
    return tuple(Reason.of(f"{c.display} of {c.when} was never closed", (c,)) for c in old)


def may_be(chart: Chart, policy: Policy) -> tuple[Reason, ...]:
    status = _latest_status(chart)
    if status is None or not _is_recent(status, chart, policy):
        return ()
    return (
        (Reason.of(f"Pregnancy possible: recorded {status.when}", (status,)),)
        if _word(status) == "possible"
        else ()
    )


def _conditions(chart: Chart, policy: Policy, status: Observation | None) -> Iterator[Reason]:
    denied_on = status.when.first if status and status.when and _word(status) in _NOT[:4] else None
    for c in find(chart.conditions, PREGNANCY):
        if not c.is_active or (c.when and not c.when.may_be_within(policy.pregnancy_days, chart.as_of)):
            continue
        if not (denied_on and c.when and c.when.last < denied_on):
            yield Reason.of(f"{c.display} on record" + (f", {c.when}" if c.when else ""), (c,))


def _latest_status(chart: Chart) -> Observation | None:
    found = [o for o in find(chart.observations, PREGNANCY_STATUS) if o.is_final and o.when]
    return max(found, key=lambda o: (o.when.first if o.when else chart.as_of, o.id), default=None)


def _says_pregnant(status: Observation, chart: Chart, policy: Policy) -> bool:
    if not _is_recent(status, chart, policy):
        return False
    coded = status.value.concept is not None and PREGNANT.has(status.value.concept)
    return coded or _word(status) in ("pregnant", "yes", "positive", "patient currently pregnant")


def _is_recent(status: Observation, chart: Chart, policy: Policy) -> bool:
    return status.when is not None and status.when.may_be_within(policy.pregnancy_days, chart.as_of)


def _word(status: Observation) -> str:
    if status.value.boolean is not None:
        return "yes" if status.value.boolean else "no"
    told = status.value.concept.display if status.value.concept else status.value.text
    return told.strip().lower().removesuffix(" (finding)")
