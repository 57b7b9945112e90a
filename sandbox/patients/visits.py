"""What a practice writes down around an opioid prescription: visits, measurements, screens, monitoring."""

from collections.abc import Sequence

from sandbox.patients.build import (
    condition,
    document,
    encounter,
    observation,
    procedure,
    questionnaire_response,
)
from sandbox.patients.draft import Draft
from sandbox.patients.medicines import Directions, request

NASAL_SPRAY = Directions(
    "1 spray in one nostril for suspected overdose; call 911", unit="spray", a_day=1, as_needed=True
)
ONCE_A_DAY = Directions("Take 1 tablet by mouth once daily", a_day=1)
SCORE = "{score}"


def visits(p: Draft, *days_ago: int, kind: str = "Office visit", reason: str = "chronic pain") -> None:
    """Finished visits with the opioid prescriber, each with the measurements a practice takes."""
    for ago in days_ago:
        encounter(p, ago, kind, reason=reason)
        vitals(p, ago)


def vitals(p: Draft, ago: int) -> None:
    """Measurements vary a little with the day so that no two visits look copied."""
    pressure = [
        {"code": {"text": "Systolic blood pressure"}, "valueQuantity": _quantity(118 + ago % 17, "mm[Hg]")},
        {"code": {"text": "Diastolic blood pressure"}, "valueQuantity": _quantity(70 + ago % 11, "mm[Hg]")},
    ]
    observation(p, "Blood pressure", ago, category="vital-signs", component=pressure)
    observation(p, "Heart rate", ago, 64 + ago % 19, "/min", category="vital-signs")
    observation(p, "Body weight", ago, 68 + ago % 9, "kg", category="vital-signs")


def background(
    p: Draft, *, conditions: Sequence[str] = ("Essential hypertension",),
    medicines: Sequence[str] = ("lisinopril 10 mg oral tablet",), labs_ago: int = 140, egfr: int = 88,
) -> None:  # fmt: skip
    """What has nothing to do with opioids; words without codes, as a practice's own lists often are."""
    for what in conditions:
        condition(p, what, onset=2200)
    for what in medicines:
        request(p, what, ONCE_A_DAY, labs_ago, quantity=90, days=90, refills=3)
    observation(p, "eGFR", labs_ago, egfr, "mL/min/{1.73_m2}", category="laboratory")
    observation(p, "Hemoglobin", labs_ago, 13.4, "g/dL", category="laboratory")
    observation(p, "Potassium", labs_ago, 4.2, "mmol/L", category="laboratory")
    vaccine = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"text": "Influenza vaccine"},
    }
    p.add({**vaccine, "patient": p.subject, "occurrenceDateTime": p.ago(labs_ago)})


def monitoring(
    p: Draft, *, pdmp: int | None = 20, agreement: int | None = 120, drug_test: int | None = 150,
    naloxone: int | None = 200, risk: int | None = 150, bowel: int | None = 60, expected: Sequence[str] = ("opiates",),
) -> None:  # fmt: skip
    """Days since each planned-visit item was last done; None leaves it out. `expected`: positive in the urine."""
    if pdmp is not None:
        procedure(p, "PDMP review", pdmp)
    if agreement is not None:
        document(p, "treatment agreement", agreement)
    if drug_test is not None:
        urine_drug_test(p, drug_test, **dict.fromkeys(expected, "Positive"))
    if naloxone is not None:
        request(p, "naloxone nasal 4 mg", NASAL_SPRAY, naloxone, quantity=2, days=None)
    if risk is not None:
        procedure(p, "opioid risk review", risk)
    if bowel is not None:
        request(
            p,
            "polyethylene glycol",
            Directions("Mix 17 g in water once daily", 17, "g", a_day=1),
            bowel,
            quantity=510,
        )


def urine_drug_test(p: Draft, ago: int, **results: str) -> str:
    """urine_drug_test(p, 90, oxycodone="Positive"): the named screens, and cocaine and benzodiazepines too."""
    found = {"opiates": "Negative", "benzodiazepines": "Negative", "cocaine": "Negative", **results}
    members = [
        observation(p, f"urine {name}", ago, result, category="laboratory", interpretation=result[:3].upper())
        for name, result in found.items()
    ]
    return observation(p, "urine drug panel", ago, category="laboratory", members=members)


def peg(p: Draft, ago: int, pain: int, enjoyment: int, activity: int) -> str:
    """The three questions and their mean to one decimal, as EHRs keep it."""
    points = {"PEG pain": pain, "PEG enjoyment": enjoyment, "PEG activity": activity}
    items = [observation(p, name, ago, n, SCORE, category="survey") for name, n in points.items()]
    mean = round(sum(points.values()) / 3, 1)
    return observation(p, "PEG mean", ago, mean, SCORE, category="survey", members=items)


def phq9(p: Draft, ago: int, *points: int) -> str:
    """Nine answers in order, and their sum."""
    items = [
        observation(p, f"PHQ-9 item {n}", ago, score, SCORE, category="survey")
        for n, score in enumerate(points, 1)
    ]
    return observation(p, "PHQ-9 total", ago, sum(points), SCORE, category="survey", members=items)


def gad7(p: Draft, ago: int, *points: int) -> str:
    """Seven answers as a form, with their sum as an observation beside it."""
    questionnaire_response(p, "GAD-7 panel", ago, {f"GAD-7 item {n}": s for n, s in enumerate(points, 1)})
    return observation(p, "GAD-7 total", ago, sum(points), SCORE, category="survey")


def _quantity(value: float, unit: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
