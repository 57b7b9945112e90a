"""Patients for whom the guideline was not written, or who need particular care."""

from datetime import date

from sandbox.patients.build import appointment, condition, encounter, observation, patient, procedure
from sandbox.patients.draft import PracticePatient
from sandbox.patients.medicines import Directions, fills, request
from sandbox.patients.visits import background, monitoring, peg, phq9, visits

TWELVE_HOURLY = Directions("Take 1 tablet by mouth every 12 hours", every_hours=12)
FOUR_HOURLY = Directions(
    "Take 5 mL by mouth every 4 hours as needed for pain", 5, "mL", every_hours=4, as_needed=True, most=30
)
TWICE = Directions("Take 1 tablet by mouth twice daily", a_day=2)
THREE = Directions("Take 1 tablet by mouth 3 times a day", a_day=3)
SIX_HOURLY = Directions("Take 1 tablet by mouth every 6 hours", every_hours=6)


def ingeborg_halvorsen(today: date) -> PracticePatient:
    p = patient(today, "Ingeborg Halvorsen", "female", 72, language="no")
    background(p, conditions=("Malignant neoplasm of breast with bone metastases",), medicines=())
    pain = condition(p, "cancer pain", 300)
    condition(p, "hospice", 25)
    procedure(p, "hospice", 25)
    fills(p, "morphine ER 60", TWELVE_HOURLY, since=130, last=10, quantity=60, because=pain)
    fills(p, "morphine liquid 2 mg/mL", FOUR_HOURLY, since=40, last=10, quantity=900, because=pain)
    request(p, "lorazepam 0.5", TWICE, 25, quantity=60)
    monitoring(p, agreement=None, drug_test=None, risk=None)
    visits(p, 10, 40, 70, 130, reason="cancer pain")
    return p.done(
        "Cancer-related pain in hospice care: the guideline does not apply, reminders pause.", "POP-02"
    )


def josiah_abernathy(today: date) -> PracticePatient:
    p = patient(today, "Josiah Abernathy-Cole", "male", 29, doctor="lindqvist")
    background(p, conditions=("Iron overload",), medicines=("folic acid 1 mg oral tablet",), egfr=104)
    pain = condition(p, "sickle cell", 5000)
    fills(p, "oxycodone 10", SIX_HOURLY, since=155, last=5, quantity=120, because=pain)
    encounter(p, 33, "Emergency visit for pain", where="EMER", doctor="haddad", place="hospital")
    visits(p, 5, 65, 155, reason="sickle cell")
    monitoring(p, agreement=None, drug_test=None)
    peg(p, 65, 6, 6, 6)
    appointment(p, 1, "15:00", "Office visit")
    return p.done("Pain from sickle cell disease at 60 MME/day: outside the guideline's scope.", "POP-02")


def priya_raghunathan(today: date) -> PracticePatient:
    p = patient(today, "Priya Raghunathan-Bell", "female", 17, birthday_in=10)
    background(p, conditions=("Juvenile idiopathic arthritis",), medicines=("folic acid 1 mg oral tablet",))
    pain = condition(p, "Joint pain from juvenile idiopathic arthritis", 800)
    fills(p, "hydrocodone-acetaminophen 5-325", TWICE, since=125, last=5, quantity=60, because=pain)
    visits(p, 5, 65, 125)
    monitoring(p, agreement=None, drug_test=None)
    phq9(p, 65, 1, 1, 1, 1, 0, 0, 0, 0, 0)
    appointment(p, 0, "16:00", "Joint pain follow-up")
    return p.done(
        "Seventeen, and eighteen in ten days: the guideline is for adults and will soon apply.", "POP-02"
    )


def camila_ibarra(today: date) -> PracticePatient:
    p = patient(today, "Camila Ibarra-Fuentes", "female", 31, doctor="lindqvist", language="es")
    background(p, conditions=("Iron deficiency anemia",), medicines=("prenatal multivitamin oral tablet",))
    pain = condition(p, "low back pain")
    condition(p, "pregnant", 95, category="encounter-diagnosis")
    observation(p, "pregnancy status", 12, "pregnancy", category="social-history")
    fills(p, "oxycodone-acetaminophen 5-325", THREE, since=192, last=12, quantity=90, because=pain)
    visits(p, 12, 52, 102, 192)
    encounter(p, 30, "Prenatal visit", doctor="romero")
    monitoring(p, naloxone=None, expected=("oxycodone",))
    peg(p, 52, 5, 5, 5)
    phq9(p, 12, 1, 1, 1, 2, 1, 0, 0, 0, 0)
    appointment(p, 0, "11:40", "Planned opioid visit")
    return p.done(
        "Pregnant, about five months, on oxycodone for back pain: plan together with obstetrics, no sudden stop.",
        "PV-08", "PV-20",
    )  # fmt: skip
