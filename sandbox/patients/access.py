"""Patients whose opioids come from many hands, or whose care has come to a halt."""

from datetime import date

from sandbox.patients.build import (
    appointment,
    condition,
    document,
    encounter,
    observation,
    patient,
    service_request,
    task,
)
from sandbox.patients.draft import Draft, PracticePatient
from sandbox.patients.medicines import Directions, dispense, fills, request
from sandbox.patients.visits import SCORE, background, gad7, monitoring, peg, phq9, urine_drug_test, visits

FOUR = Directions("Take 1 tablet by mouth 4 times a day", a_day=4)
THREE = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)
TWELVE_HOURLY = Directions("Take 1 tablet by mouth every 12 hours", every_hours=12)
# (days ago, tablets, days, who prescribed, which pharmacy): each begins before the one before it is used up.
HANDS = (
    (160, 90, 30, "osei", "pharmacy"),
    (122, 90, 30, "haddad", "second-pharmacy"),
    (97, 90, 30, "lindqvist", "hospital-pharmacy"),
    (72, 90, 30, "bhattarai", "mail-pharmacy"),
    (47, 90, 30, "osei", "pharmacy"),
)


def cornelius_abioye(today: date) -> PracticePatient:
    """3 x 5 mg x 1.5 = 22.5, since three weeks ago 4 x 10 mg x 1.5 = 60 MME/day."""
    p = patient(today, "Cornelius Abioye-Marsh", "male", 43)
    background(p, conditions=("Gout",), medicines=("allopurinol 100 mg oral tablet",))
    pain = condition(p, "chronic pain after injury")
    _from_many_hands(p, pain)
    visits(p, 72, 160)
    monitoring(p, naloxone=None, drug_test=None, expected=("oxycodone",))
    urine_drug_test(p, 40, oxycodone="Positive", cocaine="Positive", **{"cocaine confirmed": "Positive"})
    peg(p, 160, 5, 5, 5)
    phq9(p, 72, 1, 1, 1, 1, 1, 0, 0, 0, 0)
    observation(p, "AUDIT-C total", 72, 5, SCORE, category="survey")
    observation(p, "single drug question", 72, 2, "{times}", category="survey")
    service_request(p, "referral to substance use treatment", 3, to="recovery-program", reason="Assessment")
    appointment(p, 1, "13:40", "Planned opioid visit")
    return p.done(
        "Four prescribers and pharmacies, early refills, dose raised three weeks ago: findings ask for a conversation.",
        "PV-16", "PV-19", "PV-25", "CX-05", "CX-06", "CX-07", "RF-05",
    )  # fmt: skip


def _from_many_hands(p: Draft, pain: str) -> None:
    for ago, quantity, days, doctor, pharmacy in HANDS:
        order = request(
            p, "oxycodone 5", THREE, ago, quantity=quantity, days=days, doctor=doctor, pharmacy=pharmacy,
            because=pain, status="completed",
        )  # fmt: skip
        dispense(p, "oxycodone 5", THREE, ago, quantity=quantity, days=days, order=order, pharmacy=pharmacy)
    fills(p, "oxycodone 10", FOUR, since=21, last=21, quantity=120, because=pain)


def thaddeus_vinterberg(today: date) -> PracticePatient:
    """2 x 60 mg morphine = 120 MME/day."""
    p = patient(today, "Thaddeus Vinterberg", "male", 64, doctor="lindqvist")
    background(p, conditions=("Essential hypertension",), egfr=79)
    pain = condition(p, "spinal stenosis")
    fills(p, "morphine ER 60", TWELVE_HOURLY, since=245, last=5, quantity=60, because=pain)
    visits(p, 128, 230)
    monitoring(p, pdmp=128, agreement=430, drug_test=430, risk=430, naloxone=800, bowel=None)
    peg(p, 230, 6, 6, 6)
    peg(p, 128, 6, 6, 7)
    gad7(p, 230, 2, 2, 2, 2, 2, 2, 2)
    order = service_request(p, "referral to pain specialist", 100, to="hospital")
    task(p, order, 92, status="rejected", why="No capacity for new patients")
    return p.done(
        "Not seen for four months, no visit booked: most of the checklist is overdue, the pain referral was declined.",
        "PV-01", "PV-02", "PV-04", "PV-05", "PV-06", "PV-09", "PV-12", "RF-03", "RF-04",
    )  # fmt: skip


def guadalupe_santangelo(today: date) -> PracticePatient:
    """Fourteen days of tramadol in a letter from another clinic, then nothing: a start nobody has planned."""
    p = patient(today, "Guadalupe Santangelo", "female", 70, language="es")
    background(p, conditions=("Chronic venous insufficiency",), medicines=("amlodipine 5 mg oral tablet",))
    pain = condition(p, "knee osteoarthritis")
    request(p, "tramadol 50", THREE, 10, quantity=42, days=14, because=pain, doctor="bhattarai")
    request(p, "lorazepam 0.5", Directions("Take 1 tablet by mouth at bedtime", a_day=1), 60, quantity=30)
    encounter(p, 10, "Orthopaedic consultation", reason="knee osteoarthritis", doctor="bhattarai")
    visits(p, 60, 240, kind="Office visit", reason="Blood pressure check")
    document(p, "consultation note", 9)
    phq9(p, 60, 1, 1, 1, 0, 0, 0, 0, 0, 0)
    service_request(p, "referral to pain specialist", 10, to="hospital")
    appointment(p, 1, "08:40", "Knee pain")
    return p.done(
        "Ten days of tramadol from another clinic, a sedative at night, age 70: a start to look at, not yet long-term.",
        "POP-01", "PV-10", "PV-21", "RF-04",
    )  # fmt: skip
