"""The CDS Hooks console, in front of a small service of its own that notes what it is sent."""

import json
from dataclasses import dataclass, field

import pytest
from flask import Flask, jsonify, request

from sandbox.hook_drafts import bundle
from tests.journeys.ehr_server import running_ehr
from tests.sandbox.practice import FHIR, Practice, query_of

PREFETCH = {
    "patient": "Patient/{{context.patientId}}",
    "orders": "MedicationRequest?patient={{context.patientId}}&intent=order",
    "surveys": "Observation?patient={{context.patientId}}&category=survey",
    "bare": "Observation?patient={{context.patientId}}",  # refused here, as Epic does
    "strange": "Elixir?patient={{context.patientId}}",
    "odd": "Condition?patient={{context.somethingElse}}",
}
HOOKS = ("patient-view", "encounter-start", "appointment-book", "order-select", "order-sign")
DRAFT = {"resourceType": "MedicationRequest", "id": "draft-1", "status": "draft", "note": [{"text": "old"}]}
CHANGED = {**DRAFT, "note": [{"text": "new"}]}
ORDER = "MedicationRequest/draft-1"
UUID = "11111111-2222-4333-8444-555555555555"
CARD = {
    "uuid": UUID,
    "summary": "Large <b>dose</b>",
    "indicator": "critical",
    "detail": "**Much** \\*not bold\\*\n\n- one &lt;i&gt;\n  - deeper\n\n<script>alert(1)</script>[a](javascript:b)",
    "source": {"label": "A guideline", "url": "https://source.test/", "topic": {"display": "Dose"}},
    "overrideReasons": [{"code": "done", "system": "urn:r", "display": "Already done"}],
    "suggestions": [
        {"uuid": "s-1", "label": "Shorten", "actions": [{"type": "update", "resource": CHANGED}]},
        {"uuid": "s-2", "label": "Remove", "actions": [{"type": "delete", "resourceId": ORDER}]},
    ],
    "links": [
        {
            "label": "Open it",
            "type": "smart",
            "url": "https://app.test/launch",
            "appContext": '{"card": "1"}',
        },
        {"label": "Elsewhere", "type": "smart", "url": "https://elsewhere.test/launch"},
        {"label": "Odd", "type": "absolute", "url": "javascript:alert(1)"},
    ],
}


@dataclass
class Services:
    """What the service offers, what it answers, and what it was sent."""

    cards: list = field(default_factory=lambda: [CARD])
    status: int = 200
    sent: list = field(default_factory=list)

    def app(self):
        app = Flask("services")
        offered = [{"id": f"see-{hook}", "hook": hook, "prefetch": PREFETCH} for hook in HOOKS]

        @app.get("/cds-services")
        def discovery():
            self.sent.append(("discovery", None))
            return jsonify(services=offered)

        @app.post("/cds-services/<path:name>")
        def call(name):
            self.sent.append((name, request.get_json()))
            body = {"cards": self.cards} if self.status == 200 else {"error": "Not <now>."}
            return (jsonify({}), 200) if name.endswith("/feedback") else (jsonify(body), self.status)

        return app

    @property
    def last(self):
        return self.sent[-1]


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def practice(services):
    with running_ehr(services.app()) as url:
        yield Practice(options={"cds_url": url})


def send(practice, hook="order-sign", edited=None, **more):
    text = json.dumps(bundle([DRAFT]) if edited is None else edited)
    form = {"patient": "anna", "hook": hook, "edited": text, "sending": "prefetch"} | more
    return practice.http.post("/console/", data=form)


def sent_page(practice, **more):
    """The page of a call, and the address its forms post below."""
    address = send(practice, **more).location.removeprefix(practice.ehr.base_url)
    return practice.http.get(address).text, address


def test_every_page_links_to_the_console_and_says_it_is_not_for_real_data(practice):
    assert "https://practice.test/ehr/console/" in practice.http.get("/").text
    page = practice.http.get("/console/")
    assert "Not for real data" in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "<script" not in page.text


