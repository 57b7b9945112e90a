"""PV-26: extended-release and long-acting opioids, above all when a therapy starts with one."""

from datetime import timedelta

from chart.medications import Medication
from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Priority, Reason, Rule, Status
from rules.sources import cdc_2022


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    opioids = medicines_in_use(case)
    found = [m for m in opioids if m.product.is_long_acting]
    if found:
        started = [m for m in found if _starts_therapy(case, m)]
        reasons = [Reason.of(f"Extended-release or long-acting: {m.display}", (m,)) for m in found]
        reasons += (
            [Reason.of(f"No opioid on record in the {case.policy.naive_days} days before", started)]
            if started
            else []
        )
        return Guidance(
            Status.INDICATED, tuple(reasons), priority=Priority.HIGH if started else Priority.ROUTINE
        )
    if unknown := [m for m in opioids if m.product.is_long_acting is None]:
        told = (Reason.of(f"{m.display}: release form not known", (m,)) for m in unknown)
        return Guidance(Status.UNDETERMINED, tuple(told))
    return Guidance(Status.NOT_INDICATED, (Reason("No extended-release or long-acting opioid in use"),))


def medicines_in_use(case: Case) -> list[Medication]:
    """One record for each opioid that counts, or may count, in the daily dose."""
    by_id = {m.id: m for m in case.medications}
    listed = [o.record_ids for o in case.mme.by_medication] + [o.record_ids for o in case.mme.not_calculated]
    return [by_id[ids[0]] for ids in listed if ids and ids[0] in by_id]


def _starts_therapy(case: Case, medicine: Medication) -> bool:
    """Begun within the last 90 days, with no day covered by any opioid in the 90 days before that."""
    courses = case.therapy.courses
    first = min((c.first for c in courses if medicine.id in c.record_ids), default=None)
    span = timedelta(days=case.policy.naive_days)
    if first is None or first < case.as_of - span:
        return False
    return not any(c.first < first and c.last >= first - span for c in courses)


RULE = Rule(
    id="PV-26",
    block=Block.PLANNED_VISITS,
    title="Long-acting opioid",
    advice="When starting, CDC suggests immediate-release. Long-acting forms are for severe, continuous pain.",
    source=cdc_2022(3, "immediate-release when starting"),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense", "MedicationStatement"}),
    evaluate=evaluate,
    policy=("naive_days",),
    say=(
        "This one stays in the body for long. Please never chew or split it, and call me if you feel drowsy.",
    ),
)
