"""Medicines in use beside the counted opioids, by what a clinician looks for: an arrangement by drug class."""

from collections.abc import Iterable
from dataclasses import dataclass

from cds.grouping import grouped
from chart.medications import DrugClass, Medication
from rules.case import Case
from rules.in_use import InUse, in_use
from rules.mme_lines import Excluded

_SEDATIVES = (
    DrugClass.BENZODIAZEPINE, DrugClass.Z_DRUG, DrugClass.GABAPENTINOID,
    DrugClass.MUSCLE_RELAXANT, DrugClass.BARBITURATE, DrugClass.OTHER_SEDATIVE,
)  # fmt: skip
_REVERSALS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    record_ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    kind: str = ""  # the drug class, where a group holds several


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class MedicineList:
    moud: tuple[Line, ...]  # in use and not counted: never beside the opioids for pain
    not_counted: tuple[Line, ...]
    past: tuple[Excluded, ...]
    groups: tuple[Group, ...]


def medicine_list(case: Case) -> MedicineList:
    excluded = grouped(case.mme.excluded)
    current = [line for line in excluded if line.is_current]
    treatment = {r.id for r in case.medications_of(DrugClass.MOUD)}
    is_moud = [not treatment.isdisjoint(line.record_ids) for line in current]
    return MedicineList(
        moud=(
            *(_excluded(line) for line, it_is in zip(current, is_moud, strict=True) if it_is),
            *_not_opioids(case),
        ),
        not_counted=tuple(_excluded(line) for line, it_is in zip(current, is_moud, strict=True) if not it_is),
        past=tuple(line for line in excluded if not line.is_current),
        groups=(
            Group("Sedating medicines", _lines(case, *_SEDATIVES)),
            Group("Naloxone or nalmefene", _reversal(case)),
            Group("Other pain medicines", _lines(case, DrugClass.NON_OPIOID_ANALGESIC)),
            Group("Laxatives", _lines(case, DrugClass.LAXATIVE)),
        ),
    )


def _excluded(line: Excluded) -> Line:
    return Line(line.name, line.record_ids, (line.reason,))


def _not_opioids(case: Case) -> tuple[Line, ...]:
    """Treatment that the MME sheet has no line for, such as naltrexone."""
    mme = case.mme
    on_sheet = {
        i for line in (*mme.by_medication, *mme.not_calculated, *mme.excluded) for i in line.record_ids
    }
    return tuple(
        _line(m) for m in in_use(case, DrugClass.MOUD) if on_sheet.isdisjoint(m.prescription.record_ids)
    )


def _lines(case: Case, *classes: DrugClass) -> tuple[Line, ...]:
    return tuple(_line(m, classes if len(classes) > 1 else ()) for m in in_use(case, *classes))


def _line(item: InUse, classes: Iterable[DrugClass] = ()) -> Line:
    kinds = ", ".join(c.value for c in classes if item.medicine.is_any(c))
    notes = tuple(n for n in (item.standing.reason, *item.standing.notes) if n)
    return Line(item.name, item.prescription.record_ids, notes, kinds)


def _reversal(case: Case) -> tuple[Line, ...]:
    """Kept for a day that may never come, so supply says nothing: the latest records, each with its status."""
    found = sorted(case.medications_of(DrugClass.OPIOID_REVERSAL), key=_latest, reverse=True)
    return tuple(
        Line(m.display, (m.id,), (f"status {m.status}" if m.status else "status not recorded",))
        for m in found[:_REVERSALS_SHOWN]
    )


def _latest(medicine: Medication) -> tuple[str, str]:
    when = getattr(medicine, "when", None)
    return (when.last.isoformat() if when else ""), medicine.id
