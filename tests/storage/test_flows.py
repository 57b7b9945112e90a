"""Launches and hook calls on both databases: what is kept, once, and for every worker alike."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, select

from cds.hooks.report import report
from storage.engine import open_engine
from storage.tables.hooks import quiet_rules
from tests.cds.hooks.conftest import hook_apps as hook_apps
from tests.cds.hooks.test_feedback import VISIT, accepted, kept, overridden, send
from tests.launch.conftest import clinics as clinics
from tests.launch.conftest import ehr as ehr
from tests.launch.conftest import query, registration

COOKIE = "__Host-previsit"


@pytest.fixture
def clinic(clinics, ehr, database):
    return clinics(registration(ehr), session_idle_minutes=120, database_url=database)


def test_a_launch_is_open_in_every_worker_and_after_a_restart(clinic, clinics, ehr, database):
    client = clinic.client()
    url = clinic.launched(client, ehr)
    other = clinics(registration(ehr), session_idle_minutes=120, database_url=database)
    tab = other.client()
    tab.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    assert tab.get(url).status_code == 200
    assert clinic.client().get(url).status_code == 401


def test_a7_3_of_twenty_requests_at_expiry_one_refreshes(clinic, ehr):
    client = clinic.client()
    url = clinic.launched(client, ehr)
    cookie = client.get_cookie(COOKIE).value
    clinic.clock += 3600
    ehr.pause = 0.2

    def visit(_):
        tab = clinic.client()
        tab.set_cookie(COOKIE, cookie)
        return tab.get(url).status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(visit, range(20))) == [200] * 20
    assert len(ehr.to("/auth/token")) == 2


def test_a_state_is_taken_once_of_many_at_once(clinic, ehr):
    client = clinic.client()
    state = query(clinic.begin(client, ehr.iss).location)["state"][0]
    start = threading.Barrier(8)

    def take(_):
        start.wait()
        return clinic.store.take_pending(state, clinic.clock)

    with ThreadPoolExecutor(8) as pool:
        assert sum(found is not None for found in pool.map(take, range(8))) == 1


def test_signing_out_ends_it_in_the_database(clinic, ehr):
    client = clinic.client()
    url = clinic.launched(client, ehr)
    assert client.get(url).status_code == 200
    clinic.store.remove_family(clinic.store.browser(client.get_cookie(COOKIE).value).family)
    assert client.get(url).status_code == 401


def test_without_the_database_there_is_a_calm_page(clinic, ehr):
    client = clinic.client()
    url = clinic.launched(client, ehr)
    with clinic.store.engine.begin() as db:
        db.exec_driver_sql("DROP TABLE launch_session")
    page = client.get(url)
    assert page.status_code == 503
    assert "did not answer" in page.text
    assert page.headers["Retry-After"] == "30"
    assert "launch_session" not in page.text


# Hooks


def test_b3_8_d13_a_token_is_used_once_by_all_workers(hook_apps, database):
    apps = [hook_apps(database_url=database) for _ in range(2)]
    token = apps[0].token(apps[0].url("patient-view"))
    start = threading.Barrier(8)

    def ask(n):
        start.wait()
        return apps[n % 2].status(VISIT, token=token)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(ask, range(8))) == [200] + [401] * 7


def test_b6_4_the_same_feedback_from_eight_at_once_is_kept_once(hook_apps, database):
    app = hook_apps(database_url=database)
    (card,) = app.cards(VISIT)
    start = threading.Barrier(8)

    def tell(_):
        start.wait()
        return send(app, overridden(card["uuid"], "snooze-1-month")).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(tell, range(8))) == {200}
    assert len(kept(app)) == 1
    assert app.cards(VISIT) == []


def test_two_cards_snoozed_at_once_are_both_kept_and_the_longer_counts(hook_apps, database):
    """The two meet in one row of quiet rules: neither feedback may be lost for it."""
    app = hook_apps(database_url=database)
    cards = [app.cards(VISIT)[0]["uuid"] for _ in range(6)]
    codes = ["snooze-1-month", "snooze-3-months"] * 3
    start = threading.Barrier(6)

    def tell(one):
        start.wait()
        return send(app, overridden(*one)).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(tell, zip(cards, codes, strict=True))) == {200}
    assert len(kept(app)) == 6
    with app.hooks.memory.engine.connect() as db:
        (until,) = db.execute(select(quiet_rules.c.until)).scalars().all()
    assert until > app.now + 80 * 86_400


def test_feedback_is_whole_or_not_at_all(hook_apps, database):
    """A failure between the outcome and its quiet period: neither is kept, and sending it again keeps both."""
    app = hook_apps(database_url=database)
    (card,) = app.cards(VISIT)
    engine = app.hooks.memory.engine

    def fails(*_, **__):
        raise RuntimeError("between the two")

    def before(conn, cursor, statement, *_):
        if "cds_quiet_rule" in statement and statement.startswith("INSERT"):
            fails()

    event.listen(engine, "before_cursor_execute", before)
    assert send(app, overridden(card["uuid"], "snooze-1-month")).status_code == 500
    event.remove(engine, "before_cursor_execute", before)
    assert kept(app) == []
    assert send(app, overridden(card["uuid"], "snooze-1-month")).status_code == 200
    assert len(kept(app)) == 1
    assert app.cards(VISIT) == []


def test_the_report_reads_what_was_kept(hook_apps, database):
    app = hook_apps(database_url=database)
    first, second = (app.cards(VISIT)[0] for _ in range(2))
    send(app, accepted(first["uuid"]), overridden(second["uuid"], "patient-declined"))
    engine = open_engine(database)
    line = report(engine)["PV-08"]
    engine.dispose()
    assert (line.shown, line.accepted, line.overridden) == (2, 1, 1)
