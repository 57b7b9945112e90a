"""Patients for whom safety comes first today: a suicide risk screen at risk, and one that answers an earlier worry."""

from datetime import date

from sandbox.patients.build import (
    appointment,
    condition,
    encounter,
    observation,
    patient,
    service_request,
)
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills
from sandbox.patients.visits import SCORE, background, gad7, monitoring, peg, phq9, visits

THREE = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)
FOUR = Directions("Take 1 tablet by mouth 4 times a day", a_day=4)


def wilhelmina_okonjo(today: date) -> PracticePatient:
    p = patient(today, "Wilhelmina Okonjo", "female", 35, doctor="lindqvist")
    background(p, conditions=("Asthma",), medicines=("albuterol 90 mcg inhaler",))
    pain = condition(p, "fibromyalgia")
    condition(p, "depression", 600)
    fills(p, "tramadol 50", THREE, since=156, last=6, quantity=90, because=pain)
    visits(p, 6, 66, 156)
    encounter(p, 20, "Behavioral health visit", reason="depression", doctor="romero")
    monitoring(p, expected=())
    peg(p, 66, 6, 7, 7)
    phq9(p, 0, 3, 3, 3, 3, 2, 2, 2, 1, 2)
    observation(p, "suicide risk level", 0, "Moderate risk", category="survey")
    appointment(p, 0, "08:40", "Follow-up of mood and pain")
    return p.done(
        "Suicide risk screen this morning: moderate. In touch with behavioral health; nothing else comes before it.",
        "CX-01", "CX-02", "CX-09", "CX-10", "RF-01",
    )  # fmt: skip


def leopold_mwangi(today: date) -> PracticePatient:
    """Up from 4 x 5 mg (30 MME/day) to 4 x 7.5 mg (45 MME/day) six weeks ago, and seen since."""
    p = patient(today, "Leopold Mwangi-Hart", "male", 48)
    background(p, conditions=("Hyperlipidemia",), medicines=("atorvastatin 20 mg oral tablet",))
    pain = condition(p, "lumbar radiculopathy")
    condition(p, "suicidal thoughts", 40)
    before = {"quantity": 120, "because": pain, "is_stopped": True}
    fills(p, "oxycodone-acetaminophen 5-325", FOUR, since=193, last=73, **before)
    fills(p, "oxycodone-acetaminophen 7.5-325", FOUR, since=43, last=13, quantity=120, because=pain)
    visits(p, 13, 43, 133)
    monitoring(p, expected=("oxycodone",))
    peg(p, 133, 7, 7, 7)
    peg(p, 13, 5, 5, 5)
    phq9(p, 355, 0, 1, 1, 1, 0, 0, 0, 0, 0)
    observation(p, "PC-PTSD-5 total", 200, 1, SCORE, category="survey")
    observation(p, "AUDIT-C total", 357, 1, SCORE, category="survey")
    observation(p, "single drug question", 357, 0, "{times}", category="survey")
    gad7(p, 200, 1, 1, 0, 1, 0, 0, 0)
    observation(p, "suicide risk level", 0, "No risk", category="survey")
    service_request(p, "referral to mental health counseling", 25, to="counseling")
    appointment(p, 0, "12:00", "Planned opioid visit")
    return p.done(
        "Thoughts of suicide noted weeks ago, screened today: none. Dose raised and checked; yearly screens due soon.",
        "CX-01", "CX-04", "CX-05", "CX-06", "CX-09", "PV-16", "RF-04",
    )  # fmt: skip


def beatrix_oduya(today: date) -> PracticePatient:
    """4 x 15 mg morphine and 2 x 15 mg extended release = 90 MME/day, without improvement."""
    p = patient(today, "Beatrix Oduya-Lindgren", "female", 57, doctor="lindqvist")
    background(p, conditions=("Psoriasis",), medicines=("folic acid 1 mg oral tablet",))
    pain = condition(p, "post-laminectomy pain")
    condition(p, "long-term opioid use", 900)
    fills(p, "morphine 15", FOUR, since=218, last=8, quantity=120, because=pain)
    twice = Directions("Take 1 tablet by mouth every 12 hours", every_hours=12)
    fills(p, "morphine ER 15", twice, since=218, last=8, quantity=60, because=pain)
    visits(p, 8, 38, 68, 98)
    monitoring(p, drug_test=40, agreement=200)
    peg(p, 218, 7, 7, 7)
    peg(p, 8, 7, 7, 6)
    phq9(p, 38, 2, 2, 1, 2, 1, 1, 1, 1, 1)
    observation(p, "suicide risk level", 38, "Low risk", category="survey")
    gad7(p, 38, 2, 2, 2, 2, 1, 1, 1)
    observation(p, "PC-PTSD-5 total", 38, 4, SCORE, category="survey")
    observation(p, "AUDIT-C total", 38, 1, SCORE, category="survey")
    observation(p, "single drug question", 38, 0, "{times}", category="survey")
    service_request(p, "referral to pain specialist", 21, to="hospital")
    service_request(p, "referral to mental health counseling", 16, to="counseling")
    appointment(p, 1, "11:40", "Planned opioid visit")
    return p.done(
        "90 MME/day without improvement; screens positive, each with its next step: two referrals sent and awaited.",
        "CX-01", "CX-02", "CX-04", "CX-05", "CX-06", "RF-01", "RF-03", "RF-04",
    )  # fmt: skip
