"""At, just under and just over every cut-off and band, through the form as a clinician sends it."""

import pytest

from cds.screening.forms import CHOICE, YES_NO, forms
from rules.complex_patients.results import NEGATIVE, POSITIVE, UNFINISHED
from tests.cds.screening.visits import told

ROOM_FOR = {"phq-2": 3, "phq-9": 3, "gad-7": 3, "audit-c": 4, "pc-ptsd-5": 1}


def answers_for(form, points):
    """Answers that come to this many points, given to the first questions that have room."""
    given = {}
    for question in form.questions:
        if question.is_optional:
            continue
        if question.is_opening and question.kind == YES_NO:
            given[question.name] = "yes"
            continue
        here = min(points, ROOM_FOR.get(form.id, question.most))
        points -= here
        given[question.name] = ("yes" if here else "no") if question.kind == YES_NO else str(here)
    assert points == 0
    return given


@pytest.mark.parametrize(
    ("form_id", "points", "said", "is_positive"),
    [
        ("phq-2", 0, "PHQ-2: 0", False),
        ("phq-2", 2, "PHQ-2: 2", False),
        ("phq-2", 3, "PHQ-2: 3", True),
        ("phq-2", 6, "PHQ-2: 6", True),
        ("phq-9", 0, "PHQ-9: 0, none or minimal", False),
        ("phq-9", 4, "PHQ-9: 4, none or minimal", False),
        ("phq-9", 5, "PHQ-9: 5, mild", False),
        ("phq-9", 9, "PHQ-9: 9, mild", False),
        ("phq-9", 10, "PHQ-9: 10, moderate", True),
        ("phq-9", 14, "PHQ-9: 14, moderate", True),
        ("phq-9", 15, "PHQ-9: 15, moderately severe", True),
        ("phq-9", 19, "PHQ-9: 19, moderately severe", True),
        ("phq-9", 20, "PHQ-9: 20, severe", True),
        ("phq-9", 27, "PHQ-9: 27, severe", True),
        ("gad-7", 4, "GAD-7: 4, none or minimal", False),
        ("gad-7", 5, "GAD-7: 5, mild", False),
        ("gad-7", 9, "GAD-7: 9, mild", False),
        ("gad-7", 10, "GAD-7: 10, moderate", True),
        ("gad-7", 14, "GAD-7: 14, moderate", True),
        ("gad-7", 15, "GAD-7: 15, severe", True),
        ("gad-7", 21, "GAD-7: 21, severe", True),
        ("pc-ptsd-5", 2, "PC-PTSD-5: 2", False),
        ("pc-ptsd-5", 3, "PC-PTSD-5: 3", True),
        ("pc-ptsd-5", 5, "PC-PTSD-5: 5", True),
        ("audit-c", 2, "AUDIT-C: 2", False),
        ("audit-c", 3, "AUDIT-C: 3", True),  # a woman
        ("audit-c", 12, "AUDIT-C: 12", True),
        ("audit", 7, "AUDIT: 7, lower", False),
        ("audit", 8, "AUDIT: 8, hazardous", True),
        ("audit", 15, "AUDIT: 15, likely alcohol use disorder", True),
        ("audit", 20, "AUDIT: 20, severe", True),
        ("audit", 40, "AUDIT: 40, severe", True),
        ("dast-10", 2, "DAST-10: 2, low", False),
        ("dast-10", 3, "DAST-10: 3, moderate", True),
        ("dast-10", 6, "DAST-10: 6, substantial", True),
        ("dast-10", 10, "DAST-10: 10, severe", True),
        ("single-drug-question", 0, "single drug question: 0", False),
        ("single-drug-question", 1, "single drug question: 1", True),
        ("single-drug-question", 9999, "single drug question: 9999", True),
    ],
)  # fmt: skip
def test_the_result_page_says_score_band_and_what_it_means(visit, form_id, points, said, is_positive):
    _, page = visit.save(form_id, answers_for(forms()[form_id], points))
    assert [t.rpartition(", ")[0] for t in told(page)] == [said]
    assert (POSITIVE if is_positive else NEGATIVE) in page.first("main").text


