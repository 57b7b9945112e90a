"""Patients whose screens are at, and just under, the points where a conversation is due; an unexpected drug test."""

from datetime import date

from sandbox.patients.build import appointment, condition, patient, procedure, service_request
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, statement
from sandbox.patients.visits import background, gad7, monitoring, peg, phq9, urine_drug_test, visits

THREE = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)


def anahera_tamihana(today: date) -> PracticePatient:
    p = patient(today, "Anahera Tamihana", "female", 41, language="mi")
    background(p, conditions=("Migraine",), medicines=("sertraline 50 mg oral tablet",))
    pain = condition(p, "fibromyalgia")
    condition(p, "depression", 900)
    fills(p, "hydrocodone-acetaminophen 5-325", THREE, since=153, last=3, quantity=90, because=pain)
    visits(p, 3, 93, 153)
    monitoring(p)
    peg(p, 93, 6, 6, 6)
    peg(p, 3, 7, 7, 6)
    phq9(p, 180, 1, 1, 1, 2, 1, 1, 1, 0, 0)
    phq9(p, 3, 2, 3, 2, 3, 2, 2, 1, 1, 1)
    gad7(p, 3, 2, 2, 2, 2, 1, 2, 1)
    appointment(p, 0, "08:20", "Follow-up of screening three days ago")
    return p.done(
        "PHQ-9 of 17 with thoughts of being better off dead on several days, GAD-7 of 12, three days ago.",
        "CX-01", "CX-02", "CX-03", "CX-10", "RF-01",
    )  # fmt: skip


def dmitri_vasquez(today: date) -> PracticePatient:
    p = patient(today, "Dmitri Vasquez-Orlov", "male", 52, doctor="lindqvist")
    background(p, conditions=("Gout",), medicines=("allopurinol 100 mg oral tablet",))
    pain = condition(p, "knee osteoarthritis")
    fills(p, "tramadol 50", THREE, since=200, last=20, quantity=90, because=pain)
    visits(p, 20, 110, 200)
    monitoring(p, drug_test=150, expected=())
    peg(p, 20, 4, 4, 5)
    phq9(p, 20, 1, 1, 2, 2, 1, 1, 1, 0, 0)
    gad7(p, 20, 2, 1, 2, 1, 1, 1, 1)
    procedure(p, "exercise therapy", 60)
    appointment(p, 1, "10:40", "Planned opioid visit")
    return p.done(
        "PHQ-9 of 9 and GAD-7 of 9, both just under the point of a positive screen.", "CX-01", "CX-03"
    )


def desmond_kealoha(today: date) -> PracticePatient:
    p = patient(today, "Desmond Kealoha", "male", 45)
    background(p)
    pain = condition(p, "lumbar radiculopathy")
    fills(p, "oxycodone 5", THREE, since=220, last=10, quantity=90, because=pain)
    visits(p, 10, 100, 190)
    monitoring(p, drug_test=None)
    service_request(p, "urine drug screening", 10, status="completed")
    urine_drug_test(p, 220, oxycodone="Positive")
    urine_drug_test(p, 9, oxycodone="Negative", cocaine="Positive")
    peg(p, 10, 5, 5, 5)
    phq9(p, 100, 1, 1, 1, 1, 1, 1, 0, 0, 0)
    statement(p, "acetaminophen 500", "2 tablets at night", 150)
    appointment(p, 0, "14:20", "Talk about test results")
    return p.done(
        "Urine drug test nine days ago: prescribed oxycodone not detected, cocaine metabolite detected, not confirmed.",
        "PV-06", "PV-07",
    )  # fmt: skip
