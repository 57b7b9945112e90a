"""What was confirmed outlives killed workers and a database that goes away; one token gets in once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests

from cds.outcomes.store import OutcomeStore
from storage.engine import open_engine
from tests.cds.hooks.hook_app import signed_token
from tests.cds.hooks.hook_json import OPIOID, hook_request
from tests.launch.stub_ehr import StubEhr
from tests.served import KEY, SECRET, Served

PATIENT = "pat-1-SECRETMARKER"
VISIT = hook_request("patient-view", OPIOID)


@pytest.fixture
def ehr():
    stub = StubEhr()
    yield stub
    stub.close()


@pytest.fixture
def served(tmp_path, empty_database, ehr):
    with Served(tmp_path, empty_database, ehr) as server:
        yield server


def kept(server):
    """The notes in the database, as another process reads them."""
    engine = open_engine(server.environment["PREVISIT_DATABASE_URL"])
    try:
        return [o.note for o in OutcomeStore(engine, [SECRET], [KEY]).of(server.ehr.iss, PATIENT)]
    finally:
        engine.dispose()


def test_b3_8_d13_of_eight_clients_with_one_token_one_gets_in(served):
    """Two workers; five tokens, each sent by eight clients at once."""
    for _ in range(5):
        token = signed_token(served.hook_url(VISIT), time.time())
        start = threading.Barrier(8)

        def ask(_, token=token, start=start):
            start.wait()
            return served.call(VISIT, token).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(ask, range(8))) == [200] + [401] * 7


def test_a_confirmed_answer_outlives_the_worker_that_took_it(served):
    browser, handle = served.launched()
    before = set(served.workers())
    assert served.record(browser, handle, note="first").status_code == 303
    served.kill_workers()
    assert kept(served) == ["first"]
    assert until_answered(lambda: served.record(browser, handle, note="second")).status_code == 303
    assert kept(served) == ["first", "second"]
    assert not before & set(served.workers())


def until_answered(ask, seconds=20):
    """The first answer, from a server whose workers are being started again."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_of_many_answers_while_workers_die_every_confirmed_one_is_there(served):
    browser, handle = served.launched()
    confirmed, over = [], threading.Event()

    def write(who):
        count = 0
        while not over.is_set():
            count += 1
            note = f"{who}-{count}"
            try:
                with own(browser) as mine:
                    if served.record(mine, handle, note=note).status_code == 303:
                        confirmed.append(note)
            except requests.RequestException:
                time.sleep(0.05)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        wait_for_more(confirmed)
        served.kill_workers()
    wait_for_more(confirmed)
    over.set()
    for thread in threads:
        thread.join()
    found = kept(served)
    assert len(confirmed) > 10
    assert set(confirmed) <= set(found)
    assert len(found) == len(set(found))


def wait_for_more(confirmed, more=4, seconds=90):
    """By what was done and not by the clock: a busy machine takes its time."""
    wanted, until = len(confirmed) + more, time.monotonic() + seconds
    while len(confirmed) < wanted and time.monotonic() < until:
        time.sleep(0.05)


@contextmanager
def own(browser):
    """Another tab: the same cookies, connections of its own."""
    with requests.Session() as tab:
        tab.cookies.update(browser.cookies)
        yield tab


def test_a_postgresql_that_goes_away_and_comes_back(tmp_path, postgresql_server, ehr):
    with Served(tmp_path, postgresql_server.database(), ehr) as served:
        browser, handle = served.launched()
        assert served.record(browser, handle, note="before").status_code == 303
        assert served.call(VISIT).status_code == 200
        postgresql_server.stop()
        try:
            page = browser.get(f"{served.url}/visit/{handle}/", timeout=30)
            form = served.record(browser, handle, note="during")
            hook = served.call(VISIT)
        finally:
            postgresql_server.start()
        assert (page.status_code, form.status_code, hook.status_code) == (503, 503, 503)
        assert "database did not answer" in page.text
        assert page.headers["Retry-After"] == hook.headers["Retry-After"] == "30"
        assert hook.json() == {"error": "The service cannot answer now."}
        # Both workers held connections to the old server; the very next requests work.
        for n in range(6):
            assert served.call(VISIT).status_code == 200
            assert served.record(browser, handle, note=f"after {n}").status_code == 303
        assert kept(served) == ["before", *(f"after {n}" for n in range(6))]
        said = served.said()
        assert "Traceback" not in said
        assert "SECRETMARKER" not in said


def test_a_worker_that_starts_while_the_database_is_away_waits_for_it(tmp_path, postgresql_server, ehr):
    with Served(tmp_path, postgresql_server.database(), ehr) as served:
        browser, handle = served.launched()
        postgresql_server.stop()
        try:
            served.kill_workers()
            answer = until_answered(lambda: browser.get(f"{served.url}/visit/{handle}/", timeout=30))
            assert answer.status_code == 503
        finally:
            postgresql_server.start()
        assert served.record(browser, handle, note="after").status_code == 303
        assert kept(served) == ["after"]


def test_a_restart_of_postgresql_that_nobody_saw_costs_no_request(tmp_path, postgresql_server, ehr):
    with Served(tmp_path, postgresql_server.database(), ehr) as served, ThreadPoolExecutor(8) as pool:
        browser, handle = served.launched()

        def write(n):
            with own(browser) as mine:
                return served.record(mine, handle, note=str(n)).status_code

        assert set(pool.map(write, range(16))) == {303}  # connections lie ready in both workers
        postgresql_server.stop()
        postgresql_server.start()
        assert set(pool.map(write, range(16, 32))) == {303}
        assert sorted(map(int, kept(served))) == list(range(32))
