"""Whether guidance about opioids concerns this patient, or these orders, at all: below that, silence is an answer."""

from chart.medications import DrugClass
from rules.case import Case

_OF_CONCERN = (
    DrugClass.OPIOID,
    DrugClass.BENZODIAZEPINE,
    DrugClass.Z_DRUG,
    DrugClass.GABAPENTINOID,
    DrugClass.MUSCLE_RELAXANT,
    DrugClass.BARBITURATE,
    DrugClass.OTHER_SEDATIVE,
)


def visit_is_concerned(case: Case) -> bool:
    """An opioid is in use, was until lately, or may be hidden in what could not be read."""
    mme = case.mme
    return (
        mme.has_opioid_in_use
        or mme.at_least
        or any(line.is_current for line in mme.excluded)
        or case.therapy.ltot.status != "not long-term"
    )


def orders_are_concerned(case: Case) -> bool:
    """One of the drafts that are judged is an opioid or adds to what opioids do to breathing."""
    return any(draft.is_any(*_OF_CONCERN) for draft in case.chart.judged_drafts)
