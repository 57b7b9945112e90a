"""The clinic's day: who is booked today and tomorrow, as FHIR Appointments say it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sandbox.people import name_of
from sandbox.references import Resource, at_path, local_target, patients_of
from sandbox.state import Ehr

_NOT_COMING = ("cancelled", "noshow", "entered-in-error")
STATUSES = {"checked-in": "Here", "arrived": "Here", "fulfilled": "Done", "proposed": "Asked for"}


@dataclass(frozen=True, slots=True)
class Slot:
    appointment: str
    day: str  # 2026-03-02
    time: str  # as the clinic's clock shows it
    patient: str
    name: str
    reason: str
    doctor: str
    status: str  # in words; empty for what is merely booked


def schedule(ehr: Ehr) -> tuple[tuple[str, list[Slot]], ...]:
    """(day in words, its slots by time) for today and tomorrow."""
    # The records count from the day of the machine's own calendar, as the demo is started with it.
    today = datetime.fromtimestamp(ehr.clock()).astimezone().date()
    return ("Today", _slots(ehr, today)), ("Tomorrow", _slots(ehr, today + timedelta(days=1)))


def slots_of(ehr: Ehr, patient: str) -> list[Slot]:
    return sorted(
        (_slot(ehr, found, patient) for found in ehr.store.all("Appointment", patient)),
        key=lambda s: (s.day, s.time),
    )


def _slots(ehr: Ehr, day: date) -> list[Slot]:
    found = []
    for appointment in ehr.store.all("Appointment"):
        is_on = str(appointment.get("start", ""))[:10] == day.isoformat()
        if is_on and appointment.get("status") not in _NOT_COMING:
            found += [_slot(ehr, appointment, patient) for patient in sorted(patients_of(appointment))]
    return sorted(found, key=lambda slot: (slot.time, slot.name))


def _slot(ehr: Ehr, appointment: Resource, patient: str) -> Slot:
    status, start = str(appointment.get("status", "")), str(appointment.get("start", ""))
    return Slot(
        appointment["id"],
        start[:10],
        start[11:16],
        patient,
        name_of(ehr, patient),
        str(appointment.get("description") or next(at_path(appointment, "appointmentType.text"), "")),
        _doctor(appointment),
        STATUSES.get(status, ""),
    )


def _doctor(appointment: Resource) -> str:
    actors = list(at_path(appointment, "participant.actor"))
    named = (a.get("display") for a in actors if (local_target(a) or "").startswith("Practitioner/"))
    return next((name for name in named if isinstance(name, str)), "")
