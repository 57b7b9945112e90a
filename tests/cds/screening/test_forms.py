"""The forms as data: valid FHIR, codes from the tables, answers that the rules know, licence and kind words."""

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds.screening.forms import CHOICE, NUMBER, YES_NO, answer_code, forms
from cds.screening.questionnaire import LOINC_NOTICE, as_questionnaire
from chart.records import Value
from chart.terms import LOINC
from rules.codes import rows
from rules.complex_patients.answers import points
from rules.complex_patients.instruments import ALL, PC_PTSD5
from rules.complex_patients.tools import TOOLS
from rules.labels import SUBSTANCE_USE
from tests.test_words import found_in

FORMS = list(forms().values())
BASE = "https://app.example.org"
IN_TABLES = {row.code: row for row in rows() if row.system == LOINC}
# Wording of the instruments themselves, which is quoted and not ours to change.
QUOTED = {"pc-ptsd-5": "abuse"}
BY_NAME = {tool.name: tool for tool in ALL}


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_every_questionnaire_is_valid_fhir(form):
    made = as_questionnaire(form, BASE)
    get_fhir_model_class("Questionnaire").model_validate(made)
    assert form.licence in made["copyright"]
    assert LOINC_NOTICE in made["copyright"]
    ids = [item["linkId"] for item in made["item"]]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_every_loinc_code_comes_from_the_tables_with_its_source(form):
    codes = [q.code for q in form.questions if q.code] + [c for c in (form.panel, form.total) if c]
    codes += [code for q in form.questions for words in q.options if (code := answer_code(words))]
    assert all(IN_TABLES[code].source and IN_TABLES[code].confidence for code in codes)


@pytest.mark.parametrize("form", [f for f in FORMS if f.tool.name in BY_NAME], ids=lambda f: f.id)
def test_the_questions_are_the_rules_questions_and_every_answer_has_its_points(form):
    tool = BY_NAME[form.tool.name]
    if tool.items:
        asked = [
            q.code for q in form.questions if not q.is_optional and not (q.is_opening and tool is PC_PTSD5)
        ]
        assert all(code in item.codes for code, item in zip(asked, tool.items, strict=True))
    else:
        assert {q.code for q in form.questions} & tool.totals
    for question in form.questions:
        if question.kind == CHOICE and not question.is_optional:
            read = [
                points(Value(text=words), tool.words, tool.item_high).number for words in question.options
            ]
            assert read == list(range(len(question.options)))
        if question.kind == NUMBER and not tool.counts_anything:
            assert question.most == tool.high


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_the_total_is_the_code_the_rules_read(form):
    tool = BY_NAME.get(form.tool.name)
    if form.total:
        assert form.total in tool.totals


def test_every_tool_has_one_form_and_alone_licensed_ones_are_entered_as_a_result():
    assert sorted(f.tool.name for f in FORMS) == sorted(t.name for t in TOOLS)
    entered = {f.id for f in FORMS if f.is_score_entry}
    assert entered == {"audit", "c-ssrs", "comm", "dast-10", "ort"}
    assert all(len(f.questions) == 1 for f in FORMS if f.is_score_entry)


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.id)
def test_the_words_are_kind_or_quoted(form):
    ours = [form.title, form.name, form.ask, form.licence]
    theirs = [part for q in form.questions for part in (q.text, q.before, q.after, q.short, *q.options)]
    assert [t for t in ours if found_in(t)] == []
    found = [found_in(t).group() for t in theirs if found_in(t)]
    assert found == ([QUOTED[form.id]] if form.id in QUOTED else [])


def test_substance_use_is_labelled_and_nothing_else_is():
    labelled = {f.id for f in FORMS if f.labels}
    assert labelled == {"audit", "audit-c", "comm", "dast-10", "dsm-5-oud", "single-drug-question", "taps-1"}
    assert {label for f in FORMS for label in f.labels} <= SUBSTANCE_USE


def test_the_checklist_has_eleven_criteria_and_asks_about_supervision():
    form = forms()["dsm-5-oud"]
    assert form.questions[0].name == "supervision"
    assert len(form.questions) == 12
    assert {q.kind for q in form.questions} == {YES_NO}


@pytest.mark.parametrize("name", ["phq-9", "taps-1", "nothing", "..%2fphq-9"])
def test_a_questionnaire_is_served_at_its_own_address(clinic, name):
    import requests

    answer = requests.get(f"{clinic.url}/questionnaires/{name}", timeout=10)
    if name not in forms():
        assert answer.status_code == 404
        return
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert answer.json()["url"] == f"{clinic.url}/questionnaires/{name}"
