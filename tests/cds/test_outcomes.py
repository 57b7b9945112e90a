"""Recording an answer from the page: only from our own form, and shown on this patient's page alone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from app import create_app
from cds.contract import as_json
from cds.outcomes.choices import in_words
from cds.outcomes.reading import NOT_READ, with_outcomes, with_recorded
from chart.outcomes import OutcomeKind
from config import Config
from launch.browser import form_token
from launch.issuers import IssuerRegistration
from launch.session import session_for
from rules.catalogue import RULES
from rules.rule import Assessment, Guidance, Status
from sandbox.patients import practice_patients
from storage.tables.outcomes import outcomes as table
from tests.builders import AS_OF, chart
from tests.cds.pages import TYPES, practice_chart, summary_of
from tests.cds.recorded import ISSUER, KEY, NOTE, PATIENT, SECRET, TODAY, form, new
from tests.databases import made
from tests.launch.stub_ehr import StubEhr

# In the app


@pytest.fixture
def ehr():
    stub = StubEhr()
    yield stub
    stub.close()


class Desk:
    """The whole app beside a stub EHR, with one browser signed in."""

    def __init__(self, ehr, file):
        self.ehr = ehr
        self.app = create_app(
            Config(
                SECRET,
                (KEY,),
                "https://previsit.example.org",
                (IssuerRegistration(ehr.iss, "previsit"),),
                made(f"sqlite:///{file}"),
                allow_insecure_loopback=True,
            )
        )
        self.browser, self.handle = self.launched()

    def launched(self, browser=None):
        browser = browser or self.app.test_client()
        begun = browser.get("/launch", query_string={"iss": self.ehr.iss, "launch": "l"})
        landed = browser.get(f"/callback?{self.ehr.authorize(begun.location)}")
        return browser, landed.location.split("/")[2]

    def token(self, handle):
        with self.app.test_request_context():
            return form_token(handle)

    def post(self, handle=None, headers=None, browser=None, **fields):
        handle = handle or self.handle
        sent = form(form_token=self.token(handle)) | fields
        sent = {name: value for name, value in sent.items() if value is not None}
        return (browser or self.browser).post(f"/visit/{handle}/outcomes", data=sent, headers=headers)

    def seen(self, handle=None, browser=None):
        """The outcomes in the chart of this launch, as the page reads them."""
        handle, browser = handle or self.handle, browser or self.browser
        cookie = browser.get_cookie("__Host-previsit", domain="localhost")
        with self.app.test_request_context(headers={"Cookie": f"__Host-previsit={cookie.value}"}):
            return with_outcomes(replace(chart(), as_of=TODAY), session_for(handle)).outcomes

    def close(self):
        self.app.extensions["outcomes"].close()
        self.app.extensions["launch"].store.close()
        self.app.extensions["hooks"].memory.engine.dispose()


@pytest.fixture
def desk(ehr, file):
    made = Desk(ehr, file)
    yield made
    made.close()


def test_an_answer_is_recorded_and_the_page_shown_again_at_its_item(desk):
    answer = desk.post(note=NOTE)
    assert answer.status_code == 303
    assert answer.location == f"/visit/{desk.handle}/#PV-02"
    (found,) = desk.seen()
    assert (found.kind, found.on, found.by) == (OutcomeKind.DECLINED, TODAY, "Practitioner/pr-1")
    assert found.note == NOTE


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"form_token": None}, {}),
        ({"form_token": "0" * 64}, {}),
        ({}, {"Origin": "https://elsewhere.example.org"}),
        ({}, {"Origin": "null"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_a_form_that_is_not_ours_is_refused(desk, fields, headers):
    assert desk.post(headers=headers, **fields).status_code == 403
    assert desk.seen() == ()


def test_the_token_of_another_launch_is_refused(desk):
    _, other = desk.launched(desk.browser)
    assert desk.post(form_token=desk.token(other)).status_code == 403
    assert desk.seen() == ()


def test_a_handle_that_is_not_this_browsers_is_refused(desk):
    stranger, theirs = desk.launched()
    assert desk.post(handle=theirs).status_code == 401
    assert desk.post(handle="guessed").status_code == 401
    assert desk.app.test_client().post(f"/visit/{desk.handle}/outcomes").status_code == 401
    assert desk.seen(theirs, stranger) == ()


def test_another_patient_in_the_same_browser_never_sees_it(desk):
    desk.post(note=NOTE)
    desk.ehr.token["patient"] = "pat-2"
    _, other = desk.launched(desk.browser)
    assert desk.seen(other) == ()
    desk.ehr.token["patient"] = "pat-1-SECRETMARKER"
    _, same = desk.launched(desk.browser)
    assert [o.note for o in desk.seen(same)] == [NOTE]


@pytest.mark.parametrize("who", ["Person/p", None])
def test_without_a_clinician_nothing_is_recorded(desk, who):
    desk.ehr.claims["fhirUser"] = who
    _, handle = desk.launched(desk.browser)
    refused = desk.post(handle)
    assert refused.status_code == 403
    assert "which clinician is signed in" in refused.text
    assert desk.seen(handle) == ()


def test_what_is_wrong_with_the_form_is_said_on_a_page(desk):
    refused = desk.post(kind="has at home")
    assert refused.status_code == 400
    assert "This answer cannot be recorded for this item." in refused.text
    assert desk.seen() == ()


def test_what_could_not_be_kept_is_never_said_to_be(desk):
    table.drop(desk.app.extensions["outcomes"].engine)
    refused = desk.post()
    assert refused.status_code == 503
    assert "This may not have been recorded" in refused.text


def test_answers_that_cannot_be_read_are_said_to_be_missing(desk):
    table.drop(desk.app.extensions["outcomes"].engine)
    with desk.app.app_context():
        found = with_recorded(chart(), ISSUER, PATIENT)
    assert found.outcomes == ()
    assert [u.reason for u in found.unavailable] == [NOT_READ]


def test_nothing_of_the_patient_or_the_note_reaches_the_log(desk, caplog):
    with caplog.at_level("DEBUG"):
        desk.post(note=NOTE)
        desk.post(kind="none")
    assert "PV-02 declined" in caplog.text
    assert "NOTEMARKER" not in caplog.text
    assert "SECRETMARKER" not in caplog.text


def test_an_answer_of_a_later_day_is_not_in_a_chart_of_an_earlier_one(desk):
    with desk.app.app_context():
        kept = desk.app.extensions["outcomes"]
        kept.add(ISSUER, PATIENT, new(on=AS_OF + timedelta(days=1)), 1.0)
        assert with_recorded(chart(), ISSUER, PATIENT).outcomes == ()
        later = replace(chart(), as_of=AS_OF + timedelta(days=1))
        assert len(with_recorded(later, ISSUER, PATIENT).outcomes) == 1


# The form in HTML


def rendered(desk, macro, *arguments):
    with desk.app.test_request_context():
        return getattr(desk.app.jinja_env.get_template("outcomes.html").module, macro)(*arguments)


def assessment(rule_id, **changes):
    rule = next(r for r in RULES if r.id == rule_id)
    return Assessment(rule, Guidance(Status.INDICATED, (), **changes))


def test_the_form_holds_its_token_its_rule_and_the_answers_of_that_rule(desk):
    html = rendered(desk, "outcome_form", assessment("PV-02"), "a-handle", "the-token")
    assert 'action="/visit/a-handle/outcomes"' in html
    assert 'name="form_token" value="the-token"' in html
    assert 'name="rule_id" value="PV-02"' in html
    values = re.findall(r'name="kind" value="([^"]+)"', html)
    assert values == ["declined", "done elsewhere", "not applicable", "snoozed/30", "snoozed/90"]


def test_a_safety_item_offers_nothing_that_postpones_it(desk):
    html = rendered(desk, "outcome_form", assessment("PV-24"), "h", "t")
    assert "snoozed" not in html
    assert 'name="until"' not in html
    assert 'value="done elsewhere"' in html


def test_an_item_without_answers_has_no_form(desk):
    assert rendered(desk, "outcome_form", assessment("POP-03"), "h", "t").strip() == ""


def test_markup_in_a_note_is_shown_as_text(desk):
    kept = desk.app.extensions["outcomes"]
    kept.add(ISSUER, PATIENT, new(note="<b>bold</b>"), 1.0)
    found = kept.of(ISSUER, PATIENT)
    html = rendered(desk, "outcome_list", found) + rendered(
        desk, "outcome_mark", assessment("PV-02", outcome=found[0])
    )
    assert html.count("&lt;b&gt;bold") == 2
    assert "<b>" not in html
    assert in_words(found[0]) in html


# The page


def serve_chart(ehr, name):
    """The stub EHR answers each search with all of this practice patient's records of that type."""
    bundle = next(p.bundle for p in practice_patients(TODAY) if p.id == name)
    resources = [entry["resource"] for entry in bundle["entry"]]
    patient = next(r for r in resources if r["resourceType"] == "Patient")
    ehr.token["patient"] = patient["id"]
    ehr.answers[f"/fhir/Patient/{patient['id']}"] = patient
    for kind in TYPES:
        entries = [{"resource": r} for r in resources if r["resourceType"] == kind]
        ehr.answers[f"/fhir/{kind}"] = {"resourceType": "Bundle", "type": "searchset", "entry": entries}


