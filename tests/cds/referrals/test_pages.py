"""The referral pages in the app: who may send what, from which form, and what is said when it does not go."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.wrappers import Response

from app import create_app
from cds.referrals.problems import BEING_SENT, CHANGED, NOT_KEPT
from chart.outcomes import OutcomeKind
from config import Config
from launch.browser import form_token
from launch.issuers import IssuerRegistration
from storage.tables.referrals import sendings
from tests.cds.recorded import KEY, SECRET
from tests.cds.test_outcomes import serve_chart
from tests.databases import made
from tests.launch.stub_ehr import StubEhr

POLICY = Path(__file__).parents[3] / "examples" / "policy.toml"
SCOPES = "launch openid fhirUser patient/*.rs patient/ServiceRequest.c patient/Task.c"
RULE = "RF-02"


class Desk:
    """The app beside a stub EHR with the record of a patient whose opioid use disorder is not treated."""

    def __init__(self, ehr, file, scopes=SCOPES, **registration):
        self.ehr = ehr
        config = Config(
            SECRET, (KEY,), "https://previsit.example.org", (IssuerRegistration(ehr.iss, "previsit", **registration),),
            made(f"sqlite:///{file}"), policy=POLICY, allow_insecure_loopback=True,
        )  # fmt: skip
        self.app = create_app(config)
        self.browser = self.app.test_client()
        serve_chart(ehr, "skyler-redfern")
        ehr.token["scope"] = scopes
        self.search = ehr.answers["/fhir/ServiceRequest"]
        ehr.answers["/fhir/ServiceRequest"] = self.service_request
        ehr.answers["/fhir/Task"] = self.task
        self.reply = Response('{"resourceType": "ServiceRequest", "id": "made-1"}', 201)
        begun = self.browser.get("/launch", query_string={"iss": ehr.iss, "launch": "l"})
        self.asked_scopes = begun.location
        landed = self.browser.get(f"/callback?{ehr.authorize(begun.location)}")
        self.handle = landed.location.split("/")[2]
        with self.app.test_request_context():
            self.token = form_token(self.handle)

    def service_request(self):
        return self.reply if self.ehr.asked[-1].method == "POST" else self.search

    def task(self):
        empty = {"resourceType": "Bundle", "type": "searchset"}
        made = Response('{"resourceType": "Task", "id": "made-2"}', 201)
        return made if self.ehr.asked[-1].method == "POST" else empty

    @property
    def posted(self):
        return [a.path for a in self.ehr.asked if a.method == "POST" and a.path.startswith("/fhir")]

    def url(self, end=""):
        return f"/visit/{self.handle}/referrals/{RULE}{end}"

    def review(self, service="Dr. Ines Okonkwo-Hale"):
        page = self.browser.get(self.url()).text
        at = page.index(service)
        key = re.findall(r'name="to" value="([0-9a-f]{16})"', page[:at])[-1]
        return self.browser.get(self.url(), query_string={"to": key}).text

    def form(self, page=None, **changes):
        found = dict(re.findall(r'name="(to|on|seen)" value="([^"]*)"', page or self.review()))
        fields = found | {"form_token": self.token, "note": ""} | changes
        return {name: value for name, value in fields.items() if value is not None}

    def send(self, headers=None, **changes):
        return self.browser.post(self.url("/send"), data=self.form(**changes), headers=headers)

    def outcomes(self):
        session = self.ehr.token["patient"]
        return self.app.extensions["outcomes"].of(self.ehr.iss, session)


@pytest.fixture
def ehr():
    stub = StubEhr()
    yield stub
    stub.close()


@pytest.fixture
def desks(ehr, tmp_path):
    opened = []

    def open_desk(**changes):
        opened.append(Desk(ehr, tmp_path / f"{len(opened)}.sqlite3", **changes))
        return opened[-1]

    yield open_desk
    for desk in opened:
        desk.app.extensions["storage"].dispose()


@pytest.fixture
def desk(desks):
    return desks(write=("ServiceRequest", "Task"))


def test_looking_sends_nothing(desk):
    """D27: nothing is written but by a click."""
    page = desk.review()
    desk.browser.get(desk.url("/sent"))
    assert "Send to the EHR" in page
    assert desk.posted == []
    assert desk.browser.get(desk.url("/send")).status_code == 405


def test_one_click_sends_records_and_shows_it(desk):
    answer = desk.send(note="Prefers mornings NOTEMARKER")
    assert answer.status_code == 303
    assert desk.posted == ["/fhir/ServiceRequest", "/fhir/Task"]
    (made,) = desk.outcomes()
    assert (made.kind, made.rule_id, made.about) == (
        OutcomeKind.REFERRAL_SENT, RULE, "ServiceRequest/made-1",
    )  # fmt: skip
    assert made.value == "Dr. Ines Okonkwo-Hale"
    shown = desk.browser.get(answer.location).text
    assert "The referral is in the EHR" in shown
    assert "ServiceRequest/made-1" in shown
    assert "Dr. Ines Okonkwo-Hale" in desk.browser.get(f"/visit/{desk.handle}/").text


def test_the_same_form_sent_again_changes_nothing(desk):
    fields = desk.form()
    first, second = (desk.browser.post(desk.url("/send"), data=fields) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert desk.posted == ["/fhir/ServiceRequest", "/fhir/Task"]
    assert len(desk.outcomes()) == 1


def test_a_crash_before_it_was_recorded_is_made_good_by_the_next_click(desk, monkeypatch):
    from cds.referrals import delivery

    class Crash(Exception):
        pass

    def crash(*_):
        raise Crash

    fields = desk.form()
    with monkeypatch.context() as broken:
        broken.setattr(delivery, "outcome_store", crash)
        assert desk.browser.post(desk.url("/send"), data=fields).status_code == 500
    assert desk.outcomes() == ()
    assert desk.browser.post(desk.url("/send"), data=fields).status_code == 303
    assert [made.value for made in desk.outcomes()] == ["Dr. Ines Okonkwo-Hale"]
    assert desk.posted == ["/fhir/ServiceRequest", "/fhir/Task"]


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"form_token": None}, {}),
        ({"form_token": "0" * 64}, {}),
        ({}, {"Origin": "https://elsewhere.example.org"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_a_form_that_is_not_ours_sends_nothing(desk, changes, headers):
    assert desk.send(headers, **changes).status_code == 403
    assert desk.posted == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"to": "0" * 16}, 404),
        ({"on": "2020-01-01"}, 400),
        ({"on": "soon"}, 400),
        ({"on": None}, 400),
        ({"note": "x" * 1001}, 400),
        ({"seen": "0" * 32}, 409),
        ({"seen": None}, 409),
    ],
)
def test_a_form_that_does_not_fit_sends_nothing(desk, changes, status):
    assert desk.send(**changes).status_code == status
    assert desk.posted == []


def test_what_changed_since_it_was_reviewed_is_shown_again_and_not_sent(desk):
    fields = desk.form()
    for entry in desk.ehr.answers["/fhir/Condition"]["entry"]:
        entry["resource"]["id"] += "-other"
    answer = desk.browser.post(desk.url("/send"), data=fields)
    assert answer.status_code == 409
    assert CHANGED in answer.text
    assert desk.posted == []


@pytest.mark.parametrize(
    "scopes",
    [
        "launch openid fhirUser patient/*.rs",
        "launch openid fhirUser patient/*.rs patient/Task.c",
        "launch openid fhirUser patient/*.rs patient/ServiceRequest.read",
        "launch openid fhirUser patient/*.rs patient/ServiceRequest.u",
    ],
)
def test_without_the_scope_it_is_copied_and_not_sent(desks, scopes):
    desk = desks(scopes=scopes)
    page = desk.review()
    assert "Send to the EHR" not in page
    assert "has not allowed this app to create referrals" in page
    assert "The text, to copy" in page
    assert desk.send().status_code == 403
    assert desk.posted == []


@pytest.mark.parametrize(
    ("scopes", "posted"),
    [
        ("launch openid fhirUser patient/*.rs patient/ServiceRequest.write", ["/fhir/ServiceRequest"]),
        ("launch openid fhirUser patient/*.rs user/ServiceRequest.c", ["/fhir/ServiceRequest"]),
        ("launch openid fhirUser patient/*.rs patient/*.write", ["/fhir/ServiceRequest", "/fhir/Task"]),
    ],
)
def test_either_version_of_scopes_and_the_task_only_where_granted(desks, scopes, posted):
    desk = desks(scopes=scopes)
    assert desk.send().status_code == 303
    assert desk.posted == posted


@pytest.mark.parametrize(("write", "asks"), [((), False), (("ServiceRequest", "Task"), True)])
def test_a5_2_writing_is_asked_for_only_where_it_is_switched_on(desks, write, asks):
    desk = desks(write=write)
    assert ("ServiceRequest.c" in desk.asked_scopes) is asks


def test_without_a_clinician_nothing_is_sent(desks, ehr):
    ehr.claims["fhirUser"] = None
    desk = desks()
    page = desk.review()
    assert "which clinician is signed in" in page
    assert "Send to the EHR" not in page
    assert desk.send(seen="x", on="2026-01-01", to="y").status_code == 403
    assert desk.posted == []


@pytest.mark.parametrize("rule_id", ["RF-04", "PV-05", "RF-99", "..%2F"])
def test_other_prompts_lead_to_no_referral(desk, rule_id):
    assert desk.browser.get(f"/visit/{desk.handle}/referrals/{rule_id}").status_code == 404


def test_another_browser_sees_and_sends_nothing(desk):
    stranger = desk.app.test_client()
    assert stranger.get(desk.url()).status_code == 401
    assert stranger.post(desk.url("/send"), data=desk.form()).status_code == 401
    assert desk.posted == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "does not allow this app to write it. Nothing was sent."),
        (422, "did not accept what was sent. Nothing was sent."),
        (503, "send it again: it will not be doubled"),
        (504, "not known whether it arrived"),
        (412, "Look in the EHR for the referral"),
    ],
)
def test_what_went_wrong_is_said_with_what_to_do_and_the_text_is_kept(desk, status, sentence):
    desk.reply = Response(status=status)
    answer = desk.send(note="Prefers mornings")
    assert answer.status_code == 502
    assert sentence in answer.text
    assert "Prefers mornings" in answer.text
    assert "The text, to copy" in answer.text
    assert desk.outcomes() == ()


def test_while_it_is_being_sent_a_second_click_sends_nothing(desk):
    fields = desk.form()
    from cds.referrals.drafting import sending_key

    with desk.app.test_request_context():
        from datetime import date

        session = type("S", (), {"issuer": desk.ehr.iss, "patient_id": desk.ehr.token["patient"]})
        key = sending_key(session, RULE, fields["to"], date.fromisoformat(fields["on"]))
        desk.app.extensions["sendings"].begin(key, desk.app.extensions["launch"].clock())
    answer = desk.browser.post(desk.url("/send"), data=fields)
    assert answer.status_code == 409
    assert BEING_SENT in answer.text
    assert desk.posted == []


def test_without_a_database_nothing_is_sent_and_that_is_said(desk):
    fields = desk.form()
    sendings.drop(desk.app.extensions["storage"])
    answer = desk.browser.post(desk.url("/send"), data=fields)
    assert answer.status_code == 503
    assert NOT_KEPT.split(",")[0] in answer.text
    assert desk.posted == []


def test_the_note_goes_into_the_text_and_into_no_address(desk):
    answer = desk.browser.post(desk.url("/text"), data=desk.form(note="Prefers mornings"))
    assert "Note: Prefers mornings" in answer.text
    assert desk.browser.post(desk.url("/text"), data=desk.form(form_token="x")).status_code == 403
    assert desk.posted == []


def test_nothing_of_the_patient_reaches_the_log(desk, caplog):
    with caplog.at_level("DEBUG"):
        desk.send(note="NOTEMARKER")
        desk.reply = Response(status=422)
        desk.send(note="NOTEMARKER", on="x")
    # The stub EHR runs in the same process and logs what it was asked.
    told = "\n".join(r.getMessage() for r in caplog.records if r.name != "werkzeug")
    assert "referral sent: RF-02" in told
    for secret in ("NOTEMARKER", "skyler", "Redfern", "Okonkwo", "SECRETMARKER", "made-1"):
        assert secret not in told


def test_titles_and_addresses_name_no_diagnosis(desk):
    page = desk.review()
    assert re.search(r"<title>(.*?)</title>", page)[1] == "Referral"
    assert not re.search(r'(?:href|action)="[^"]*(?:opioid|oud|substance)', page, re.IGNORECASE)


def test_an_expired_token_is_renewed_once_and_it_is_sent(desk):
    fields, first = desk.form(), []

    def once():
        if desk.ehr.asked[-1].method == "POST" and not first:
            first.append(True)
            return Response(status=401)
        return desk.service_request()

    desk.ehr.answers["/fhir/ServiceRequest"] = once
    assert desk.browser.post(desk.url("/send"), data=fields).status_code == 303
    assert desk.posted.count("/fhir/ServiceRequest") == 2
    assert len(desk.outcomes()) == 1


def test_a_resource_of_the_directory_reaches_the_order(desk):
    policy = desk.app.extensions["policy"]
    named = tuple(replace(r, reference="HealthcareService/7") for r in policy.resources)
    desk.app.extensions["policy"] = replace(policy, resources=named)
    assert desk.send().status_code == 303


def test_a_role_that_may_not_send_takes_the_text_along(desks):
    desk = desks(write=("ServiceRequest",))
    policy = desk.app.extensions["policy"]
    desk.app.extensions["policy"] = replace(policy, roles_sending=())
    page = desk.review()
    assert "other roles" in page
    assert "Send to the EHR" not in page
    assert desk.send().status_code == 403
    desk.app.extensions["policy"] = replace(policy, roles_taking_along=())
    assert desk.browser.get(desk.url()).status_code == 403
    assert desk.posted == []
