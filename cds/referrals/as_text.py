"""A reviewed draft as plain text: for a fax, a portal or a letter, where the EHR takes none from the app."""

from collections.abc import Iterator

from cds.referrals.as_fhir import Referral
from chart.when import day_in_words
from rules.labels import SHORT_NOTICE
from rules.policy import Policy


def as_text(referral: Referral, policy: Policy) -> str:
    return "\n".join(_lines(referral, policy)) + "\n"


def _lines(referral: Referral, policy: Policy) -> Iterator[str]:
    draft = referral.draft
    yield draft.code.display
    yield f"Date: {day_in_words(referral.on)}"
    yield f"Priority: {draft.priority}"
    yield f"To: {_joined(draft.performer or 'the service is yet to be found', draft.contact)}"
    yield f"From: {_joined(referral.user.name or '', policy.clinic_name)}"
    yield from _patient(referral)
    yield f"Reason: {'; '.join(draft.reason_words) or draft.neutral_reason or 'as in the record'}"
    if referral.note:
        yield f"Note: {referral.note}"
    if draft.needs_notice:
        yield SHORT_NOTICE
    yield "Please tell us when it has arrived, when the visit is booked, and send us your report."


def _patient(referral: Referral) -> Iterator[str]:
    patient = referral.patient
    born = f"born {patient.birth_date}" if patient.birth_date else "birth date not recorded"
    yield f"Patient: {_joined(patient.name or 'name not recorded', born)}"
    if patient.mrn:
        yield f"MRN: {patient.mrn}"
    if patient.language:
        yield f"Language: {patient.language}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)
