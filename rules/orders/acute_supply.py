"""OR-06: a supply for acute pain that is longer than most acute pain needs.

The published logic (opioid-cds-r4 REC06) knows a length only where days of supply are written, so that an order with
a quantity alone passes in silence, and carries a leftover test for long-acting opioids that is always true. Here
quantity and directions tell the length too, one that nobody can tell leaves the question open, and the renewal of a
medicine in long-term therapy, which the published logic takes for acute when it is for under 28 days, is left alone.
"""

from chart.medications import MedicationRequest
from rules.case import Case
from rules.orders.answers import AT_SIGN, both, sort_out, told_lengths, unless_opioid_ordered
from rules.orders.length import Length, length_of
from rules.orders.ordering import listed
from rules.orders.sources import opioid_cds
from rules.rule import Block, Guidance, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_opioid_ordered(case):
        return not_for
    meant, unsure = sort_out(case, lambda length: _is_meant(case, length))
    if _is_long_term(case):
        meant, unsure = ([d for d in found if not case.ordering.is_renewal(d)] for found in (meant, unsure))
    if meant:
        return Guidance(
            Status.INDICATED,
            told_lengths(case, meant),
            advice=_advice(case, meant),
            finding=_longest(case, meant),
        )
    if unsure:
        return Guidance(Status.UNDETERMINED, told_lengths(case, unsure))
    return Guidance(Status.NOT_INDICATED, told_lengths(case, case.ordering.opioids))


def _is_long_term(case: Case) -> bool:
    """Then supplies of two weeks, and the steps of a taper, are renewals: to cut them short would end them suddenly."""
    return case.therapy.ltot.status == "long-term"


def _is_meant(case: Case, length: Length) -> bool | None:
    return both(
        length.is_over(case.policy.acute_supply_days), length.is_under(case.policy.longer_supply_days)
    )


def _longest(case: Case, drafts: list[MedicationRequest]) -> str:
    return str(max((length_of(d, case.as_of) for d in drafts), key=lambda length: length.days or 0))


def _advice(case: Case, drafts: list[MedicationRequest]) -> str:
    supplies = [str(length_of(d, case.as_of)) for d in drafts]
    if len(drafts) > 1:
        supplies = [f"{told} of {d.display}" for d, told in zip(drafts, supplies, strict=True)]
    return (
        f"The supply is {listed(supplies)}. For acute pain a few days are often enough: consider how long pain severe "
        "enough to need an opioid is expected to last."
    )


RULE = Rule(
    id="OR-06",
    block=Block.ORDERS,
    title="Acute supply over a week",
    advice="For acute pain a few days are often enough: consider how long pain severe enough to need an opioid is "
    "expected to last.",
    source=cdc_2022(6, "no greater quantity than needed for the expected duration"),
    further_sources=(opioid_cds("6"),),
    needs=frozenset({"MedicationRequest"}),
    hooks=AT_SIGN,
    evaluate=evaluate,
    policy=("acute_supply_days", "longer_supply_days"),
    say=(
        "Most people need this for a few days. Call me if the pain lasts longer, and we will look at it together.",
    ),
)