def test_without_services_there_is_no_console():
    practice = Practice()
    assert practice.http.get("/console/").status_code == 404
    assert "onsole" not in practice.http.get("/").text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, "Oxycodone Hydrochloride 10 MG Oral Tablet"),
        ({"draft": "lorazepam"}, "lorazepam 0.5 MG Oral Tablet"),
        ({"draft": "stop-coded"}, "&#34;status&#34;: &#34;stopped&#34;"),
        ({"draft": "made-up"}, "Oxycodone Hydrochloride 10 MG Oral Tablet"),
        ({"hook": "appointment-book"}, "&#34;Appointment&#34;"),
    ],
)
def test_the_text_to_edit_is_filled_in(practice, asked, shown):
    page = practice.http.get("/console/", query_string={"patient": "anna"} | asked).text
    assert shown in page.partition("<textarea")[2]


def test_hooks_about_a_chart_have_nothing_to_edit(practice):
    assert "<textarea" not in practice.http.get("/console/?hook=patient-view").text


def test_a_stop_names_the_order_it_ends(practice):
    page = practice.http.get("/console/?patient=anna&draft=stop-coded").text
    assert "MedicationRequest/coded" in page.partition("<textarea")[2]


@pytest.mark.parametrize("asked", ["patient=nobody", "hook=made-up"])
def test_what_is_not_offered_cannot_be_chosen(practice, asked):
    answer = practice.http.get(f"/console/?{asked}")
    assert answer.status_code in (400, 404)
    assert "Cannot go on" in answer.text


def test_discovery_comes_before_the_call(practice, services):
    assert send(practice).status_code == 303
    assert [name for name, _ in services.sent] == ["discovery", "see-order-sign"]


@pytest.mark.parametrize("hook", HOOKS)
def test_each_hook_has_its_context(practice, services, hook):
    send(practice, hook)
    context = services.last[1]["context"]
    own = {
        "encounter-start": {"encounterId": "now"},
        "appointment-book": {"appointments": bundle([DRAFT])},
        "order-select": {"selections": ["MedicationRequest/draft-1"], "draftOrders": bundle([DRAFT])},
        "order-sign": {"draftOrders": bundle([DRAFT])},
    }
    assert context == {"userId": "Practitioner/practice-user", "patientId": "anna"} | own.get(hook, {})


def test_prefetch_is_this_patients_and_whole(practice, services):
    page, _ = sent_page(practice)
    prefetch = services.last[1]["prefetch"]
    assert prefetch["patient"]["id"] == "anna"
    assert [one["resource"]["id"] for one in prefetch["orders"]["entry"]] == ["coded"]
    assert len(prefetch["surveys"]["entry"]) == 7
    assert set(prefetch) == {"patient", "orders", "surveys"}
    assert "bare, odd, strange" in page  # said, not passed over
    assert "fhirServer" not in services.last[1]


@pytest.mark.parametrize("sending", ["token", "both"])
def test_a_token_opens_this_patient_only(practice, services, sending):
    page, _ = sent_page(practice, sending=sending)
    sent = services.last[1]
    token = sent["fhirAuthorization"]["access_token"]
    assert sent["fhirServer"] == FHIR
    assert ("prefetch" in sent) == (sending == "both")
    assert practice.get("Patient/anna", token).status_code == 200
    assert practice.get("Patient/ben", token).status_code == 404
    assert token not in page
    assert token not in practice.http.get("/log").text
    practice.clock.now += 301
    assert practice.get("Patient/anna", token).status_code == 401


def test_what_is_not_json_is_said_and_kept(practice, services):
    answer = send(practice, edited=None) and practice.http.post(
        "/console/", data={"patient": "anna", "hook": "order-sign", "edited": '{"a": <x>'}
    )
    assert answer.status_code == 400
    assert "This is not JSON" in answer.text
    assert "{&#34;a&#34;: &lt;x&gt;" in answer.text


