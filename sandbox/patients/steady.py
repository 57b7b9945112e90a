"""Patients whose care is in order, or soon due, and one who has nothing to do with opioids."""

from datetime import date

from sandbox.patients.build import appointment, care_plan, condition, encounter, patient, procedure
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, statement
from sandbox.patients.visits import background, gad7, monitoring, peg, phq9, visits

EVERY_SIX_HOURS = Directions("Take 1 tablet by mouth every 6 hours", every_hours=6)
TWICE_A_DAY = Directions("Take 1 tablet by mouth twice daily", a_day=2)


def delia_whitfield(today: date) -> PracticePatient:
    p = patient(today, "Delia Whitfield", "female", 58)
    background(p, conditions=("Essential hypertension", "Seasonal allergic rhinitis"))
    pain = condition(p, "lumbar spondylosis")
    condition(p, "long-term opioid use", 700)
    what = "hydrocodone-acetaminophen 10-325"
    fills(p, what, EVERY_SIX_HOURS, since=252, last=12, quantity=120, because=pain)
    visits(p, 12, 72, 132, 192)
    monitoring(p)
    peg(p, 192, 6, 6, 6)
    peg(p, 12, 4, 4, 4)
    phq9(p, 72, 0, 1, 1, 1, 0, 0, 0, 0, 0)
    gad7(p, 72, 1, 0, 1, 0, 0, 1, 0)
    statement(p, "acetaminophen 500", "2 tablets twice a day when needed", 400)
    procedure(p, "exercise therapy", 100)
    care_plan(p, "pain care plan", 132, "Walk the dog twice a day; review every three months")
    appointment(p, 0, "09:00", "Planned opioid visit", status="checked-in")
    encounter(p, 0, "Office visit", reason="chronic pain", status="in-progress", time="09:00")
    return p.done(
        "Long-term therapy in good order: 40 MME/day, everything on the checklist done and on record.",
        "POP-01", "PV-01", "PV-02", "PV-03", "PV-04", "PV-05", "PV-06", "PV-08", "PV-09", "PV-12", "PV-13",
    )  # fmt: skip


def walter_nakagawa_stone(today: date) -> PracticePatient:
    """12 mcg/h x 2.4 + 60 mg morphine = 88.8 MME/day."""
    p = patient(today, "Walter Nakagawa-Stone", "male", 56, doctor="lindqvist", birthday_in=9)
    background(p, medicines=("atorvastatin 20 mg oral tablet",))
    pain = condition(p, "post-laminectomy pain")
    patch = Directions("Apply 1 patch to skin every 72 hours", unit="patch", every_hours=72)
    fills(p, "fentanyl patch 12", patch, since=264, last=24, quantity=10, because=pain)
    fills(p, "morphine 15", EVERY_SIX_HOURS, since=264, last=24, quantity=120, because=pain)
    visits(p, 80, 170, 260)
    monitoring(
        p,
        pdmp=80,
        agreement=355,
        drug_test=173,
        naloxone=355,
        risk=355,
        bowel=355,
        expected=("opiates", "fentanyl"),
    )
    peg(p, 170, 5, 6, 7)
    peg(p, 80, 5, 5, 5)
    phq9(p, 80, 1, 1, 0, 1, 0, 0, 0, 0, 0)
    procedure(p, "cognitive behavioural therapy", 200)
    appointment(p, 1, "10:20", "Planned opioid visit")
    return p.done(
        "Nothing overdue, everything due within two weeks; 88.8 MME/day, just under 90; supply ends in five days.",
        "PV-01", "PV-02", "PV-04", "PV-05", "PV-06", "PV-08", "PV-09", "PV-14", "PV-18", "PV-26",
    )  # fmt: skip


def nokomis_fairbanks(today: date) -> PracticePatient:
    p = patient(today, "Nokomis Fairbanks", "female", 39)
    conditions = ("Essential hypertension", "Hypothyroidism", "Plantar fasciitis")
    background(
        p,
        conditions=conditions,
        medicines=("levothyroxine 75 mcg oral tablet", "amlodipine 5 mg oral tablet"),
    )
    visits(p, 40, 220, 400, kind="Annual wellness visit", reason="Preventive visit")
    phq9(p, 40, 0, 0, 1, 1, 0, 0, 0, 0, 0)
    statement(p, "ibuprofen 600", "1 tablet when my foot hurts", 60)
    appointment(p, 0, "13:40", "Blood pressure check")
    return p.done("An ordinary patient: no opioid now or ever, nothing for this app to say.", "POP-01")
