"""PV-25: opioids from several prescribers or pharmacies, which most often tells of access or cover."""

from datetime import timedelta

from chart.medications import DrugClass, MedicationDispense, MedicationRequest
from rules.case import Case
from rules.planned_visits.applies import unless_in_use
from rules.rule import Block, Guidance, Priority, Reason, Role, Rule, Source, Status
from rules.sources import cdc_2022

_DAYS = 180  # PQA OMP


def evaluate(case: Case) -> Guidance:
    if not_for := unless_in_use(case):
        return not_for
    people, places = len(case.therapy.prescribers_180), len(case.therapy.pharmacies_180)
    told = Reason.of(
        f"In 6 months: {_count(people, 'prescriber')} and {_count(places, 'pharmacy')}", _records(case)
    )
    if not people and not places:
        return Guidance(Status.UNDETERMINED, (Reason("Neither prescribers nor pharmacies are recorded"),))
    policy = case.policy
    if max(people, places) < policy.prescribers_review:
        return Guidance(Status.NOT_INDICATED, (told,))
    is_measured = min(people, places) >= policy.prescribers_measure
    return Guidance(Status.INDICATED, (told,), priority=Priority.HIGH if is_measured else Priority.ROUTINE)


def _count(number: int, what: str) -> str:
    plural = "pharmacies" if what == "pharmacy" else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def _records(case: Case) -> list[MedicationRequest | MedicationDispense]:
    oldest = case.as_of - timedelta(days=_DAYS)
    supplies: list[MedicationRequest | MedicationDispense] = [*case.chart.medication_requests]
    supplies += case.chart.medication_dispenses
    return [m for m in supplies if m.is_any(DrugClass.OPIOID) and m.when and m.when.last >= oldest]


RULE = Rule(
    id="PV-25",
    block=Block.PLANNED_VISITS,
    title="Several prescribers or pharmacies",
    advice="This often comes from cover, moves or access. Agree with the patient on one plan, and share it with the "
    "others who prescribe.",
    source=Source(
        title="HEDIS Use of Opioids from Multiple Providers; PQA OMP",
        locator="4 or more prescribers and 4 or more pharmacies within 180 days",
        url="https://ncqa.org",
        doubt="3 as the number that asks for a look is our own decision; only public summaries were opened.",
    ),
    further_sources=(cdc_2022(9, "coordinate with other prescribers"),),
    needs=frozenset({"MedicationRequest"}),
    also_reads=frozenset({"MedicationDispense"}),
    owner=Role.PHARMACIST,
    evaluate=evaluate,
    policy=("prescribers_review", "prescribers_measure"),
    say=(
        "I see other clinics have helped you too. May I talk with them, so that we all work from one plan?",
    ),
)
