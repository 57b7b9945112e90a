"""Patients who take an opioid together with other sedating medicines."""

from datetime import date

from sandbox.patients.build import appointment, condition, encounter, patient
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, request
from sandbox.patients.visits import background, gad7, monitoring, peg, phq9, visits

PATCH = Directions("Apply 1 patch to skin every 72 hours", unit="patch", every_hours=72)
UP_TO_FOUR = Directions(
    "Take 1 tablet by mouth every 6 hours as needed for pain", every_hours=6, as_needed=True, most=4
)
AT_BEDTIME = Directions("Take 1 tablet by mouth at bedtime", a_day=1)
TWICE_A_DAY = Directions("Take 1 tablet by mouth twice daily as needed for anxiety", a_day=2, as_needed=True)
THREE_CAPSULES = Directions("Take 1 capsule by mouth 3 times a day", unit="capsule", a_day=3)


def harold_brandvold(today: date) -> PracticePatient:
    """25 mcg/h x 2.4 + 4 x 5 mg x 1.5 = 90 MME/day."""
    p = patient(today, "Harold Brandvold", "male", 67)
    background(p, conditions=("Essential hypertension", "Obesity"), egfr=71)
    pain = condition(p, "post-laminectomy pain")
    condition(p, "sleep apnoea", 1100)
    condition(p, "COPD", 1300)
    fills(p, "fentanyl patch 25", PATCH, since=164, last=14, quantity=10, because=pain)
    fills(p, "oxycodone 5", UP_TO_FOUR, since=164, last=14, quantity=120, because=pain)
    fills(p, "alprazolam 0.5", TWICE_A_DAY, since=130, last=10, quantity=60, pharmacy="second-pharmacy")
    visits(p, 14, 104, 164)
    encounter(p, 22, "Emergency visit for a fall", where="EMER", doctor="haddad", place="hospital")
    monitoring(p, naloxone=None, expected=("oxycodone", "fentanyl"))
    peg(p, 104, 8, 7, 8)
    peg(p, 14, 8, 8, 8)
    appointment(p, 0, "10:00", "Planned opioid visit")
    return p.done(
        "Fentanyl patch with oxycodone when needed, up to 90 MME/day, and alprazolam; sleep apnoea; no naloxone.",
        "PV-08", "PV-10", "PV-14", "PV-15", "PV-21", "PV-22", "PV-24", "PV-26", "CX-10",
    )  # fmt: skip


def renee_thibodeaux(today: date) -> PracticePatient:
    """3 x 5 mg x 1.5 = 22.5 MME/day."""
    p = patient(today, "Renée Thibodeaux", "female", 54, doctor="lindqvist", language="fr")
    background(p, conditions=("Migraine",), medicines=("propranolol 40 mg oral tablet",))
    pain = condition(p, "lumbar radiculopathy")
    condition(p, "anxiety", 800)
    three = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)
    fills(p, "oxycodone 5", three, since=201, last=21, quantity=90, because=pain)
    fills(p, "clonazepam 0.5", AT_BEDTIME, since=111, last=21, quantity=30)
    request(p, "gabapentin 300", THREE_CAPSULES, 40, quantity=270, days=90, refills=1)
    visits(p, 21, 91, 201)
    monitoring(p, pdmp=91, agreement=366, expected=("oxycodone",))
    peg(p, 21, 5, 6, 5)
    phq9(p, 91, 1, 1, 1, 1, 0, 0, 0, 0, 0)
    gad7(p, 91, 1, 1, 1, 1, 1, 1, 1)
    appointment(p, 0, "10:40", "Planned opioid visit")
    return p.done(
        "Oxycodone with clonazepam and gabapentin; PDMP review overdue by one day, agreement a year and a day old.",
        "PV-04", "PV-05", "PV-10", "PV-11",
    )  # fmt: skip
