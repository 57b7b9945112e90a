"""Sends one referral to the EHR, once, whatever happens between the click and the answer."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cds.referrals.store import SendingStore, Sent, StoreDown
from chart.fhir_server import FhirServer
from chart.transport import SignInEnded
from chart.writing import Identifier, NotWritten, Refusal, create, find_created

log = logging.getLogger(__name__)

Json = dict[str, Any]


@dataclass(frozen=True)
class Parcel:
    """What is to be sent. `follow` makes the Task for the id of the request; None where none may be made."""

    key: str
    patient: str  # "Patient/12"
    request: Json
    known_as: Identifier
    follow: Callable[[str, Identifier], Json] | None = None

    @property
    def task_known_as(self) -> Identifier:
        return Identifier(self.known_as.system, f"{self.known_as.value}-task")


def send(server: FhirServer, store: SendingStore, parcel: Parcel, now: float) -> Sent:
    """Raises NotWritten, SignInEnded, BeingSent and StoreDown; after each of them it can be tried again."""
    if done := store.sent(parcel.key):
        return done
    is_first = store.begin(parcel.key, now)
    try:
        request_id = _request(server, parcel, is_first)
    except NotWritten as problem:
        _give_up(store, parcel.key, is_first and problem.refusal is not Refusal.UNKNOWN)
        raise
    except SignInEnded:
        _give_up(store, parcel.key, is_first)
        raise
    task_id = _task(server, parcel, request_id, is_first)
    store.finish(parcel.key, request_id, task_id)
    return Sent(request_id, task_id, is_noted=False)


def _request(server: FhirServer, parcel: Parcel, is_first: bool) -> str:
    """After a try that broke off we look first: many EHRs pass over If-None-Exist."""
    if not is_first:
        there = find_created(server, "ServiceRequest", parcel.patient, parcel.known_as)
        if there is not None:
            return there
    return create(server, parcel.request, parcel.known_as).id


def _give_up(store: SendingStore, key: str, is_surely_not_there: bool) -> None:
    try:
        if is_surely_not_there:
            store.forget(key)
        else:
            store.unsettle(key)
    except StoreDown as problem:  # the next try then waits its minute, and looks first
        log.warning("referral: what became of a try was not kept: %s", problem)


def _task(server: FhirServer, parcel: Parcel, request_id: str, is_first: bool) -> str:
    """The referral stands without it, so that its failure is only told."""
    if parcel.follow is None or not request_id:
        return ""
    known_as = parcel.task_known_as
    try:
        there = None if is_first else find_created(server, "Task", parcel.patient, known_as)
        return there or create(server, parcel.follow(request_id, known_as), known_as).id
    except (NotWritten, SignInEnded) as problem:
        log.warning("referral: no task: %s", problem if isinstance(problem, NotWritten) else "sign-in ended")
        return ""
