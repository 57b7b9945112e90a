"""A form as a FHIR R4 Questionnaire, for EHRs and people who want to see what was asked."""

from typing import Any

from cds.screening.forms import CHOICE, NUMBER, SCALE, YES_NO, Form, Question, answer_code
from chart.terms import LOINC

Json = dict[str, Any]
VERSION = "1"
_TYPES = {CHOICE: "choice", YES_NO: "boolean", SCALE: "integer", NUMBER: "integer"}
LOINC_NOTICE = (
    "This content contains LOINC codes, copyright Regenstrief Institute, Inc., available at no cost at "
    "https://loinc.org under the license at https://loinc.org/license."
)


def address(form: Form, base: str) -> str:
    return f"{base}/questionnaires/{form.id}"


def canonical(form: Form, base: str) -> str:
    return f"{address(form, base)}|{VERSION}"


def as_questionnaire(form: Form, base: str) -> Json:
    """`base` is the app's own address."""
    made: Json = {
        "resourceType": "Questionnaire",
        "id": form.id,
        "url": address(form, base),
        "version": VERSION,
        "name": "".join(part.capitalize() for part in form.id.split("-")),
        "title": f"{form.title}: {form.name}",
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": f"{form.licence} {LOINC_NOTICE}",
        "item": [_item(q, base) for q in form.questions],
    }
    if form.ask:
        made["description"] = form.ask
    if form.panel:
        made["code"] = [{"system": LOINC, "code": form.panel}]
    return made


def _item(question: Question, base: str) -> Json:
    item: Json = {
        "linkId": question.link_id,
        "text": question.text,
        "type": _TYPES[question.kind],
        "required": False,  # a person may skip any question
    }
    if question.code:
        item["code"] = [{"system": LOINC, "code": question.code}]
    if question.kind == CHOICE:
        item["answerOption"] = [{"valueCoding": coding(words, base)} for words in question.options]
    if question.kind in (SCALE, NUMBER):
        item["extension"] = [_limit("minValue", 0), _limit("maxValue", question.most)]
    return item


def coding(words: str, base: str) -> Json:
    """LOINC's answer where our tables have it; else a code of this app, whose display says it all."""
    if code := answer_code(words):
        return {"system": LOINC, "code": code, "display": words}
    own = "-".join("".join(c if c.isalnum() else " " for c in words.lower()).split())
    return {"system": f"{base}/questionnaires/answers", "code": own, "display": words}


def _limit(name: str, number: int) -> Json:
    return {"url": f"http://hl7.org/fhir/StructureDefinition/{name}", "valueInteger": number}
