"""Patients on both sides of what counts as long-term therapy."""

from datetime import date

from sandbox.patients.build import appointment, condition, encounter, patient, procedure
from sandbox.patients.draft import Draft, PracticePatient
from sandbox.patients.medicines import Directions, dispense, fills, request
from sandbox.patients.visits import background, monitoring, peg, phq9, visits, vitals

TWICE = Directions("Take 1 tablet by mouth twice daily", a_day=2)
SIX_HOURLY = Directions(
    "Take 1 tablet by mouth every 6 hours as needed for pain", every_hours=6, as_needed=True, most=4
)
PILLS = "hydrocodone-acetaminophen 7.5-325"


def _twice_daily(p: Draft, since: int, until: int | None = None) -> None:
    """Fills of 30 days without a break; what surrounds them is written once, with the fills that go on."""
    last = since - 30 * (since // 30) if until is None else until
    fills(p, PILLS, TWICE, since=since, last=last, quantity=60, is_stopped=until is not None)
    visits(p, since)
    if until is None:
        background(p)
        condition(p, "knee osteoarthritis", 600)
        visits(p, last)
        monitoring(p, agreement=80, drug_test=60)
        peg(p, last, 5, 5, 5)


def mateus_carvalhal(today: date) -> PracticePatient:
    p = patient(today, "Mateus Carvalhal", "male", 38, doctor="osei", language="pt")
    background(p, conditions=("Acute appendicitis, operated",), medicines=())
    encounter(p, 4, "Laparoscopic appendectomy", where="IMP", doctor="haddad", place="hospital")
    what = "hydrocodone-acetaminophen 5-325"
    order = request(p, what, SIX_HOURLY, 3, quantity=20, days=5, doctor="haddad", category="discharge")
    dispense(p, what, SIX_HOURLY, 3, quantity=20, days=5, order=order)
    visits(p, 200, 420, 600, kind="Annual wellness visit", reason="Preventive visit")
    vitals(p, 4)
    procedure(p, "Laparoscopic appendectomy", 4, doctor="haddad")
    phq9(p, 200, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    appointment(p, 1, "09:20", "Visit after surgery")
    return p.done(
        "Five days of hydrocodone after surgery: a short course, not long-term therapy.", "POP-01", "PV-08"
    )


def bronwyn_pryce(today: date) -> PracticePatient:
    p = patient(today, "Bronwyn Pryce-Maddox", "female", 49)
    _twice_daily(p, 88)
    return p.done(
        "Day 89 of unbroken supply, one day short of 90; only 60 of the last 90 days counts as a signal.",
        "POP-01",
    )


def eero_lahteenmaki(today: date) -> PracticePatient:
    p = patient(today, "Eero Lähteenmäki", "male", 55, language="fi")
    _twice_daily(p, 89)
    return p.done("Day 90 of unbroken supply: long-term therapy from today.", "POP-01")


def hakim_belkacemi(today: date) -> PracticePatient:
    """Supply ran out 78 days ago and began again 70 days ago."""
    p = patient(today, "Hakim Belkacemi", "male", 60, doctor="lindqvist", language="ar")
    _twice_daily(p, 167, until=107)
    _twice_daily(p, 70)
    return p.done("Seven uncovered days between fills: still one episode, since 167 days ago.", "POP-01")


def sunniva_torgersdatter(today: date) -> PracticePatient:
    """Supply ran out 79 days ago and began again 70 days ago."""
    p = patient(today, "Sunniva Torgersdatter", "female", 66, doctor="lindqvist")
    _twice_daily(p, 168, until=108)
    _twice_daily(p, 70)
    return p.done("Eight uncovered days between fills: a new episode, 71 days old.", "POP-01")
