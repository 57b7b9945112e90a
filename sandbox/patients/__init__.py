"""The practice's synthetic patients: invented people, one line of story each, dated from the day asked for."""

from datetime import date

from sandbox.patients import (
    access,
    directions,
    doses,
    durations,
    endings,
    messy,
    mood,
    overlaps,
    safety,
    special,
    steady,
    treatment,
)
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
    mood.anahera_tamihana,
    mood.dmitri_vasquez,
    mood.desmond_kealoha,
    special.ingeborg_halvorsen,
    special.josiah_abernathy,
    special.priya_raghunathan,
    special.camila_ibarra,
    durations.mateus_carvalhal,
    durations.bronwyn_pryce,
    durations.eero_lahteenmaki,
    durations.hakim_belkacemi,
    durations.sunniva_torgersdatter,
    doses.oleksandr_hrytsenko,
    steady.walter_nakagawa_stone,
    doses.ruth_oyelaran,
    doses.fionnuala_ni_bhraonain,
    steady.nokomis_fairbanks,
    safety.wilhelmina_okonjo,
    safety.leopold_mwangi,
    safety.beatrix_oduya,
    access.cornelius_abioye,
    access.thaddeus_vinterberg,
    access.guadalupe_santangelo,
    endings.bartholomew_adeyinka,
    endings.xiomara_delacroix,
    directions.ottoline_brightwater,
    endings.perpetua_achebe,
    messy.augustine_pellerin,
)


def practice_patients(today: date) -> tuple[PracticePatient, ...]:
    """Every patient as a collection Bundle whose dates count from `today`: the same day gives the same records."""
    return tuple(make(today) for make in PATIENTS)
