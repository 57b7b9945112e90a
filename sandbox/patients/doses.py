"""Patients on and around the thresholds of daily dose."""

from datetime import date

from sandbox.patients.build import appointment, condition, observation, patient, procedure
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, statement
from sandbox.patients.visits import background, monitoring, peg, phq9, visits

TWICE_A_DAY = Directions("Take 1 tablet by mouth twice daily as needed for pain", a_day=2, as_needed=True)
CAPSULE_TWICE_A_DAY = Directions("Take 1 capsule by mouth every 12 hours", unit="capsule", every_hours=12)


def tomasz_zielinski(today: date) -> PracticePatient:
    """(9 mg x 2 + 7.5 mg x 2) x 1.5 = 49.5 MME/day."""
    p = patient(today, "Tomasz Zieliński", "male", 61, language="pl")
    background(
        p, conditions=("Type 2 diabetes", "Hyperlipidemia"), medicines=("metformin 500 mg oral tablet",)
    )
    pain = condition(p, "spinal stenosis")
    fills(p, "oxycodone ER 9", CAPSULE_TWICE_A_DAY, since=195, last=15, quantity=60, because=pain)
    fills(p, "oxycodone-acetaminophen 7.5-325", TWICE_A_DAY, since=195, last=15, quantity=60, because=pain)
    visits(p, 15, 75, 165)
    monitoring(p, naloxone=None, expected=("oxycodone",))
    peg(p, 15, 6, 5, 6)
    phq9(p, 75, 1, 0, 1, 1, 0, 0, 0, 0, 0)
    procedure(p, "exercise therapy", 90)
    appointment(p, 0, "09:20", "Planned opioid visit")
    return p.done(
        "49.5 MME/day, just under 50, extended release with a short-acting one; no naloxone on record.",
        "PV-08", "PV-14", "PV-26",
    )  # fmt: skip


def marisol_quintana(today: date) -> PracticePatient:
    p = patient(today, "Marisol Quintana", "female", 47, doctor="lindqvist", language="es")
    background(p)
    pain = condition(p, "both knees osteoarthritis")
    five = Directions("Take 1 tablet by mouth 5 times a day", a_day=5)
    fills(p, "hydrocodone-acetaminophen 10-325", five, since=170, last=20, quantity=150, because=pain)
    visits(p, 20, 80, 170)
    monitoring(p)
    peg(p, 170, 5, 5, 5)
    peg(p, 20, 7, 7, 7)
    statement(p, "acetaminophen 500", "1 tablet at night", 200)
    appointment(p, 0, "09:40", "Planned opioid visit")
    return p.done(
        "Exactly 50 MME/day (hydrocodone 10 mg five times a day); pain and function scores got worse by 2 points.",
        "PV-03", "PV-08", "PV-14",
    )  # fmt: skip


def ruth_oyelaran(today: date) -> PracticePatient:
    """3 x 10 mg x 4.7 = 141 MME/day."""
    p = patient(today, "Ruth Oyelaran", "female", 63)
    background(p, conditions=("Essential hypertension", "Osteoporosis"))
    pain = condition(p, "neuralgia")
    thrice = Directions("Take 1 tablet by mouth every 8 hours for nerve pain", every_hours=8)
    fills(p, "methadone 10", thrice, since=200, last=20, quantity=90, because=pain)
    visits(p, 20, 110, 200)
    monitoring(p, drug_test=None)
    peg(p, 110, 7, 7, 7)
    peg(p, 20, 7, 6, 7)
    procedure(p, "physical therapy referral", 300)
    appointment(p, 1, "11:00", "Planned opioid visit")
    return p.done(
        "Methadone for pain, 141 MME/day by the published factor, no better pain scores, no drug test on record.",
        "PV-06", "PV-14", "PV-15", "PV-26", "PV-27", "RF-03",
    )  # fmt: skip


def fionnuala_ni_bhraonain(today: date) -> PracticePatient:
    """5 mL x 2 mg/mL x 4 + 50 mg x 4 x 0.2 = 80 MME/day."""
    p = patient(today, "Fionnuala Ní Bhraonáin", "female", 79)
    background(p, conditions=("Atrial fibrillation", "Osteoporosis"), egfr=44)
    condition(p, "kidney disease stage 3", 900)
    pain = condition(p, "lumbar spondylosis")
    liquid = Directions(
        "Take 5 mL by mouth every 6 hours as needed for pain", 5, "mL", every_hours=6, as_needed=True
    )
    tramadol = Directions("Take 1 tablet by mouth 4 times a day", a_day=4)
    fills(p, "morphine liquid 2 mg/mL", liquid, since=146, last=26, quantity=600, because=pain)
    fills(p, "tramadol 50", tramadol, since=146, last=26, quantity=120, because=pain)
    visits(p, 26, 86, 146)
    monitoring(p, bowel=None)
    condition(p, "drug-induced constipation", 86)
    peg(p, 86, 6, 6, 6)
    appointment(p, 1, "14:00", "Planned opioid visit")
    return p.done(
        "Liquid morphine with tramadol at 79 with reduced kidney function; constipation noted, nothing given for it.",
        "PV-11", "PV-12", "PV-14", "PV-21", "PV-23",
    )  # fmt: skip


def oleksandr_hrytsenko(today: date) -> PracticePatient:
    """From 2 x 60 mg to 2 x 30 mg morphine a day, 18 days ago."""
    p = patient(today, "Oleksandr Hrytsenko", "male", 50, doctor="lindqvist", language="uk")
    background(p)
    pain = condition(p, "chronic pain after injury")
    twelve = Directions("Take 1 tablet by mouth every 12 hours", every_hours=12)
    before = {"quantity": 60, "because": pain, "is_stopped": True}
    fills(p, "morphine ER 60", twelve, since=468, last=48, **before)
    fills(p, "morphine ER 30", twelve, since=18, last=18, quantity=60, because=pain)
    visits(p, 18, 108, 198, 288)
    monitoring(p, naloxone=None, risk=20)
    peg(p, 108, 5, 5, 5)
    peg(p, 18, 7, 8, 8)
    phq9(p, 18, 2, 2, 2, 1, 1, 0, 1, 0, 0)
    observation(
        p,
        "Clinical note",
        5,
        category="social-history",
        valueString="Called: sleeping badly, sweating, restless",
    )
    appointment(p, 0, "15:20", "Pain is much worse since the change")
    return p.done(
        "Dose halved 18 days ago after more than a year, from 120 to 60 MME/day; reports poor sleep and more pain.",
        "PV-03", "PV-08", "PV-14", "PV-17", "PV-26",
    )  # fmt: skip
