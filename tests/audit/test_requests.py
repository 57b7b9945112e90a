"""What is written down of each request: launches, pages, outcomes, sign-outs and refusals, through the whole app."""

import re

import pytest

from audit import codes
from tests.audit.balp import check_event, details, of_type
from tests.audit.clinic import PATIENT, act_of, clinic_with
from tests.databases import made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def clinic(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit")
    url = f"sqlite:///{folder}/previsit.sqlite3"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_server").database()
    with clinic_with(made(url)) as running:
        yield running


@pytest.fixture
def browser(clinic):
    return clinic.browser()


def form_of(page):
    return {"form_token": re.search(r'name="form_token" value="([^"]+)"', page)[1]}


def handle_of(url):
    return re.search(r"/visit/([^/]+)/", url)[1]


def test_a_launch_and_its_page(clinic, browser):
    """D11: each page view produces a valid event; so do the launch, the sign-in and the reading of the chart."""
    before = clinic.events()
    clinic.page(browser)
    happened = clinic.after(before)
    for body in happened:
        check_event(body)
    # A page that is sent while it is read is written down before its first piece, the reading before its last.
    by_act = {act_of(b): b for b in happened}
    assert set(by_act) == {"launch-begun", "signed-in", "chart-read", "page-viewed"}
    assert len(happened) == 4
    assert all(b["outcome"] == "0" for b in happened)
    signed_in, read, viewed = (by_act[act] for act in ("signed-in", "chart-read", "page-viewed"))
    for body in (signed_in, read, viewed):
        (patient,) = of_type(body, codes.PERSON)
        assert patient["what"]["reference"] == f"{clinic.url}/ehr/fhir/Patient/{PATIENT}"
        assert body["agent"][0]["who"]["reference"].startswith(f"{clinic.url}/ehr/fhir/Practitioner/")
        assert body["agent"][0]["role"] == [{"text": "Practitioner"}]
    assert "patient/MedicationRequest.rs" in details(signed_in)["scopes"]
    assert read["meta"]["profile"] == [codes.PATIENT_QUERY]
    assert details(read)["MedicationRequest"] == "read"
    assert read["agent"][1]["who"]["identifier"]["value"] == "previsit-demo"
    assert viewed["agent"][1]["network"] == {"address": "127.0.0.1", "type": "2"}


def test_one_request_is_one_correlation(clinic, browser):
    url = clinic.page(browser)
    before = clinic.events()
    browser.get(url)
    browser.get(url)
    ids = [of_type(b, codes.REQUEST_ID)[0]["what"]["identifier"]["value"] for b in clinic.after(before)]
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_an_outcome_is_recorded_with_its_record_of_audit(clinic, browser):
    page = clinic.launch(browser)
    before = clinic.events()
    sent = form_of(page.text) | {"rule_id": "PV-08", "kind": "declined"}
    done = browser.post(
        f"{clinic.url}/visit/{handle_of(page.url)}/outcomes",
        data=sent,
        headers={"Origin": clinic.url},
        allow_redirects=False,
    )
    assert done.status_code == 303, done.text
    (body,) = clinic.after(before)
    check_event(body)
    assert (act_of(body), body["action"], body["outcome"]) == ("outcome-recorded", "C", "0")
    assert details(body) == {"rule": "PV-08", "kind": "declined"}


def test_signing_out(clinic, browser):
    page = clinic.launch(browser)
    before = clinic.events()
    sent = form_of(page.text) | {"handle": handle_of(page.url)}
    assert browser.post(f"{clinic.url}/logout", data=sent, headers={"Origin": clinic.url}).status_code == 200
    (body,) = clinic.after(before)
    check_event(body)
    assert act_of(body) == "signed-out"
    assert details(body)["charts"] == "1"
    assert body["agent"][0]["who"]["reference"].startswith(f"{clinic.url}/ehr/fhir/Practitioner/")


REFUSALS = {
    "another EHR": ("GET", "/launch?iss=https://evil.example&launch=x", "launch-begun", "unknown_issuer", True),
    "half a launch": ("GET", "/launch?iss=", "launch-begun", "bad_launch", False),
    "an unknown state": ("GET", "/callback?state=x&code=y", "signed-in", "state_unknown", False),
    "a page without a session": ("GET", "/visit/nobodys/", "page-viewed", "no_session", True),
    "a form from elsewhere": ("POST", "/logout", "signed-out", "form_refused", True),
    "an outcome without a session": ("POST", "/visit/nobodys/outcomes", "outcome-recorded", "no_session", True),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(clinic, browser, case):
    method, path, act, why, is_alert = REFUSALS[case]
    before = clinic.events()
    answer = browser.request(method, clinic.url + path, headers={"Origin": "https://evil.example"})
    assert answer.status_code >= 400
    (body,) = clinic.after(before)
    check_event(body)
    assert (act_of(body), body["outcome"]) == (act, "4")
    assert body["outcomeDesc"].startswith(why)
    assert (body["type"] == codes.SECURITY_ALERT) is is_alert
    assert "evil" not in str(body)


def test_another_browser_with_the_address_of_a_chart(clinic, browser):
    """Whose chart it was is written down; who asked is not known."""
    url = clinic.page(browser)
    before = clinic.events()
    assert clinic.browser().get(url).status_code == 401
    (body,) = clinic.after(before)
    assert "refused" in [c["code"] for c in body["subtype"]]
    assert of_type(body, codes.PERSON)[0]["what"]["reference"].endswith(f"/Patient/{PATIENT}")
    assert body["agent"][0]["who"] == {"display": "not stated by the EHR"}


def test_a_form_without_its_token_is_refused_in_the_name_of_who_is_signed_in(clinic, browser):
    page = clinic.launch(browser)
    before = clinic.events()
    refused = browser.post(f"{clinic.url}/visit/{handle_of(page.url)}/outcomes", data={"rule_id": "PV-08"})
    assert refused.status_code == 403
    (body,) = clinic.after(before)
    assert body["outcomeDesc"] == "form_refused: form token"
    assert "/Practitioner/" in body["agent"][0]["who"]["reference"]


@pytest.mark.parametrize(
    "path", ["/healthz", "/static/previsit.css", "/nowhere", "/.well-known/jwks.json", "/cds-services"]
)
def test_what_concerns_nobody_is_not_written_down(clinic, browser, path):
    before = clinic.events()
    browser.get(clinic.url + path)
    assert clinic.after(before) == []


def test_d10_no_name_token_or_value_is_in_any_record(clinic, browser):
    """Marker strings: who the patient and the clinician are by name, when born, their number, and every secret."""
    page = clinic.launch(browser)
    store = clinic.app.extensions["launch"].store
    handle = handle_of(page.url)
    session = store.session(handle).details
    written = str(clinic.events())
    secrets = [session["access_token"], session["refresh_token"], handle, form_of(page.text)["form_token"]]
    secrets += [cookie.value for cookie in browser.cookies]
    names = [*re.findall(r"<bdi>([^<]+)</bdi>", page.text)[:2], "Harold", "Brandvold", "MRN"]
    assert "Brandvold" in page.text
    for marker in filter(None, [*secrets, *names]):
        assert marker not in written, marker
