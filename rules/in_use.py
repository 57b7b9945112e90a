"""Medicines of any class that are, or may be, in use on the day: judged by the same rule as the opioids."""

from chart.frozen import dataclass
from chart.medications import DrugClass, Medication
from rules.case import Case
from rules.once import once
from rules.prescriptions import Prescription, prescriptions
from rules.rule import Reason
from rules.standing import Standing, Use, standing
from rules.supply import supply_of


@dataclass(frozen=True, slots=True)
class InUse:
    prescription: Prescription
    standing: Standing

    @property
    def medicine(self) -> Medication:
        return self.prescription.lead

    @property
    def is_certain(self) -> bool:
        return self.standing.use is Use.IN_USE

    @property
    def name(self) -> str:
        return self.medicine.display

    def reason(self) -> Reason:
        notes = [n for n in (self.standing.reason, *self.standing.notes) if n]
        told = f"{self.name} ({'; '.join(notes)})" if notes else self.name
        return Reason.of(told, self.prescription.records)


@once
def in_use(case: Case, *classes: DrugClass) -> tuple[InUse, ...]:
    """Of these classes; what only may be in use is in it too, with its doubt."""
    chart, policy = case.chart, case.policy
    found = []
    for p in prescriptions(chart, *classes):
        told = standing(p, supply_of(p, policy.carry_over_days), chart, policy)
        if told.use is not Use.NOT:
            found.append(InUse(p, told))
    return tuple(found)