def test_a_card_is_shown_as_text_with_its_urgency_in_words(practice):
    page, _ = sent_page(practice)
    assert "Critical" in page
    assert "Large &lt;b&gt;dose&lt;/b&gt;" in page
    assert "<strong>Much</strong> *not bold*" in page
    assert "<script" not in page
    assert 'href="javascript' not in page
    assert 'href="https://source.test/"' in page
    assert "Already done" in page


def test_no_cards_and_refusals_are_told_apart(practice, services):
    services.cards = []
    assert "has nothing to say" in sent_page(practice)[0]
    services.status = 412
    page, _ = sent_page(practice)
    assert "Answered with 412" in page
    assert "Not &lt;now&gt;." in page
    assert "has nothing to say" not in page


def test_services_that_are_down_are_said_to_be():
    practice = Practice(options={"cds_url": "http://127.0.0.1:9"})
    answer = send(practice)
    assert answer.status_code == 502
    assert "could not be reached" in answer.text


def test_accepting_reports_it_and_shows_the_change(practice, services):
    _, address = sent_page(practice)
    page = practice.http.post(f"{address}/accept", data={"card": "0", "suggestion": "s-1"}).text
    name, body = services.last
    assert name == "see-order-sign/feedback"
    assert body["feedback"] == [
        {
            "card": UUID,
            "outcome": "accepted",
            "outcomeTimestamp": "2026-09-21T14:13:20Z",
            "acceptedSuggestions": [{"id": "s-1"}],
        }
    ]
    assert "-      &#34;text&#34;: &#34;old&#34;" in page
    assert "+      &#34;text&#34;: &#34;new&#34;" in page
    assert "Feedback was sent and taken" in page
    assert "new" in page.partition("<textarea")[2]


@pytest.mark.parametrize(
    ("form", "status"),
    [({"card": "0"}, 400), ({"card": "0", "suggestion": "s-9"}, 400), ({"card": "7", "suggestion": "s-1"}, 404)],
)  # fmt: skip
def test_nothing_is_reported_without_a_choice(practice, services, form, status):
    _, address = sent_page(practice)
    assert practice.http.post(f"{address}/accept", data=form).status_code == status
    assert services.last[0] == "see-order-sign"


def test_overriding_reports_the_reason(practice, services):
    _, address = sent_page(practice)
    page = practice.http.post(
        f"{address}/override", data={"card": "0", "reason": "0", "comment": "seen"}
    ).text
    item = services.last[1]["feedback"][0]
    assert item["outcome"] == "overridden"
    assert item["overrideReason"] == {"reason": {"code": "done", "system": "urn:r"}, "userComment": "seen"}
    assert "Already done" in page
    assert practice.http.post(f"{address}/override", data={"card": "0"}).status_code == 400


def test_the_smart_link_gets_iss_a_launch_and_its_context(practice):
    _, address = sent_page(practice)
    answer = practice.http.post(f"{address}/follow", data={"card": "0", "link": "0"})
    assert answer.status_code == 303
    assert answer.location.startswith("https://app.test/launch?")
    asked = query_of(answer.location)
    assert asked["iss"] == FHIR
    given = practice.tokens(launch=asked["launch"])
    assert given["patient"] == "anna"
    assert given["appContext"] == '{"card": "1"}'
    assert "appContext" not in practice.tokens()


@pytest.mark.parametrize("link", ["1", "2", "3", ""])
def test_a_launch_is_given_to_the_registered_app_only(practice, link):
    _, address = sent_page(practice)
    answer = practice.http.post(f"{address}/follow", data={"card": "0", "link": link})
    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_a_call_is_kept_for_an_hour(practice):
    _, address = sent_page(practice)
    practice.clock.now += 3601
    assert practice.http.get(address).status_code == 404


def test_the_console_leaves_the_log_to_the_apps(practice):
    sent_page(practice)
    assert [one.path for one in practice.ehr.log] == []