def test_a_man_drinks_up_to_three_points_below_the_cut_off(clinic, visit):
    from tests.cds.screening.visits import Visit

    man = next(
        p["id"]
        for p in clinic.ehr.store.all("Patient")
        if p.get("gender") == "male" and not p.get("deceasedBoolean")
    )
    other = Visit(clinic, man)
    form = forms()["audit-c"]
    assert NEGATIVE in other.save("audit-c", answers_for(form, 3))[1].first("main").text
    assert POSITIVE in other.save("audit-c", answers_for(form, 4))[1].first("main").text


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((0, 0, 0), "PEG: 0 of 10"), ((10, 10, 10), "PEG: 10 of 10"), ((5, 5, 6), "PEG: 5.3 of 10")],
)
def test_a_peg(visit, numbers, said):
    given = {q.name: str(n) for q, n in zip(forms()["peg"].questions, numbers, strict=True)}
    assert told(visit.save("peg", given)[1])[0].startswith(said)


@pytest.mark.parametrize(("place", "is_positive"), [(0, False), (1, True), (4, True)])
def test_any_answer_but_never_opens_the_taps(visit, place, is_positive):
    """Specification 5.2: any part-1 answer other than “Never” goes to part 2."""
    given = {"96842-0": "0", "88037-7": "0", "96843-8": "0", "96844-6": str(place)}
    _, page = visit.save("taps-1", given)
    assert len(told(page)) == 3  # one of the two questions on alcohol is enough
    assert (POSITIVE in page.first("main").text) == is_positive


@pytest.mark.parametrize(
    ("form_id", "given", "said"),
    [
        ("audit-c", {"68518-0": "0"}, "AUDIT-C: 0"),
        ("pc-ptsd-5", {"102011-4": "no"}, "PC-PTSD-5: 0"),
    ],
)
def test_a_tool_that_ends_with_its_first_question_is_complete_with_it(visit, form_id, given, said):
    sent = visit.send(form_id, given)
    assert sent.status_code == 303
    page = visit.result(sent)
    assert told(page)[0].startswith(said)
    assert NEGATIVE in page.first("main").text


@pytest.mark.parametrize(
    ("met", "supervised", "said"),
    [
        (("craving",), "no", "1 of 11 DSM-5 criteria (below the number for the disorder)"),
        (("craving", "time"), "no", "2 of 11 DSM-5 criteria (mild)"),
        (("craving", "time", "roles"), "no", "3 of 11 DSM-5 criteria (mild)"),
        (("craving", "time", "roles", "harm"), "no", "4 of 11 DSM-5 criteria (moderate)"),
        (("craving", "time", "roles", "harm", "hazard"), "no", "5 of 11 DSM-5 criteria (moderate)"),
        (("craving", "time", "roles", "harm", "hazard", "activities"), "no", "6 of 11 DSM-5 criteria (severe)"),
        (("tolerance", "withdrawal"), "no", "2 of 11 DSM-5 criteria (mild)"),
        (("tolerance", "withdrawal"), "yes", "0 of 11 DSM-5 criteria (below the number for the disorder)"),
        (("tolerance", "withdrawal", "craving"), "yes", "1 of 11"),
        (("tolerance", "withdrawal", "craving", "time"), "yes", "2 of 11 DSM-5 criteria (mild)"),
    ],
)  # fmt: skip
def test_the_criteria_and_the_supervised_use_rule(visit, met, supervised, said):
    given = {q.name: "yes" if q.name in met else "no" for q in forms()["dsm-5-oud"].questions}
    _, page = visit.save("dsm-5-oud", given | {"supervision": supervised})
    assert told(page)[0].startswith(said)
    assert "Treatment for opioid use disorder" in page.text or not said[0] > "1"
    assert "Condition" not in {r["resourceType"] for r in visit.written()}


@pytest.mark.parametrize(
    "form_id", [f.id for f in forms().values() if len(f.questions) > 1 and f.tool.screens]
)
def test_a_form_with_open_questions_is_told_apart(visit, form_id):
    form = forms()[form_id]
    last = form.questions[-1] if not form.questions[-1].is_optional else form.questions[-2]
    given = {last.name: "yes" if last.kind == YES_NO else "0" if last.kind == CHOICE else "1"}
    page = visit.save(form_id, given)[1]
    assert "Not finished: question" in page.first("main").text
    assert UNFINISHED in page.first("main").text or form_id in ("pc-ptsd-5", "taps-1")
