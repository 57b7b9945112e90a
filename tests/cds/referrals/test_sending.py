"""One referral however often it is clicked, whoever answers late, and wherever the app breaks off."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from werkzeug.wrappers import Response

from cds.referrals.as_fhir import service_request, task
from cds.referrals.sending import Parcel, send
from cds.referrals.store import PATIENCE, BeingSent, SendingStore, StoreDown
from chart.fhir_server import FhirServer
from chart.transport import SignInEnded
from chart.writing import NotWritten, Refusal
from rules.policy import Policy
from storage.tables.referrals import sendings
from tests.cds.recorded import KEY, OTHER_KEY
from tests.cds.referrals.made import KNOWN_AS, Ehr, referral
from tests.journeys.ehr_server import running_ehr

NOW = 1_000_000.0
REFERRAL = referral()


def follow(request_id, known_as):
    return task(REFERRAL, request_id, known_as, Policy())


PARCEL = Parcel("key", "Patient/p1", service_request(REFERRAL, KNOWN_AS), KNOWN_AS, follow)


@pytest.fixture(params=[True, False], ids=["heeds conditions", "passes over conditions"])
def ehr(request):
    return Ehr(request.param)


@pytest.fixture
def server(ehr):
    with running_ehr(ehr) as url:
        yield FhirServer(f"{url}/fhir", "token", allow_insecure_loopback=True)


@pytest.fixture
def store(engine):
    return SendingStore(engine, (KEY,))


def answered(status):
    return lambda request: Response(status=status) if request.method == "POST" else None


def test_an_order_and_the_task_that_follows_it(server, store, ehr):
    done = send(server, store, PARCEL, NOW)
    assert (done.request_id, done.task_id) == ("ServiceRequest/1", "Task/2")
    assert ehr.of("Task")[0]["focus"] == {"reference": "ServiceRequest/1"}
    assert store.sent("key") == done


def test_c2_9_again_and_again_is_once(server, store, ehr):
    first = [send(server, store, PARCEL, NOW + n * PATIENCE) for n in range(3)]
    assert len(set(first)) == 1
    assert ehr.asked == ["POST ServiceRequest", "POST Task"]


def test_c2_9_eight_clicks_at_once_are_one(server, store, ehr):
    def click(_):
        try:
            return send(server, store, PARCEL, NOW)
        except BeingSent:
            return None

    with ThreadPoolExecutor(8) as threads:
        found = [done for done in threads.map(click, range(8)) if done]
    assert {done.request_id for done in found} == {"ServiceRequest/1"}
    assert len(ehr.of("ServiceRequest")) == len(ehr.of("Task")) == 1


@pytest.mark.parametrize("breaks_at", ["after the order", "after the task"])
def test_a_crash_between_the_ehrs_answer_and_our_own_record(server, store, ehr, monkeypatch, breaks_at):
    class Crash(Exception):
        pass

    def crash(*_):
        raise Crash

    parcel = replace(PARCEL, follow=crash) if breaks_at == "after the order" else PARCEL
    monkeypatch.setattr(store, "finish", crash)
    with pytest.raises(Crash):
        send(server, store, parcel, NOW)
    monkeypatch.undo()
    with pytest.raises(BeingSent):  # nobody can tell yet that it broke off
        send(server, store, PARCEL, NOW + PATIENCE - 1)
    done = send(server, store, PARCEL, NOW + PATIENCE)
    assert done.request_id == "ServiceRequest/1"
    assert len(ehr.of("ServiceRequest")) == len(ehr.of("Task")) == 1


def test_an_answer_that_was_lost_is_looked_for_before_another_try(server, store, ehr):
    ehr.fault = lambda request: (
        ehr.answer(request) and Response(status=504) if request.method == "POST" else None
    )
    with pytest.raises(NotWritten) as problem:
        send(server, store, PARCEL, NOW)
    assert problem.value.refusal is Refusal.UNKNOWN
    ehr.fault = None
    assert send(server, store, PARCEL, NOW + 1).request_id == "ServiceRequest/1"
    assert len(ehr.of("ServiceRequest")) == 1


@pytest.mark.parametrize("status", [403, 422, 500])
def test_what_was_refused_can_be_sent_again_at_once(server, store, ehr, status):
    ehr.fault = answered(status)
    with pytest.raises(NotWritten):
        send(server, store, PARCEL, NOW)
    assert store.sent("key") is None
    ehr.fault = None
    assert send(server, store, PARCEL, NOW).request_id == "ServiceRequest/1"


def test_a_sign_in_that_ended_can_be_renewed_and_tried_again(server, store, ehr):
    ehr.fault = answered(401)
    with pytest.raises(SignInEnded):
        send(server, store, PARCEL, NOW)
    ehr.fault = None
    assert send(server, store, PARCEL, NOW).task_id


def test_a_task_that_cannot_be_made_leaves_the_order(server, store, ehr):
    ehr.fault = lambda request: Response(status=403) if request.path.endswith("/Task") else None
    done = send(server, store, PARCEL, NOW)
    assert (done.request_id, done.task_id) == ("ServiceRequest/1", "")


def test_without_leave_to_make_tasks_none_is_asked_for(server, store, ehr):
    assert send(server, store, replace(PARCEL, follow=None), NOW).task_id == ""
    assert ehr.asked == ["POST ServiceRequest"]


def test_without_a_database_nothing_is_sent(server, engine, ehr):
    sendings.drop(engine)
    with pytest.raises(StoreDown):
        send(server, SendingStore(engine, (KEY,)), PARCEL, NOW)
    assert ehr.asked == []


def test_what_was_sent_is_known_when_the_key_of_its_ids_is_gone(server, store, engine):
    send(server, store, PARCEL, NOW)
    later = SendingStore(engine, (OTHER_KEY,)).sent("key")
    assert (later.request_id, later.is_noted) == ("", False)


def test_no_patient_and_no_id_stands_in_the_database(server, store, engine):
    send(server, store, PARCEL, NOW)
    with engine.begin() as db:
        (row,) = db.execute(sendings.select()).all()
    assert "ServiceRequest" not in repr(tuple(row))
