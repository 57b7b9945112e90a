"""What is saved, read back as a chart is read, scores as the answers do: no second scoring anywhere."""

from datetime import date
from decimal import Decimal

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.screening.answers import Answers
from cds.screening.forms import CHOICE, YES_NO, forms
from cds.screening.resources import Sitting, chart_of_answers, resources_of
from chart.records import Chart
from rules.case import Case
from rules.complex_patients.criteria import criteria_on_file
from rules.complex_patients.self_harm_question import RULE as ITEM_9
from rules.labels import is_part2
from rules.peg import peg_scores
from rules.rule import Status

ON = date(2026, 3, 2)
SCORED = [f for f in forms().values() if f.tool.screens]
SITTING = Sitting("p-1", ON, "Practitioner/1", "key", "https://app.example.org", "e-1")


def value(question):
    if question.kind == YES_NO:
        return st.booleans()
    highest = len(question.options) - 1 if question.kind == CHOICE else question.most
    return st.integers(0, highest)


@st.composite
def answered(draw, form):
    """Any answers, any of them skipped."""
    given = {}
    for question in form.questions:
        if draw(st.integers(0, 5)):
            given[question.name] = draw(value(question))
    return Answers(form, given)


def read_back(answers, sitting=SITTING):
    return chart_of_answers(resources_of(answers, sitting), ON, "p-1")


def added_up(answers):
    """Worked out here again: the place of each chosen option, one for each yes."""
    counted = [
        q for q in answers.form.questions if not q.is_optional and not (q.is_opening and q.kind == YES_NO)
    ]
    return sum(int(answers.given[q.name]) for q in counted if q.name in answers.given)


@pytest.mark.parametrize("form", [f for f in SCORED if f.id != "taps-1"], ids=lambda f: f.id)
def test_the_score_read_back_is_that_of_the_answers(form):
    @settings(max_examples=60, deadline=None)
    @given(answered(form))
    def holds(answers):
        chart = read_back(answers)
        assert not chart.set_aside
        screens = form.tool.screens(Case(chart))
        score = screens[0].score
        if score is None:
            assert added_up(answers) == 0
            return
        assert score.points == added_up(answers)
        assert (not score.missing) == answers.is_complete, answers.given
        assert bool(score.missing) == any(
            "form not finished" in r.told for r in form.tool.results(Case(chart))
        )
        totals = [o for o in chart.observations if {c.code for c in o.concept.codes} & {form.total}]
        assert len(totals) == (form.total != "" and answers.is_complete)

    holds()


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[st.none() | st.integers(0, 10)] * 3))
def test_a_peg_is_the_exact_mean_and_never_a_guess(numbers):
    form = forms()["peg"]
    given_ = {q.name: n for q, n in zip(form.questions, numbers, strict=True) if n is not None}
    pegs = peg_scores(read_back(Answers(form, given_)))
    if len(given_) == 3:
        assert [p.mean for p in pegs] == [Decimal(sum(numbers)) / 3]
    else:
        assert all(p.mean is None for p in pegs)


@pytest.mark.parametrize("form", forms().values(), ids=lambda f: f.id)
def test_everything_saved_is_valid_fhir(form):
    @settings(max_examples=8, deadline=None)
    @given(answered(form), st.booleans())
    def holds(answers, is_program):
        sitting = Sitting("p-1", ON, "Practitioner/1", "key", "https://app.example.org", None, is_program)
        made = resources_of(answers, sitting)
        for resource in made:
            get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        marks = [str(r["identifier"]) for r in made]
        assert len(set(marks)) == len(marks)
        assert made == resources_of(answers, sitting)  # sent again it is the same

    holds()


@settings(max_examples=80, deadline=None)
@given(answered(forms()["phq-9"]))
def test_question_9_speaks_whatever_else_is_missing(answers):
    guidance = ITEM_9.evaluate(Case(read_back(answers)))
    assert (guidance.status is Status.INDICATED) == (answers.given.get("44260-8", 0) > 0)


@settings(max_examples=80, deadline=None)
@given(answered(forms()["dsm-5-oud"]))
def test_the_criteria_count_leaves_out_what_supervision_explains(answers):
    """Specification 5.1: tolerance and withdrawal do not count when taken as prescribed under supervision."""
    found = criteria_on_file(Case(read_back(answers)))
    supervised = answers.given.get("supervision", False)
    left_out = {"supervision"} | ({"tolerance", "withdrawal"} if supervised else set())
    count = sum(bool(v) for name, v in answers.given.items() if name not in left_out)
    if found is None:
        assert count == 0
        return
    assert found.count == count
    assert found.is_complete == answers.is_complete


def test_nothing_is_ever_saved_as_a_diagnosis():
    made = resources_of(
        Answers(forms()["dsm-5-oud"], {q.name: True for q in forms()["dsm-5-oud"].questions}), SITTING
    )
    assert {r["resourceType"] for r in made} == {"QuestionnaireResponse", "Observation"}


@pytest.mark.parametrize(
    ("form_id", "is_program", "is_labelled", "has_part2"),
    [
        ("audit-c", False, True, False),
        ("audit-c", True, True, True),
        ("dsm-5-oud", True, True, True),
        ("phq-9", True, False, False),
        ("peg", True, False, False),
    ],
)
def test_answers_on_substance_use_carry_the_clinics_labels(form_id, is_program, is_labelled, has_part2):
    form = forms()[form_id]
    given_ = {q.name: True if q.kind == YES_NO else 1 for q in form.questions}
    sitting = Sitting("p-1", ON, "Practitioner/1", "key", "https://app.example.org", None, is_program)
    chart = read_back(Answers(form, given_), sitting)
    records = (*chart.questionnaire_responses, *chart.observations)
    assert all(bool(r.labels) == is_labelled and is_part2(r.labels) == has_part2 for r in records)


def test_an_empty_form_is_an_empty_chart():
    chart = chart_of_answers([], ON, "p-1")
    assert isinstance(chart, Chart)
    assert not chart.observations