def test_the_visit_page_lets_the_prompt_rest_and_says_why(desk):
    serve_chart(desk.ehr, "renee-thibodeaux")
    _, handle = desk.launched(desk.browser)
    told = re.compile(r"Marked as not applicable on \d+ \w+ \d{4}; ask again from")
    before = desk.browser.get(f"/visit/{handle}/")
    assert before.status_code == 200
    assert not told.search(before.text)
    assert desk.post(handle, rule_id="PV-04", kind="not applicable").status_code == 303
    assert told.search(desk.browser.get(f"/visit/{handle}/").text)
    assert desk.post(handle, rule_id="PV-04", kind="withdrawn").status_code == 303
    assert not told.search(desk.browser.get(f"/visit/{handle}/").text)


def test_the_json_keeps_what_was_recorded_apart_from_done(opened):
    kept = opened()
    kept.add(ISSUER, PATIENT, new("PV-04", OutcomeKind.NOT_APPLICABLE), 1.0)
    seen = practice_chart("renee-thibodeaux")
    plain = entries(seen)
    after = entries(replace(seen, outcomes=kept.of(ISSUER, PATIENT)))
    assert {entry["outcome"] for entry in plain.values() if entry["outcome"]} == set()
    assert "addressed" in {entry["status"] for entry in plain.values()}
    assert after["PV-04"]["status"] == "addressed"
    assert after["PV-04"]["outcome"] == {"kind": "not applicable", "on": "2026-03-02", "until": "2027-03-02"}
    del plain["PV-04"], after["PV-04"]
    assert plain == after


def entries(seen):
    told = as_json(summary_of(seen))
    return {entry["id"]: entry for entry in (*told["guidance"], *told["referrals"])}
