"""One sitting as FHIR: a QuestionnaireResponse with every answer, and the Observations that EHRs show."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cds.screening.answers import Answers
from cds.screening.forms import CHOICE, YES_NO, Question
from cds.screening.questionnaire import canonical, coding
from chart.reader import read_chart
from chart.records import Chart
from chart.terms import LOINC
from rules.case import Case
from rules.labels import PART2
from rules.policy import Policy

Json = dict[str, Any]
_SURVEY = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}]
}
_SHOWN_AS = "http://hl7.org/fhir/StructureDefinition/display"
_UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who was asked, when and by whom; `key` tells one submission from every other."""

    patient_id: str
    on: date
    by: str  # the clinician, "Practitioner/1"
    key: str
    base: str  # the app's own address
    encounter_id: str | None = None
    is_part2_program: bool = False


def resources_of(answers: Answers, sitting: Sitting) -> list[Json]:
    """The QuestionnaireResponse first."""
    response = _response(answers, sitting)
    return [response, *_observations(answers, sitting, response)]


def chart_of_answers(resources: list[Json], on: date, patient_id: str) -> Chart:
    """A chart that holds nothing but these answers, read as records of an EHR are."""
    known = [{**r, "id": r.get("id", f"answers-{n}")} for n, r in enumerate(resources)]
    return read_chart(known, on, patient_id=patient_id)


def _response(answers: Answers, sitting: Sitting) -> Json:
    form = answers.form
    asked = [q for q in form.questions if q.name in answers.given]
    return {
        **_common("QuestionnaireResponse", "response", answers, sitting),
        "questionnaire": canonical(form, sitting.base),
        "_questionnaire": {"extension": [{"url": _SHOWN_AS, "valueString": form.title}]},
        "status": "completed" if answers.is_complete else "in-progress",
        "authored": sitting.on.isoformat(),
        **({"author": {"reference": sitting.by}} if sitting.by else {}),
        "item": [
            {"linkId": q.link_id, "text": q.text, "answer": [_answer(q, answers, sitting)]} for q in asked
        ],
    }


def _observations(answers: Answers, sitting: Sitting, response: Json) -> Iterator[Json]:
    form = answers.form
    if form.observe == "panel":
        yield _panel(answers, sitting)
    elif form.observe == "items":
        yield from (_single(q, answers, sitting) for q in form.questions if q.name in answers.given)
    elif (points := _points(answers, sitting, response)) is not None:
        yield _total(points, answers, sitting)
    for name in form.also_observed:
        if name in answers.given:
            yield _single(form.question(name), answers, sitting)


def _points(answers: Answers, sitting: Sitting, response: Json) -> Decimal | None:
    """As the rules score the answers; nothing where some are missing."""
    chart = chart_of_answers([response], sitting.on, sitting.patient_id)
    screens = answers.form.tool.screens
    found = screens(Case(chart, Policy())) if screens else ()
    score = next((s.score for s in found if s.score), None)
    return score.points if score and answers.is_complete and not score.missing else None


def _total(points: Decimal, answers: Answers, sitting: Sitting) -> Json:
    form = answers.form
    code = {"coding": [{"system": LOINC, "code": form.total}], "text": f"{form.title} total score"}
    value = {"value": int(points), "unit": "{score}", "system": _UCUM, "code": "{score}"}
    return {**_observation("total", code, answers, sitting), "valueQuantity": value}


def _single(question: Question, answers: Answers, sitting: Sitting) -> Json:
    made = _observation(question.name, _code_of(question, answers.form.title), answers, sitting)
    return {**made, **_value(question, answers, sitting), "status": "final"}


def _panel(answers: Answers, sitting: Sitting) -> Json:
    form = answers.form
    code: Json = {"text": form.title}
    if form.panel:
        code["coding"] = [{"system": LOINC, "code": form.panel}]
    components = [
        {"code": _code_of(q, ""), **_value(q, answers, sitting)}
        for q in form.questions
        if q.name in answers.given
    ]
    return {**_observation("panel", code, answers, sitting), "component": components}


def _observation(part: str, code: Json, answers: Answers, sitting: Sitting) -> Json:
    return {
        **_common("Observation", part, answers, sitting),
        "status": "final" if answers.is_complete else "preliminary",
        "category": [_SURVEY],
        "code": code,
        "effectiveDateTime": sitting.on.isoformat(),
        **({"performer": [{"reference": sitting.by}]} if sitting.by else {}),
    }


def _common(kind: str, part: str, answers: Answers, sitting: Sitting) -> Json:
    """The identifier is the same whenever the same sitting is sent again."""
    mark = uuid.uuid5(uuid.NAMESPACE_URL, f"{sitting.base}/{sitting.key}/{part}")
    identifier = {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{mark}"}
    made: Json = {
        "resourceType": kind,
        "identifier": identifier if kind == "QuestionnaireResponse" else [identifier],
        "subject": {"reference": f"Patient/{sitting.patient_id}"},
    }
    if security := _security(answers, sitting):
        made["meta"] = {"security": security}
    if sitting.encounter_id:
        made["encounter"] = {"reference": f"Encounter/{sitting.encounter_id}"}
    return made


def _security(answers: Answers, sitting: Sitting) -> list[Json]:
    """Answers on substance use are marked as such; in a Part 2 program they are its records."""
    labels = list(answers.form.labels)
    if labels and sitting.is_part2_program:
        labels += sorted(PART2)
    return [{"system": system, "code": code} for system, code in labels]


def _code_of(question: Question, form_title: str) -> Json:
    text = question.label if question.short or not form_title else f"{form_title} question {question.number}"
    made: Json = {"text": text}
    if question.code:
        made["coding"] = [{"system": LOINC, "code": question.code}]
    return made


def _answer(question: Question, answers: Answers, sitting: Sitting) -> Json:
    value = answers.given[question.name]
    if question.kind == CHOICE:
        return {"valueCoding": coding(question.options[int(value)], sitting.base)}
    return {"valueBoolean": bool(value)} if question.kind == YES_NO else {"valueInteger": int(value)}


def _value(question: Question, answers: Answers, sitting: Sitting) -> Json:
    made = _answer(question, answers, sitting)
    if "valueCoding" in made:
        words = made["valueCoding"]["display"]
        return {"valueCodeableConcept": {"coding": [made["valueCoding"]], "text": words}}
    return made
