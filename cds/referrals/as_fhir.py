"""A reviewed draft as FHIR R4: the ServiceRequest, and the Task that follows it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chart.records import Patient
from chart.terms import Code
from chart.writing import Identifier
from launch.identity import User
from rules.labels import SHORT_NOTICE, of_the_ehr
from rules.policy import Policy
from rules.referrals.draft import ReferralDraft

Json = dict[str, Any]

_FULFILL = {"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}


@dataclass(frozen=True)
class Referral:
    """One draft for one patient, as one clinician saw it."""

    draft: ReferralDraft
    patient: Patient
    user: User
    encounter_id: str | None
    on: date
    note: str = ""


def service_request(referral: Referral, known_as: Identifier) -> Json:
    """A draft order, to be signed in the EHR. It holds nothing of what was withheld: the draft has none of it."""
    draft = referral.draft
    found = {
        "resourceType": "ServiceRequest",
        "meta": {"security": [_coding(system, code) for system, code in sorted(of_the_ehr(draft.labels))]},
        "identifier": [known_as.as_json()],
        "status": "draft",
        "intent": "order",
        "category": [_concept(draft.category)],
        "priority": draft.priority,
        "code": _concept(draft.code),
        "subject": {"reference": referral.patient.id},
        "encounter": _reference(f"Encounter/{referral.encounter_id}" if referral.encounter_id else ""),
        "authoredOn": referral.on.isoformat(),
        "requester": _requester(referral.user),
        "performer": [_performer(draft)] if draft.performer else [],
        "reasonReference": [{"reference": id} for id in draft.reason_ids],
        "reasonCode": [{"text": draft.neutral_reason}] if draft.neutral_reason else [],
        "note": [{"text": text} for text in _notes(referral)],
    }
    return _without_nothing(found)


def task(referral: Referral, service_request_id: str, known_as: Identifier, policy: Policy) -> Json:
    """What somebody does until the referral is answered (the pattern of SDOH Clinical Care's referral tasks)."""
    draft = referral.draft
    wait = policy.referral_urgent_days if draft.priority == "urgent" else policy.referral_routine_days
    until = referral.on + timedelta(days=wait)
    found = {
        "resourceType": "Task",
        "meta": {"security": [_coding(system, code) for system, code in sorted(of_the_ehr(draft.labels))]},
        "identifier": [known_as.as_json()],
        "status": "requested",
        "intent": "order",
        "priority": draft.priority,
        "code": {"coding": [_FULFILL]},
        "focus": {"reference": service_request_id},
        "for": {"reference": referral.patient.id},
        "authoredOn": referral.on.isoformat(),
        "requester": _requester(referral.user),
        "owner": _performer(draft) if draft.performer else {},
        "restriction": {"period": {"end": until.isoformat()}},
    }
    return _without_nothing(found)


def _notes(referral: Referral) -> list[str]:
    notice = SHORT_NOTICE if referral.draft.needs_notice else ""
    return [text for text in (notice, referral.note) if text]


def _performer(draft: ReferralDraft) -> Json:
    """By the EHR's own record where the directory knows it; a name alone is a valid reference too."""
    return _reference(draft.performer_reference) | {"display": draft.performer}


def _requester(user: User) -> Json:
    return {"reference": user.fhir_user} | ({"display": user.name} if user.name else {})


def _reference(to: str) -> Json:
    return {"reference": to} if to else {}


def _concept(code: Code) -> Json:
    return {"coding": [_coding(code.system, code.code) | {"display": code.display}], "text": code.display}


def _coding(system: str, code: str) -> Json:
    """Labels go without their display: those of some codes are no words of ours."""
    return {"system": system, "code": code}


def _without_nothing(found: Json) -> Json:
    """FHIR knows no empty objects, lists or texts."""
    kept = {name: _without_nothing(part) if isinstance(part, dict) else part for name, part in found.items()}
    return {name: part for name, part in kept.items() if part not in ({}, [], "", None)}
