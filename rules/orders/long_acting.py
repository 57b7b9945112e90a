"""OR-03: a long-acting opioid for someone who is not on opioids.

The published logic (opioid-cds-r4 REC03) asks for 28 days of supply, so that a week of a long-acting opioid passes
in silence. The risk is in the first days: here any length counts.
"""

from chart.medications import Form, MedicationRequest
from rules.case import Case
from rules.orders.answers import AT_ORDER, both, unless_opioid_ordered
from rules.orders.ordering import named
from rules.orders.sources import opioid_cds
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    prior = case.ordering.prior_use
    found = [(d, both(prior.is_naive, is_long_acting(d))) for d in case.ordering.opioids]
    if meant := [d for d, is_meant in found if is_meant]:
        none = Reason(f"No opioid on record in the {case.policy.naive_days} days before")
        told = (*(Reason.of(f"Extended-release or long-acting: {d.display}", (d,)) for d in meant), none)
        return Guidance(Status.INDICATED, told, advice=_advice(meant), rests_on_absence=True)
    if unsure := [d for d, is_meant in found if is_meant is None]:
        told = tuple(_unsure(d) for d in unsure)
        return Guidance(Status.UNDETERMINED, (*told, *prior.maybe))
    none = Reason("No extended-release or long-acting opioid is being ordered")
    return Guidance(Status.NOT_INDICATED, prior.shown or (none,))


def is_long_acting(draft: MedicationRequest) -> bool | None:
    """Patches and methadone act long whatever a table leaves out."""
    if draft.product.is_long_acting is not None:
        return draft.product.is_long_acting
    is_methadone = any(i.name.lower() == "methadone" for i in draft.product.opioids)
    return True if is_methadone or draft.product.form is Form.PATCH else None


def _unsure(draft: MedicationRequest) -> Reason:
    kind = is_long_acting(draft)
    told = "release form not known" if kind is None else "extended-release or long-acting"
    return Reason.of(f"{draft.display}: {told}", (draft,))


def _advice(drafts: list[MedicationRequest]) -> str:
    many = len({d.display for d in drafts}) > 1
    return (
        f"{named(drafts)} {'are' if many else 'is'} extended-release or long-acting. When starting, CDC suggests "
        "immediate-release, at the lowest dose that helps."
    )


RULE = Rule(
    id="OR-03",
    block=Block.ORDERS,
    title="Long-acting opioid when starting",
    advice="When starting, CDC suggests an immediate-release opioid at the lowest dose that helps.",
    source=cdc_2022(3, "immediate-release when starting"),
    further_sources=(opioid_cds("3"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    priority=Priority.HIGH,
    hooks=AT_ORDER,
    evaluate=evaluate,
    policy=("naive_days",),
    say=("A short-acting form lets us find the lowest dose that helps you, and change it quickly.",),
)
