"""Patients with opioid use disorder: treated, not treated, and in remission."""

from datetime import date

from sandbox.patients.build import (
    appointment,
    care_plan,
    condition,
    consent,
    encounter,
    patient,
    procedure,
    service_request,
)
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, request, statement
from sandbox.patients.visits import NASAL_SPRAY, background, monitoring, phq9, urine_drug_test, visits

TWO_FILMS = Directions("Place 1 film under the tongue twice daily", unit="film", a_day=2)


def kwame_asare(today: date) -> PracticePatient:
    p = patient(today, "Kwame Asare-Boateng", "male", 36)
    background(p, conditions=("Hepatitis C, treated",), medicines=())
    oud = condition(p, "OUD", 1000)
    condition(p, "low back pain", 2000)
    fills(
        p, "buprenorphine-naloxone film 8-2", TWO_FILMS, since=201, last=5, quantity=56, days=28, because=oud
    )
    visits(p, 5, 33, 61, 89, kind="Office visit for OUD treatment", reason="OUD")
    procedure(p, "buprenorphine treatment", 33)
    monitoring(p, drug_test=None, bowel=None)
    urine_drug_test(p, 33, buprenorphine="Positive")
    phq9(p, 33, 1, 1, 1, 1, 0, 1, 0, 0, 0)
    appointment(p, 0, "11:20", "OUD treatment visit")
    return p.done(
        "OUD treated here with buprenorphine-naloxone film: on its own line, no MME, not long-term opioid therapy.",
        "POP-01", "CX-08",
    )  # fmt: skip


def skyler_redfern(today: date) -> PracticePatient:
    p = patient(today, "Skyler Redfern", "other", 33, doctor="lindqvist")
    background(p, conditions=("Asthma",), medicines=("albuterol 90 mcg inhaler",))
    condition(p, "OUD", 700)
    pain = condition(p, "chronic pain after injury")
    emergency = encounter(p, 243, "Emergency visit", where="EMER", doctor="haddad", place="hospital")
    condition(
        p,
        "opioid overdose",
        243,
        category="encounter-diagnosis",
        clinical="resolved",
        ended=242,
        visit=emergency,
    )
    three = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)
    fills(p, "oxycodone 5", three, since=127, last=7, quantity=90, because=pain)
    request(p, "naloxone nasal 4 mg", NASAL_SPRAY, 242, quantity=2, days=None, doctor="haddad")
    visits(p, 7, 97, 210)
    monitoring(p, naloxone=None, drug_test=97, expected=("oxycodone",))
    phq9(p, 7, 1, 2, 1, 1, 1, 1, 0, 0, 0)
    appointment(p, 1, "09:00", "Office visit")
    return p.done(
        "OUD on the problem list without medication treatment, an overdose eight months ago, still given oxycodone.",
        "PV-24", "CX-08", "CX-10", "RF-02",
    )  # fmt: skip


def linh_tran(today: date) -> PracticePatient:
    p = patient(today, "Linh Trần", "female", 44, language="vi")
    background(p, conditions=("Iron deficiency anemia",), medicines=("ferrous sulfate 325 mg oral tablet",))
    condition(p, "OUD in remission", 1600)
    condition(p, "knee osteoarthritis", 500)
    labels = ("Part 2", "no redisclosure")
    condition(p, "opioid use unspecified", 1900, clinical="inactive", labels=labels)
    consent(p, 60, until=305, to="clinic", labels=labels[:1])
    statement(p, "acetaminophen 500", "2 tablets in the morning", 300)
    request(
        p,
        "lidocaine patch",
        Directions("Apply 1 patch for 12 hours a day", unit="patch", a_day=1),
        30,
        quantity=30,
    )
    visits(p, 60, 150, 330, reason="knee osteoarthritis")
    phq9(p, 60, 0, 1, 0, 1, 0, 0, 0, 0, 0)
    service_request(p, "physical therapy referral", 150, status="completed")
    care_plan(
        p,
        "pain care plan",
        60,
        "Knee exercises, lidocaine patch, walking group; no opioids unless we both agree",
    )
    return p.done(
        "OUD in sustained remission, no opioid now: nothing asks for treatment; an old Part 2 record, with consent.",
        "CX-08", "PR-01",
    )  # fmt: skip
