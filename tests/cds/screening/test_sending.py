"""Written to the EHR when it was granted and somebody clicked: each record once, and honest about the rest."""

from dataclasses import replace

import pytest
from werkzeug.wrappers import Response

from cds.screening import sending
from cds.screening.forms import forms
from chart.writing import Refusal
from tests.cds.pages import read_page
from tests.cds.screening.visits import Visit, told
from tests.journeys.faults import status

PHQ9 = {q.name: "1" for q in forms()["phq-9"].questions if not q.is_optional} | {"44260-8": "0"}
GAD7 = {q.name: "3" for q in forms()["gad-7"].questions}
BOTH = ("QuestionnaireResponse", "Observation")


def marks(visit, kind):
    return [str(r["identifier"]) for r in visit.written(kind)]


def refuse_posts(fault):
    return lambda request: fault(request) if request.method == "POST" else None


def test_one_click_writes_the_answers_and_the_scores(visit):
    _, page = visit.save("phq-9", PHQ9, save="ehr")
    assert "Written to the EHR." in page.text
    (response,) = visit.written("QuestionnaireResponse")
    total, item = visit.written()
    assert response["status"] == "completed"
    assert total["valueQuantity"]["value"] == 8
    assert (
        total["derivedFrom"]
        == item["derivedFrom"]
        == [{"reference": f"QuestionnaireResponse/{response['id']}"}]
    )
    assert {c["code"] for c in (*total["code"]["coding"], *item["code"]["coding"])} == {"44261-6", "44260-8"}
    assert response["author"] == {"reference": "Practitioner/practice-user"}


def test_what_the_ehr_has_is_not_counted_twice_and_not_called_ours(visit):
    visit.save("phq-9", PHQ9, save="ehr")
    text = visit.summary().text
    assert "PHQ-9: 8, mild" in text
    assert "recorded in this app" not in text.split("PHQ-9: 8, mild")[1][:80]


def test_kept_here_only_nothing_is_written(visit):
    before = len(visit.written())
    _, page = visit.save("phq-9", PHQ9, save="app")
    assert len(visit.written()) == before
    assert "Not in the EHR." in page.text


def test_written_later_from_the_result_and_only_once(visit):
    location, _ = visit.save("phq-9", PHQ9, save="app")
    path = location.partition("/visit/")[2].partition("/")[2]
    token = visit.hidden("peg")["form_token"]
    before = len(visit.written())
    for _ in range(3):
        assert visit.post(f"{path}/ehr", {"form_token": token}).status_code == 303
    assert len(visit.written()) == before + 2
    assert len(set(marks(visit, "Observation"))) == len(marks(visit, "Observation"))


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (status(403), Refusal.NOT_ALLOWED),
        (status(422), Refusal.NOT_ACCEPTED),
        (status(503), Refusal.BUSY),
        (status(504), Refusal.UNKNOWN),
        (status(412), Refusal.SEVERAL),
    ],
)
def test_an_ehr_that_refuses_is_said_and_the_answers_are_safe(visit, fault, refusal):
    visit.clinic.faults.broken = {"QuestionnaireResponse": refuse_posts(fault)}
    _, page = visit.save("phq-9", PHQ9, save="ehr")
    assert refusal.value in page.text
    assert "The answers are safe in this app." in page.text
    assert "Try again to write it" in page.text
    assert told(page)


def test_an_answer_that_was_lost_on_the_way_is_found_on_the_next_try(visit):
    """The EHR made the record and its answer never came: trying again makes no second one."""
    clinic = visit.clinic

    def made_and_lost(request):
        if request.method != "POST":
            return None
        Response.from_app(clinic.faults._ehr, request.environ)
        return Response(status=504)

    clinic.faults.broken = {"QuestionnaireResponse": made_and_lost}
    before = len(visit.written("QuestionnaireResponse"))
    location, page = visit.save("phq-9", PHQ9 | {"44250-9": "3"}, save="ehr")
    assert Refusal.UNKNOWN.value in page.text
    assert len(visit.written("QuestionnaireResponse")) == before + 1
    clinic.mend()
    path = location.partition("/visit/")[2].partition("/")[2].split("?")[0]
    visit.post(f"{path}/ehr", {"form_token": visit.hidden("peg")["form_token"]})
    assert len(visit.written("QuestionnaireResponse")) == before + 1
    assert "Written to the EHR." in read_page(visit.browser.get(f"{clinic.url}{location}").text).text


def test_written_in_part_the_rest_is_told_and_follows(visit):
    visit.clinic.faults.broken = {"Observation": refuse_posts(status(503))}
    location, page = visit.save("gad-7", {"69725-0": "1"}, save="ehr")
    assert "Written to the EHR." in page.text  # nothing to observe: the form is not finished
    location, page = visit.save("phq-9", PHQ9 | {"44255-8": "3"}, save="ehr")
    assert "A part of it is in the EHR" in page.text
    visit.clinic.mend()
    path = location.partition("/visit/")[2].partition("/")[2].split("?")[0]
    visit.post(f"{path}/ehr", {"form_token": visit.hidden("peg")["form_token"]})
    assert "Written to the EHR." in visit.browser.get(f"{visit.clinic.url}{location.split('?')[0]}").text


def test_without_the_grant_the_form_says_where_it_is_kept(clinic, monkeypatch):
    parts = clinic.app.extensions["launch"]
    config = replace(parts.config, issuers=tuple(replace(one, write=()) for one in parts.config.issuers))
    monkeypatch.setitem(clinic.app.extensions, "launch", replace(parts, config=config))
    visit = Visit(clinic, "harold-brandvold")
    form = visit.get("screening/phq-9").text
    assert "Save to the EHR" not in form
    assert "kept in this app" in form
    _, page = visit.save("phq-9", PHQ9, save="ehr")  # asked for all the same: kept, and nothing leaves
    assert visit.written() == []
    assert "has not allowed this app to write forms" in page.text


def test_the_reason_shown_is_one_of_ours_whatever_the_address_says(visit):
    location, _ = visit.save("phq-9", PHQ9)
    page = visit.browser.get(f"{visit.clinic.url}{location}?not_sent=<b>hello</b>").text
    assert "hello" not in page
    assert set(sending.NOT_SENT) >= {"busy", "unknown", "signed_out"}


def test_taken_back_it_is_not_written(visit):
    location, _ = visit.save("phq-9", PHQ9)
    visit.take_back(location)
    before = len(visit.written())
    path = location.partition("/visit/")[2].partition("/")[2]
    visit.post(f"{path}/ehr", {"form_token": visit.hidden("peg")["form_token"]})
    assert len(visit.written()) == before


def test_withdrawn_in_the_ehr_it_does_not_come_back_from_here(visit):
    visit.save(
        "gad-7",
        dict.fromkeys(("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"), "3"),
        save="ehr",
    )
    assert "GAD-7: 21" in visit.get().text
    for kind in BOTH:
        for resource in visit.written(kind):
            resource["status"] = "entered-in-error"
    assert "GAD-7: 21" not in visit.get().text
