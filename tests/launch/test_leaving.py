"""On the way to the EHR's sign-in page: by address or form, in the frame or out of it (A2.7, A2.20, A9.3, D5)."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest

from app import create_app
from tests.launch.conftest import query, registration

MANY = tuple(f"patient/Observation.rs?category=http://terminology.example/kind|{n:040}" for n in range(20))


class Form(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields = "", {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        stated = dict(attrs)
        if tag == "form":
            self.action = stated["action"]
        if tag == "input":
            self.fields.setdefault(stated["name"], []).append(stated["value"])


@pytest.fixture
def whole_app(clinics, ehr):
    """The app as it is served, pages of cds included."""

    def make(**changes):
        clinic = clinics(registration(ehr, **changes))
        return create_app(dataclasses.replace(clinic.config, public_url="http://localhost")).test_client()

    return make


def begin(client, ehr, **headers):
    return client.get(f"/launch?{urlencode({'iss': ehr.iss, 'launch': 'a+b/c=%2F'})}", headers=headers)


@pytest.mark.parametrize(
    ("capability", "scopes", "by_form"),
    [("authorize-post", MANY, True), ("authorize-post", (), False), ("launch-ehr", MANY, False)],
)
def test_a2_7_a_form_only_where_offered_and_the_address_is_long(capability, scopes, by_form, whole_app, ehr):
    ehr.smart["capabilities"] = [capability, "permission-v2"]
    answer = begin(whole_app(scopes=scopes), ehr)
    assert answer.status_code == (200 if by_form else 302)


def test_a2_7_the_form_holds_what_the_address_would(whole_app, ehr):
    ehr.smart["capabilities"] = ["authorize-post", "permission-v2"]
    answer = begin(whole_app(scopes=MANY, allowed_hosts=frozenset({"login.example"})), ehr)
    form = Form(answer.text)
    assert form.action == f"{ehr.origin}/auth/authorize"
    assert {name: len(values) for name, values in form.fields.items()} == dict.fromkeys(form.fields, 1)
    assert form.fields["launch"] == ["a+b/c=%2F"]
    assert form.fields["aud"] == [ehr.iss]
    assert set(MANY) <= set(form.fields["scope"][0].split())
    policy = answer.headers["Content-Security-Policy"]
    assert f"form-action {ehr.origin} https://login.example 'self';" in policy
    assert "Set-Cookie" in answer.headers


@pytest.mark.parametrize(
    ("navigation", "dest", "leaves"),
    [("top", "iframe", True), ("top", "document", False), ("top", None, False), ("frame", "iframe", False)],
)
def test_a2_20_out_of_the_frame_where_the_sign_in_page_wants_it(navigation, dest, leaves, whole_app, ehr):
    headers = {"Sec-Fetch-Dest": dest} if dest else {}
    answer = begin(whole_app(navigation=navigation), ehr, **headers)
    assert answer.status_code == (200 if leaves else 302)
    # Nothing is set or asked in the frame: the cookie would belong to another window's store.
    assert ("Set-Cookie" in answer.headers, ehr.asked != []) == (not leaves, not leaves)
    if leaves:
        assert 'href="/launch?iss=' in answer.text
        assert "launch=a%2Bb%2Fc%3D%252F" in answer.text
        assert 'target="_top"' in answer.text


def test_a2_20_both_ways_end_in_the_chart(whole_app, clinics, ehr):
    client = whole_app(navigation="top")
    answer = begin(client, ehr, **{"Sec-Fetch-Dest": "document"})
    landed = client.get(f"/callback?{ehr.authorize(answer.location)}")
    assert landed.status_code == 303


def test_a9_3_d5_only_the_ehr_of_the_launch_may_frame_its_pages(clinics, ehr):
    other = registration(ehr, iss="https://other.example/fhir", frame_ancestors=("https://other.example",))
    ours = registration(ehr, frame_ancestors=("https://one.example", "https://*.two.example"))
    config = dataclasses.replace(clinics(ours, other).config, public_url="http://localhost")
    client = create_app(config).test_client()
    answer = begin(client, ehr)
    landed = client.get(f"/callback?{ehr.authorize(answer.location)}")
    page = client.get(landed.location)  # the chart itself cannot be read from this stub: its page says so
    for shown in (answer, landed, page):
        policy = shown.headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors 'self' https://one.example https://*.two.example")
        assert "X-Frame-Options" not in shown.headers
    nowhere = client.get("/launch?iss=https://evil.test&launch=x").headers["Content-Security-Policy"]
    assert "https://other.example" in nowhere
    assert "evil" not in nowhere


def test_a5_8_a_style_of_the_ehrs_is_neither_fetched_nor_shown(whole_app, ehr):
    ehr.token["smart_style_url"] = f"{ehr.origin}/style.json"
    ehr.answers["/style.json"] = {"color_background": "red;}body{display:none"}
    client = whole_app()
    landed = client.get(f"/callback?{ehr.authorize(begin(client, ehr).location)}")
    page = client.get(landed.location)
    assert "/style.json" not in ehr.paths()
    assert "style.json" not in page.text


def test_a2_1_the_redirect_address_is_the_registered_one_in_form_and_address(whole_app, ehr):
    client = whole_app()
    answer = begin(client, ehr, Host="evil.test", **{"X-Forwarded-Host": "evil.test"})
    assert query(answer.location)["redirect_uri"] == ["http://localhost/callback"]
