"""Daily opioid dosage in morphine milligram equivalents (MME/day), CDC 2022 factors."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from chart.frozen import dataclass
from chart.medications import MedicationRequest, MedicationStatement
from chart.records import Chart
from chart.when import When
from rules.current import current
from rules.mme_lines import Counted, Excluded, NotCalculated, in_words
from rules.mme_sheet import Sheet
from rules.policy import Policy

__all__ = [
    "Counted",
    "DailyMme",
    "Excluded",
    "NotCalculated",
    "chart_with_drafts",
    "daily_mme",
    "daily_mme_with_drafts",
    "in_words",
    "unseen_fills",
    "unseen_orders",
]

# Records with these statuses may be of medicines in use, if only their names could be read.
_MAY_BE_TAKEN = (None, "", "active", "unknown", "completed", "intended")


@dataclass(frozen=True, slots=True)
class DailyMme:
    """Every opioid record of the chart is in exactly one of the three lists."""

    total: Decimal
    at_least: bool  # something in use could not be calculated, or may be hidden
    by_medication: tuple[Counted, ...] = ()
    not_calculated: tuple[NotCalculated, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    notes: tuple[str, ...] = ()

    thresholds: tuple[Decimal, ...] = (Decimal(50), Decimal(90))  # that rounding must not cross

    def __str__(self) -> str:
        """Rounded for reading only: "at least 45 MME/day"."""
        if self.at_least and not self.by_medication:
            return "MME/day cannot be told"
        return ("at least " if self.at_least else "") + in_words(self.total, self.thresholds)

    @property
    def has_opioid_in_use(self) -> bool:
        """A full agonist is, or may be, in use now."""
        return bool(self.by_medication or self.not_calculated)


def daily_mme(chart: Chart, policy: Policy) -> DailyMme:
    """MME/day on `chart.as_of`, from orders, fills and statements."""
    sheet = Sheet(chart, policy)
    sheet.fill(current(chart, policy))
    unseen = unseen_orders(chart)
    counted = sorted((e for _, e in sheet.counted), key=lambda e: (-e.mme, e.name, e.record_ids))
    return DailyMme(
        total=sum((entry.mme for entry in counted), Decimal(0)),
        at_least=bool(sheet.not_calculated or unseen),
        by_medication=tuple(counted),
        not_calculated=tuple(
            sorted((e for _, e in sheet.not_calculated), key=lambda e: (e.name, e.record_ids))
        ),
        excluded=tuple(
            sorted((e for _, e in sheet.excluded), key=lambda e: (not e.is_current, e.name, e.record_ids))
        ),
        notes=unseen + unseen_fills(chart),
        thresholds=(policy.mme_extra_care, policy.mme_measure_flag),
    )


def unseen_orders(chart: Chart) -> tuple[str, ...]:
    """Why opioids in use may be hidden from this chart; empty when all that lists them was read."""
    missing = dict.fromkeys(chart.gaps({"MedicationRequest"}) + chart.gaps({"MedicationStatement"}))
    for gap in chart.unavailable:
        # An EHR without orders has them somewhere else; one without statements has none.
        if gap.resource_type == "MedicationRequest":
            missing[gap.reason] = None
    nameless = sum(not record.concept.display and record.status in _MAY_BE_TAKEN for record in _listed(chart))
    if nameless:
        missing[f"{nameless} medicine{'s' if nameless > 1 else ''} on the list without a readable name"] = (
            None
        )
    return tuple(missing)


def _listed(chart: Chart) -> Iterable[MedicationRequest | MedicationStatement]:
    return (*chart.medication_requests, *chart.medication_statements)


def unseen_fills(chart: Chart) -> tuple[str, ...]:
    return tuple(f"fills: {reason}" for reason in chart.gaps({"MedicationDispense"}))


def daily_mme_with_drafts(chart: Chart, policy: Policy) -> DailyMme:
    """The same with `chart.drafts` counted and what they replace taken out."""
    return daily_mme(chart_with_drafts(chart), policy)


def chart_with_drafts(chart: Chart) -> Chart:
    """The record as it will be once every draft is signed."""
    drafts = tuple(_as_started(draft, chart) for draft in chart.drafts)
    ended = {ended for stop in chart.stops for ended in (stop.id, stop.replaces)}
    ids = {draft.id for draft in drafts}
    kept = tuple(
        replace(order, status="stopped") if order.id in ended else order
        for order in chart.medication_requests
        if order.id not in ids
    )
    return replace(chart, medication_requests=kept + drafts, drafts=(), stops=())


def _as_started(draft: MedicationRequest, chart: Chart) -> MedicationRequest:
    """A draft counts as if signed and begun today, whatever EHRs put in a draft's status and dates."""
    orders = {order.id for order in chart.medication_requests}
    replaced = draft.replaces or next((i for i in draft.based_on if i in orders), "")
    return replace(
        draft,
        status="active",
        intent="order",
        is_reported=False,
        authored=When.of(chart.as_of),
        starts=None,
        ends=None,
        supply=replace(draft.supply, valid_from=None),
        replaces=replaced if replaced != draft.id else "",
    )
