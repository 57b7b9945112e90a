"""The practice's synthetic patients: invented people, one line of story each, dated from the day asked for."""

from datetime import date

from sandbox.patients import doses, overlaps, steady, treatment
from sandbox.patients.draft import PracticePatient

__all__ = ["PracticePatient", "practice_patients"]

PATIENTS = (
    steady.delia_whitfield,
    doses.tomasz_zielinski,
    doses.marisol_quintana,
    overlaps.harold_brandvold,
    overlaps.renee_thibodeaux,
    treatment.kwame_asare,
    treatment.skyler_redfern,
    treatment.linh_tran,
    doses.oleksandr_hrytsenko,
    steady.walter_nakagawa_stone,
    doses.ruth_oyelaran,
    doses.fionnuala_ni_bhraonain,
    steady.nokomis_fairbanks,
)


def practice_patients(today: date) -> tuple[PracticePatient, ...]:
    """Every patient as a collection Bundle whose dates count from `today`: the same day gives the same records."""
    return tuple(make(today) for make in PATIENTS)
