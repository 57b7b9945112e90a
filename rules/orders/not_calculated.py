"""OR-13: an opioid order whose dose or length cannot be told, so that no number is taken for the whole.

Published calculators leave such an order out of the sum, which then looks lower than it is.
"""

from rules.case import Case
from rules.orders.answers import AT_ORDER, lengths, no_opioid
from rules.orders.ordering import listed
from rules.rule import Block, Guidance, Priority, Reason, Role, Rule, Status
from rules.sources import cdc_2022_part

_NAMELESS = "A medicine without a readable name"


def evaluate(case: Case) -> Guidance:
    """Never paused: it speaks of the order, not of the patient."""
    doses, unknown, supplies = _doses(case), _unrecognised(case), _supplies(case)
    if doses or unknown:
        return Guidance(Status.INDICATED, (*doses, *unknown, *supplies), advice=_advice(case, doses, unknown))
    if supplies:
        names = listed([d.display for d, length in lengths(case) if length.days is None])
        advice = (
            f"How long {names} will last could not be told. Days of supply, or a quantity that fits the directions, "
            "make the order clear to the pharmacy and the patient."
        )
        return Guidance(Status.INDICATED, supplies, priority=Priority.ROUTINE, advice=advice)
    if ordered := case.ordering.opioids:
        return Guidance(Status.ADDRESSED, (Reason.of("The dose of this order could be calculated", ordered),))
    return no_opioid(case)


def _doses(case: Case) -> tuple[Reason, ...]:
    ordered = {d.id for d in case.ordering.opioids}
    return tuple(
        Reason(f"{n.name}: {n.reason}", n.record_ids, n.labels)
        for n in case.ordering.after.not_calculated
        if not ordered.isdisjoint(n.record_ids)
    )


def _unrecognised(case: Case) -> tuple[Reason, ...]:
    found = [d for d in case.ordering.unrecognised if d in case.chart.judged_drafts]
    return tuple(
        Reason.of(f"{d.concept.display or _NAMELESS}: the medicine could not be recognised", (d,))
        for d in found
    )


def _supplies(case: Case) -> tuple[Reason, ...]:
    return tuple(
        Reason.of(f"{d.display}: {length}", (d,)) for d, length in lengths(case) if length.days is None
    )


def _advice(case: Case, doses: tuple[Reason, ...], unknown: tuple[Reason, ...]) -> str:
    after = case.ordering.after
    why = "; ".join(r.text for r in (*doses, *unknown))
    total = (
        f"The total shown is {_at_least(str(after))}." if after.by_medication else "No total can be shown."
    )
    return f"The dose of this order could not be calculated ({why}). {total} Complete the directions, or work it out."


def _at_least(told: str) -> str:
    return told if told.startswith("at least") else f"at least {told}"


RULE = Rule(
    id="OR-13",
    block=Block.ORDERS,
    title="Dose of this order unknown",
    advice="The dose of this order could not be calculated. Complete the directions, or work it out.",
    source=cdc_2022_part(
        "Recommendation 4 and its table of MME factors",
        doubt="That a total without every order is called a minimum is our own decision.",
    ),
    needs=frozenset({"MedicationRequest"}),
    priority=Priority.HIGH,
    hooks=AT_ORDER,
    owner=Role.PRESCRIBER,
    evaluate=evaluate,
    policy=("supplementary_factors",),
    say=("Let me write down exactly how you will take this, so that nothing is left to guess.",),
)
