"""Answers are kept once, for one patient, by a person; nothing confirmed is lost, and nothing else gets in."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from cds.screening import routes
from cds.screening.reading import MARK, NOT_READ
from cds.screening.routes import NOT_KEPT
from storage.tables.screening import screenings
from tests.cds.pages import read_page
from tests.cds.screening.visits import Visit, told

GAD7 = dict.fromkeys(("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"), "1")

REST = "44250-9,44255-8,44259-0,44254-1,44251-7,44258-2,44252-5,44253-3"


def count(visit):
    with visit.clinic.app.extensions["screening"].engine.connect() as db:
        return db.execute(select(func.count()).select_from(screenings)).scalar()


def test_a_double_click_and_a_reload_make_one_sitting(visit):
    hidden = visit.hidden("gad-7")
    first, again = (visit.send("gad-7", GAD7, hidden).headers["Location"] for _ in range(2))
    assert first == again
    assert count(visit) == 1
    visit.browser.get(f"{visit.clinic.url}{first}")
    visit.browser.get(f"{visit.clinic.url}{first}")
    assert count(visit) == 1


def test_two_clicks_at_the_same_moment_make_one_sitting(visit):
    hidden, start, found = visit.hidden("gad-7"), threading.Barrier(4), []

    def click():
        start.wait()
        found.append(visit.send("gad-7", GAD7, hidden, save="ehr").headers["Location"].split("?")[0])

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(set(found)) == 1
    assert len(visit.written("QuestionnaireResponse")) == len(
        {str(r["identifier"]) for r in visit.written("QuestionnaireResponse")}
    )


def test_going_back_and_answering_otherwise_is_another_sitting(visit):
    hidden = visit.hidden("gad-7")
    first = visit.send("gad-7", GAD7, hidden).headers["Location"]
    other = visit.send("gad-7", GAD7 | {"69725-0": "3"}, hidden).headers["Location"]
    assert first != other
    assert count(visit) == 2


def test_looking_keeps_nothing(visit):
    for path in ("screening/", "screening/phq-9", "screening/dsm-5-oud"):
        assert visit.get(path).status_code == 200
    visit.send("gad-7", {"69725-0": "1"})  # told what is open, and not saved yet
    assert count(visit) == 0
    assert visit.written() == []


def test_what_was_kept_counts_on_the_page_and_says_where_it_is_from(visit):
    visit.save("gad-7", dict.fromkeys(GAD7, "3"))
    page = visit.summary()
    article = page.by_id["CX-03"]
    assert "GAD-7: 21, severe" in article.text
    assert MARK in article.text
    assert "Ask now: GAD-7" not in article.text


def test_a_database_that_is_away_loses_nothing_that_was_typed(visit):
    hidden = visit.hidden("phq-9")
    engine = visit.clinic.app.extensions["screening"].engine
    screenings.drop(engine)
    try:
        sent = visit.send("phq-9", {"44260-8": "2"}, hidden, unanswered=REST)
        assert sent.status_code == 503
        page = read_page(sent.text)
        assert NOT_KEPT in page.text
        chosen = [
            e.attributes
            for e in page.all("input")
            if "checked" in e.attributes and e.attributes["name"] == "44260-8"
        ]
        assert [c["value"] for c in chosen] == ["2"]
        assert page.by_id["same-day"]
        # On the summary the gap is named, and nothing rests on what may be hidden.
        assert NOT_READ in visit.get().text
    finally:
        screenings.create(engine)
    assert visit.send(
        "phq-9", {"44260-8": "2"}, hidden, unanswered=page.all("input")[2].attributes["value"]
    ).status_code in (303, 422)


def test_another_patients_result_is_not_found(clinic, visit):
    location, _ = visit.save("gad-7", GAD7)
    other = Visit(clinic, "harold-brandvold")
    serial = location.rpartition("/")[2]
    assert other.get(f"screening/kept/{serial}").status_code == 404
    token = other.hidden("peg")["form_token"]
    assert other.post(f"screening/kept/{serial}/take-back", {"form_token": token}).status_code == 404
    assert told(read_page(visit.browser.get(f"{clinic.url}{location}").text))
    assert "GAD-7: 7" not in other.summary().text


def test_another_browser_sees_nothing(clinic, visit):
    location, _ = visit.save("gad-7", GAD7)
    stranger = Visit(clinic, "harold-brandvold").browser
    for path in (location, visit.summary_url.removeprefix(clinic.url) + "screening/phq-9"):
        assert stranger.get(f"{clinic.url}{path}").status_code == 401


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"form_token": ""}, {}),
        ({"form_token": "0" * 128}, {}),
        ({}, {"Origin": "https://elsewhere.example.org"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_a_form_that_is_not_ours_is_refused(visit, changes, headers):
    data = visit.hidden("gad-7") | GAD7 | {"save": "ehr"} | changes
    assert visit.post("screening/gad-7", data, headers=headers).status_code == 403
    assert count(visit) == 0
    assert visit.written() == []


@pytest.mark.parametrize(
    ("form_id", "given", "status"),
    [
        ("gad-7", {"69725-0": "4"}, 400),
        ("gad-7", {"69725-0": "-1"}, 400),
        ("gad-7", {"69725-0": "1; DROP TABLE"}, 400),
        ("gad-7", {"69725-0": "²"}, 400),
        ("gad-7", {"69725-0": ["0", "3"]}, 400),
        ("pc-ptsd-5", {"102011-4": "true"}, 400),
        ("gad-7", {"sitting": "x"}, 400),
        ("gad-7", {"sitting": "g" * 32}, 400),
        ("dast-10", {"82667-7": "11"}, 422),
        ("dast-10", {"82667-7": "-3"}, 422),
        ("dast-10", {"82667-7": "7.5"}, 422),
        ("dast-10", {"82667-7": "<script>"}, 422),
        ("dast-10", {"82667-7": "9" * 5000}, 422),
        ("nothing", {}, 404),
        ("..%2fphq-9", {}, 404),
    ],
)
def test_hostile_answers_are_refused_and_never_shown_back_as_markup(visit, form_id, given, status):
    data = visit.hidden("dast-10") | {"save": "app"} | given
    answer = visit.post(f"screening/{form_id}", data)
    assert answer.status_code == status
    assert "<script>" not in answer.text
    assert count(visit) == 0


def test_nothing_is_recorded_without_a_person_behind_it(visit, monkeypatch):
    monkeypatch.setattr(routes, "session_for", lambda handle: replace(SESSION(handle), user=None))
    assert visit.send("gad-7", GAD7).status_code == 403
    assert count(visit) == 0


SESSION = routes.session_for


def test_what_is_kept_names_nobody_and_can_be_read_by_nobody_without_the_key(visit):
    visit.save("phq-9", {"44260-8": "1"})
    with visit.clinic.app.extensions["screening"].engine.connect() as db:
        row = db.execute(select(screenings)).one()
    text = repr(tuple(row))
    assert "delia" not in text.lower()
    assert "44260" not in text
    assert "Several" not in text


def test_answers_sealed_with_a_retired_key_are_a_gap_and_never_a_silence(visit, monkeypatch):
    from cryptography.fernet import Fernet

    from cds.screening.store import ScreeningStore

    location, _ = visit.save("phq-9", {"44260-8": "1"})
    kept = visit.clinic.app.extensions["screening"]
    renewed = ScreeningStore(
        kept.engine, visit.clinic.app.extensions["launch"].config.keys_of_patients, [Fernet.generate_key()]
    )
    monkeypatch.setitem(visit.clinic.app.extensions, "screening", renewed)
    assert NOT_READ in visit.get().text
    page = visit.browser.get(f"{visit.clinic.url}{location}")
    assert "no longer in use" in page.text


def test_a_look_back_does_not_see_what_came_later(visit):
    visit.save("gad-7", dict.fromkeys(GAD7, "3"))
    assert "GAD-7: 21" not in visit.get(as_of="2026-01-05").text
    assert "GAD-7: 21" in visit.get().text


def test_in_a_part_2_program_the_label_decides_what_the_summary_shows(visit, monkeypatch):
    """Specification 7.3: an item of such a program without a consent on record is withheld, and that is said."""
    extensions = visit.clinic.app.extensions
    program = replace(extensions["policy"], is_part2_program=True)
    monkeypatch.setitem(extensions, "policy", program)
    _, page = visit.save("audit-c", {"68518-0": "4", "68519-8": "4", "68520-6": "4"})
    assert "Without a consent on record the summary does not show it" in page.text
    assert "AUDIT-C: 12" not in visit.get().text
    monkeypatch.setitem(extensions, "policy", replace(program, part2_display="show with notice"))
    assert "AUDIT-C: 12" in visit.get().text
