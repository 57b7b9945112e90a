"""If the audit cannot be written nothing is shown or changed: with databases that really fail (D11, D13)."""

import re

import pytest
import requests
from sqlalchemy import func, select, text

from audit.trail import AuditDown
from storage.tables.audit import events
from storage.tables.outcomes import outcomes
from tests.audit.chains import as_owner, viewed
from tests.audit.clinic import clinic_with
from tests.databases import PostgreSQL, made, postgresql

NAME = "Brandvold"
CALM = "without one it shows and changes nothing"


@pytest.fixture
def clinic(tmp_path):
    with clinic_with(made(f"sqlite:///{tmp_path}/previsit.sqlite3")) as running:
        yield running


def lose_table(clinic):
    as_owner(clinic.trail, "ALTER TABLE audit_event RENAME TO elsewhere")


def lose_head(clinic):
    as_owner(clinic.trail, "DELETE FROM audit_head")


def make_read_only(clinic):
    """As a file system that went read-only: reading works, writing does not."""
    from sqlalchemy import event

    clinic.trail.engine.dispose()
    event.listen(clinic.trail.engine, "connect", lambda db, _: db.execute("PRAGMA query_only = ON"))


FAULTS = [lose_table, lose_head, make_read_only]


@pytest.mark.parametrize("break_it", FAULTS)
def test_a_page_is_not_shown(clinic, break_it):
    browser = clinic.browser()
    url = clinic.page(browser)
    assert NAME in browser.get(url).text
    break_it(clinic)
    held_back = browser.get(url)
    assert held_back.status_code == 503
    assert NAME not in held_back.text
    assert held_back.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in held_back.headers["Content-Security-Policy"]
    assert held_back.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("break_it", [lose_table, lose_head])
def test_the_page_says_what_happened_and_what_to_do(clinic, break_it):
    browser = clinic.browser()
    url = clinic.page(browser)
    break_it(clinic)
    held_back = browser.get(url)
    assert CALM in held_back.text
    assert "Try again in a minute" in held_back.text
    assert held_back.headers["Retry-After"] == "30"


@pytest.mark.parametrize("break_it", FAULTS)
def test_nobody_gets_in(clinic, break_it):
    """Neither to the EHR's sign-in nor back from it: no cookie of a session leaves."""
    break_it(clinic)
    begun = clinic.browser().get(
        f"{clinic.url}/launch", params={"iss": f"{clinic.url}/ehr/fhir", "launch": "x"}, allow_redirects=False
    )
    assert begun.status_code == 503
    assert "Location" not in begun.headers
    assert "Set-Cookie" not in begun.headers


def test_an_outcome_is_not_kept_without_its_record(clinic):
    browser = clinic.browser()
    page = clinic.launch(browser)
    lose_table(clinic)
    refused = browser.post(
        f"{page.url.split('?')[0]}outcomes",
        data={
            "form_token": re.search(r'name="form_token" value="([^"]+)"', page.text)[1],
            "rule_id": "PV-08",
            "kind": "declined",
        },
        headers={"Origin": clinic.url},
    )
    assert refused.status_code == 503
    with clinic.trail.engine.connect() as db:
        assert db.execute(select(func.count()).select_from(outcomes)).scalar() == 0


def test_a_trail_that_is_mended_goes_on_where_it_was(clinic):
    browser = clinic.browser()
    url = clinic.page(browser)
    lose_table(clinic)
    assert browser.get(url).status_code == 503
    with clinic.trail.engine.begin() as db:
        db.execute(text("ALTER TABLE elsewhere RENAME TO audit_event"))
    before = clinic.events()
    assert browser.get(url).status_code == 200
    assert len(clinic.after(before)) == 2


def test_a_postgresql_that_is_down(tmp_path):
    with postgresql() as server, clinic_with(made(server.database())) as clinic:
        assert isinstance(server, PostgreSQL)
        clinic.trail.append([viewed()])
        server.stop()
        try:
            with pytest.raises(AuditDown):
                clinic.trail.append([viewed()])
            answer = requests.get(
                f"{clinic.url}/launch", params={"iss": f"{clinic.url}/ehr/fhir", "launch": "x"}, timeout=30
            )
            assert answer.status_code in (500, 503)
        finally:
            server.start()
        clinic.trail.append([viewed()])
        with clinic.trail.engine.connect() as db:
            assert db.execute(select(func.count()).select_from(events)).scalar() >= 2
