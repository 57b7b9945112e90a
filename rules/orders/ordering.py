"""What is being ordered, the record before it and the record with it: facts that the order rules share."""

import re
from collections.abc import Iterable
from dataclasses import replace

from chart.frozen import cached_property
from chart.medications import DrugClass, MedicationRequest
from rules.case import Case
from rules.coverage import Coverage, coverage
from rules.in_use import InUse, in_use
from rules.mme import DailyMme, chart_with_drafts
from rules.not_counted import HOSPITAL, why_not_counted
from rules.orders.prior_use import PriorUse, prior_use
from rules.prescriptions import (
    Prescription,
    is_hospital_only,
    is_opioid,
    may_be_same_medicine,
    medicine_key,
    prescriptions,
)
from rules.spans import counts
from rules.supply import days_before, supply_of

# A draft that no table or reader recognises may still say by its name that it is, or may be, an opioid.
_MAY_BE_OPIOID = re.compile(
    r"opioid|opiate|narcotic|codon|codein|(?<!apo)morph|fentan|tramad|tapent|methad|meperid|pethid|buprenorph"
    r"|levorphan|analgesi|\bpain\b",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]{2}")


class Ordering:
    """Only the drafts chosen just now are judged; the others are context, and count in every total."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def opioids(self) -> tuple[MedicationRequest, ...]:
        """Full agonists to be taken at home, the ones that the dose and supply rules are about."""
        return tuple(d for d in self._of_opioids if not self.why_apart(d))

    @cached_property
    def set_apart(self) -> tuple[tuple[MedicationRequest, str], ...]:
        """Opioids that raise no dose card, and why: buprenorphine above all."""
        return tuple((d, reason) for d in self._of_opioids if (reason := self.why_apart(d)))

    @cached_property
    def for_home(self) -> tuple[MedicationRequest, ...]:
        """Every opioid for home, buprenorphine and cough medicines included."""
        return tuple(d for d in self._of_opioids if not is_hospital_only(d))

    @cached_property
    def _of_opioids(self) -> tuple[MedicationRequest, ...]:
        return tuple(d for d in self.case.chart.judged_drafts if is_opioid(d))

    def why_apart(self, draft: MedicationRequest) -> str:
        if is_hospital_only(draft):
            return HOSPITAL
        return why_not_counted(Prescription(medicine_key(draft.product), draft), self.case.chart)

    def is_renewal(self, draft: MedicationRequest) -> bool:
        """The same medicine, in use before; a draft that is in the record already renews itself."""
        return any(
            i.is_certain
            and (
                draft.id in i.prescription.record_ids
                or may_be_same_medicine(i.medicine.product, draft.product)
            )
            for i in in_use(self.case, *draft.product.classes)
        )

    @cached_property
    def unrecognised(self) -> tuple[MedicationRequest, ...]:
        """Of all drafts those that may be opioids, nobody can tell."""
        return tuple(d for d in self.case.chart.drafts if may_be_opioid(d))

    @cached_property
    def signed(self) -> Case:
        """The same patient once every draft is signed: what a draft replaces is gone."""
        chart = self.case.chart
        drafts = tuple(self._in_place_of_the_old(draft) for draft in chart.drafts)
        return Case(chart_with_drafts(replace(chart, drafts=drafts)), self.case.policy)

    def _in_place_of_the_old(self, draft: MedicationRequest) -> MedicationRequest:
        """Few EHRs say what an order replaces. One for the same medicine whose supply is about to run out is renewed,
        and its dose must not hide a lower one for the few days that it lasts."""
        if draft.replaces or draft.based_on or not is_opioid(draft):
            return draft
        same = medicine_key(draft.product)
        found = [i for i in in_use(self.case, DrugClass.OPIOID) if i.prescription.key == same]
        if len(found) != 1 or found[0].prescription.order is None or not self._runs_out(found[0]):
            return draft
        return replace(draft, replaces=found[0].prescription.order.id)

    def _runs_out(self, found: InUse) -> bool:
        last = supply_of(found.prescription, self.case.policy.carry_over_days).last
        return last is not None and days_before(last, self.case.policy.carry_over_days) < self.case.as_of

    @property
    def before(self) -> DailyMme:
        return self.case.mme

    @property
    def after(self) -> DailyMme:
        return self.signed.mme

    @cached_property
    def opioid_coverage(self) -> Coverage:
        """Days with any opioid from the record, buprenorphine included: it too makes a body used to opioids."""
        chart = self.case.chart
        kept = [p for p in prescriptions(chart, DrugClass.OPIOID) if counts(p)]
        return coverage(kept, chart, self.case.policy)

    @cached_property
    def prior_use(self) -> PriorUse:
        return prior_use(self.case, self.opioid_coverage)


def may_be_opioid(draft: MedicationRequest) -> bool:
    """Not recognised, and either its name hints at an opioid or there is no name to go by."""
    if draft.product.is_recognised or draft.product.classes:
        return False
    name = f"{draft.concept.display} {draft.product.name}"
    return not _LETTERS.search(draft.concept.display) or bool(_MAY_BE_OPIOID.search(name))


def named(drafts: Iterable[MedicationRequest]) -> str:
    """Medicines in a sentence, each once: "A and B", "A, B and C"."""
    names = list(dict.fromkeys(d.display for d in drafts))
    return listed(names)


def listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
