"""Hands a reviewed referral to the EHR of a launch, and records that it went."""

import logging

from flask import current_app

from cds.outcomes.reading import store as outcome_store
from cds.outcomes.store import NewOutcome
from cds.outcomes.store import StoreDown as OutcomesDown
from cds.reading import server_of
from cds.referrals.as_fhir import Referral, service_request, task
from cds.referrals.drafting import identifier
from cds.referrals.sending import Parcel, send
from cds.referrals.store import SendingStore, Sent, StoreDown
from chart.fhir import SignInEnded
from launch.parts import parts
from launch.session import LaunchSession, renewed_session
from rules.policy import Policy

log = logging.getLogger(__name__)


def sending_store() -> SendingStore:
    found: SendingStore = current_app.extensions["sendings"]
    return found


def post(session: LaunchSession, referral: Referral, key: str, policy: Policy) -> Sent:
    """With a new token, once, where the EHR no longer takes the one at hand. Raises as `sending.send`."""
    known_as = identifier(key)
    parcel = Parcel(
        key=key,
        patient=referral.patient.id,
        request=service_request(referral, known_as),
        known_as=known_as,
        follow=(lambda id, named: task(referral, id, named, policy)) if session.can_create("Task") else None,
    )
    try:
        return send(server_of(session), sending_store(), parcel, parts().clock())
    except SignInEnded:
        return send(server_of(renewed_session(session)), sending_store(), parcel, parts().clock())


def note_sent(session: LaunchSession, key: str, done: Sent, new: NewOutcome) -> None:
    """Once. Where the database is away, the EHR's own order still shows it in the list."""
    if done.is_noted:
        return
    try:
        outcome_store().add(session.issuer, session.patient_id, new, parts().clock())
        sending_store().note(key)
    except (OutcomesDown, StoreDown) as problem:
        log.error("referral sent but not recorded: %s", problem)
