"""How an order rule answers: three-valued findings, drafts that do not concern it, reasons without a diagnosis."""

from collections.abc import Callable, Iterable

from chart.medications import MedicationRequest
from rules.case import Case
from rules.orders.length import Length, length_of
from rules.planned_visits.applies import unless_paused
from rules.rule import Guidance, Hook, Reason, Status

AT_ORDER = frozenset({Hook.ORDER_SELECT, Hook.ORDER_SIGN})
AT_SIGN = frozenset({Hook.ORDER_SIGN})

# Written from medicines and the patient's own data; anything else may tell a diagnosis.
_NEUTRAL = ("MedicationRequest/", "MedicationDispense/", "MedicationStatement/", "Patient/")
NO_OPIOID = "No opioid is being ordered"
UNRECOGNISED = "could not be recognised: whether it is an opioid cannot be told"


def unless_opioid_ordered(case: Case, *, with_buprenorphine: bool = False) -> Guidance | None:
    """None when a full agonist for home is being ordered and the guideline is written for this patient."""
    ordering = case.ordering
    if ordering.opioids or (with_buprenorphine and ordering.for_home):
        return unless_paused(case)
    return no_opioid(case)


def no_opioid(case: Case) -> Guidance:
    """The answer when none is ordered that the rule is about; open where a draft may be one."""
    ordering = case.ordering
    judged = [d for d in ordering.unrecognised if d in case.chart.judged_drafts]
    if judged:
        told = tuple(Reason.of(f"{d.display} {UNRECOGNISED}", (d,)) for d in judged)
        return Guidance(Status.UNDETERMINED, told)
    apart = tuple(Reason.of(f"{d.display}: {why}", (d,)) for d, why in ordering.set_apart)
    return Guidance(Status.NOT_INDICATED, apart or (Reason(NO_OPIOID),))


def both(one: bool | None, other: bool | None) -> bool | None:
    """True only when both are, False as soon as one is not, None when it hangs on what cannot be told."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def lengths(case: Case) -> list[tuple[MedicationRequest, Length]]:
    return [(d, length_of(d, case.as_of)) for d in case.ordering.opioids]


def sort_out(
    case: Case, is_meant: Callable[[Length], bool | None]
) -> tuple[list[MedicationRequest], list[MedicationRequest]]:
    """The opioids being ordered that are meant, and those of which it cannot be told."""
    found = [(d, is_meant(length)) for d, length in lengths(case)]
    return [d for d, meant in found if meant], [d for d, meant in found if meant is None]


def is_longer_term(case: Case) -> Callable[[Length], bool | None]:
    return lambda length: length.is_longer(case.policy.longer_supply_days)


def told_lengths(case: Case, drafts: Iterable[MedicationRequest]) -> tuple[Reason, ...]:
    return tuple(Reason.of(f"{d.display}: {length_of(d, case.as_of)}", (d,)) for d in drafts)


def without_diagnosis(reasons: Iterable[Reason], told: str) -> tuple[Reason, ...]:
    """A card may be read by anyone who signs orders: what comes from conditions, visits and results is only counted."""
    kept: list[Reason] = []
    hidden: list[Reason] = []
    for reason in reasons:
        is_neutral = all(i.startswith(_NEUTRAL) for i in reason.record_ids)
        (kept if is_neutral else hidden).append(reason)
    if hidden:
        ids = tuple(dict.fromkeys(i for r in hidden for i in r.record_ids))
        labels = frozenset[tuple[str, str]]().union(*(r.labels for r in hidden))
        kept.append(Reason(told, ids, labels))
    return tuple(kept)
