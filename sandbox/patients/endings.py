"""Patients with a serious illness, outside the guideline, and one whose record has not arrived."""

from datetime import date

from sandbox.patients.build import appointment, care_plan, condition, encounter, patient, procedure
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, request
from sandbox.patients.visits import background, monitoring, visits

FOUR_HOURLY = Directions(
    "Take 0.5 mL by mouth every 4 hours as needed for breathlessness or pain", 0.5, "mL", every_hours=4,
    as_needed=True, most=3,
)  # fmt: skip
PATCH = Directions("Apply 1 patch to skin every 72 hours", unit="patch", every_hours=72)
AT_NIGHT = Directions("Take 1 tablet by mouth at bedtime", a_day=1)


def bartholomew_adeyinka(today: date) -> PracticePatient:
    p = patient(today, "Bartholomew Adeyinka-Frost", "male", 74)
    background(p, conditions=("Heart failure",), medicines=("furosemide 20 mg oral tablet",), egfr=41)
    condition(p, "COPD", 2600)
    procedure(p, "palliative care", 30)
    care_plan(p, "palliative care", 30, "Comfort at home, few hospital stays, garden in the afternoon")
    fills(p, "morphine liquid 10 mg/mL", FOUR_HOURLY, since=120, last=0, quantity=90)
    request(p, "lorazepam 0.5", AT_NIGHT, 20, quantity=30)
    visits(p, 30, 60, 90, 120, reason="Heart failure")
    monitoring(p, pdmp=60, agreement=None, drug_test=None, risk=None, naloxone=None)
    appointment(p, 0, "14:40", "Palliative care visit")
    return p.done(
        "Palliative care, not at the end of life: reminders pause, but morphine with lorazepam is still spoken about.",
        "POP-02", "PV-10",
    )  # fmt: skip


def xiomara_delacroix(today: date) -> PracticePatient:
    p = patient(today, "Xiomara Delacroix-Penn", "female", 81, doctor="lindqvist")
    background(p, conditions=("Dementia",), medicines=(), egfr=33)
    condition(p, "terminal illness", 45)
    procedure(p, "final days pathway", 3)
    fills(p, "fentanyl patch 12", PATCH, since=93, last=3, quantity=10)
    request(p, "lorazepam 0.5", AT_NIGHT, 3, quantity=15)
    visits(p, 3, 17, 31, 45, 93, kind="Home visit", reason="Comfort")
    encounter(p, 45, "Family meeting", reason="Goals of care")
    monitoring(p, pdmp=45, agreement=None, drug_test=None, risk=None, naloxone=None, bowel=3)
    return p.done(
        "In her last days: opioid with a sedative is the plan, so every reminder is quiet, safety items too.",
        "POP-02",
    )


def perpetua_achebe(today: date) -> PracticePatient:
    p = patient(today, "Perpetua Achebe-Lindholm", "female", 51)
    appointment(p, 1, "15:40", "New patient visit")
    return p.done(
        "Registered yesterday, the record has not arrived: nothing can be told, and nothing may look reassuring.",
        "POP-01", "PV-10", "CX-02",
    )  # fmt: skip
