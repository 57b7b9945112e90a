"""Every opioid prescription of a chart placed on one line of the MME/day sheet."""

from dataclasses import dataclass, field, replace
from typing import TypeVar

from chart.medications import Product
from chart.records import Chart
from rules.current import Current, InUse
from rules.equivalent import Equivalent
from rules.mme_lines import Counted, Excluded, NotCalculated, in_words
from rules.not_counted import is_methadone, may_be_for_oud, why_not_counted
from rules.policy import Policy
from rules.prescriptions import Prescription, may_be_same_medicine
from rules.standing import Use

_Entry = TypeVar("_Entry", bound=Counted | NotCalculated | Excluded)


@dataclass(slots=True)
class Sheet:
    """The three lists while they are being filled, each entry beside the product it is about."""

    chart: Chart
    policy: Policy
    counted: list[tuple[Product, Counted]] = field(default_factory=list)
    not_calculated: list[tuple[Product, NotCalculated]] = field(default_factory=list)
    excluded: list[tuple[Product, Excluded]] = field(default_factory=list)

    def fill(self, now: Current) -> None:
        for prescription, reason in now.not_in_use:
            self._exclude(prescription, reason, is_current=False)
        found = [(item, "") for item in now.in_use] + now.unsure
        # What patients report comes last: it may be one of the prescriptions.
        for item, doubt in sorted(found, key=_written_before_reported):
            self._place(item, doubt)

    def _place(self, item: InUse, doubt: str) -> None:
        prescription = item.prescription
        if reason := why_not_counted(prescription, self.chart):
            if not (prescription.reported and _merged(self.excluded, item)):
                self._exclude(prescription, reason, is_current=item.standing.use is Use.IN_USE and not doubt)
        elif prescription.reported and self._is_known(item, doubt):
            return
        elif doubt or item.dose is None:
            entry = NotCalculated(
                prescription.record_ids,
                prescription.lead.display,
                doubt or item.cannot_tell,
                prescription.labels,
            )
            self.not_calculated.append((prescription.lead.product, entry))
        else:
            self.counted.append((prescription.lead.product, self._counted(item, item.dose)))

    def _is_known(self, item: InUse, doubt: str) -> bool:
        """True when a report is of a medicine already listed, to which it is then added."""
        return _merged(self.counted, item) or (
            bool(doubt or item.dose is None) and _merged(self.not_calculated, item)
        )

    def _exclude(self, prescription: Prescription, reason: str, *, is_current: bool) -> None:
        lead = prescription.lead
        entry = Excluded(prescription.record_ids, lead.display, reason, is_current, prescription.labels)
        self.excluded.append((lead.product, entry))

    def _counted(self, item: InUse, dose: Equivalent) -> Counted:
        prescription = item.prescription
        notes = [*dose.notes, *item.notes]
        if is_methadone(prescription) and may_be_for_oud(prescription, self.chart):
            notes.append(
                "opioid use disorder is on the problem list: check whether this methadone is for it,"
                " in which case it is not counted"
            )
        return Counted(
            record_ids=prescription.record_ids,
            name=prescription.lead.display,
            mme=dose.mme,
            mme_low=dose.low,
            dosage_per_day=dose.per_day,
            unit=dose.unit,
            factor=dose.factor,
            basis=dose.basis,
            as_needed=dose.as_needed,
            notes=tuple(dict.fromkeys(notes)),
            labels=prescription.labels,
        )


def _written_before_reported(found: tuple[InUse, str]) -> tuple[bool, bool, str]:
    item, doubt = found
    return item.prescription.reported is not None, bool(doubt), item.prescription.lead.id


def _merged(entries: list[tuple[Product, _Entry]], item: InUse) -> bool:
    """Adds a reported medicine's record to the entry of the same medicine, if there is one."""
    product = item.prescription.lead.product
    for place, (listed, entry) in enumerate(entries):
        if is_in_use(entry) and may_be_same_medicine(listed, product):
            entries[place] = (listed, _with_report(entry, item))
            return True
    return False


def is_in_use(entry: Counted | NotCalculated | Excluded) -> bool:
    return entry.is_current if isinstance(entry, Excluded) else True


def _with_report(entry: _Entry, item: InUse) -> _Entry:
    mine = item.prescription
    together = replace(
        entry, record_ids=(*entry.record_ids, *mine.record_ids), labels=entry.labels | mine.labels
    )
    if not isinstance(together, Counted) or item.dose is None or item.dose.mme <= together.mme:
        return together
    note = f"reported use is higher: {in_words(item.dose.mme)}"
    return replace(together, notes=(*together.notes, note))
