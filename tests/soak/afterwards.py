"""What must hold when all is over: every confirmed write is there, nobody's is another's, no token got in twice."""

import json
from collections import Counter

from sqlalchemy import select

from audit.codes import REQUEST_ID
from cds.outcomes.store import OutcomeStore
from storage.engine import open_engine
from storage.tables.audit import events
from storage.tables.hooks import feedback
from tests.served import KEY, SECRET


def check_afterwards(clinic, ledger):
    """Adds what fails to the ledger; returns what was counted, for the report."""
    engine = open_engine(clinic.database)
    try:
        return {
            "answers": _answers(clinic, ledger, OutcomeStore(engine, [SECRET], [KEY])),
            "feedback": _feedback(ledger, engine),
            "tokens": _tokens(ledger),
            "log": _log(clinic, ledger),
            "database": _command(clinic, ledger, "db", "check"),
            "audit": _audit(clinic, ledger, engine),
        }
    finally:
        engine.dispose()


def _answers(clinic, ledger, store):
    kept, confirmed = {}, 0
    for person in clinic.practice.people:
        notes = Counter(outcome.note for outcome in store.of(clinic.ehr.iss, person.id))
        confirmed += len(ledger.confirmed[person.id])
        if lost := set(ledger.confirmed[person.id]) - set(notes):
            ledger.fail(f"{len(lost)} confirmed answers of {person.id} are lost: {sorted(lost)[:3]}")
        for note, count in notes.items():
            if count > 1 or ledger.sent.get(note) != person.id:
                ledger.fail(f"{note} is there {count} times, for {person.id}")
        kept |= notes
    return f"{confirmed} confirmed, all of {len(kept)} kept were sent ({len(ledger.sent)})"


def _feedback(ledger, engine):
    with engine.connect() as db:
        rows = db.execute(select(feedback.c.card, feedback.c.outcome)).all()
    kept = Counter(map(tuple, rows))
    if lost := ledger.feedback - set(kept):
        ledger.fail(f"{len(lost)} confirmed items of feedback are lost")
    if twice := [item for item, count in kept.items() if count > 1]:
        ledger.fail(f"{len(twice)} items of feedback are there twice")
    return f"{len(ledger.feedback)} confirmed, {len(kept)} kept"


def _tokens(ledger):
    if twice := sum(count > 1 for count in ledger.accepted.values()):
        ledger.fail(f"{twice} tokens got in more than once")
    return f"{len(ledger.accepted)} got in, none twice" if not twice else f"{twice} got in twice"


def _log(clinic, ledger):
    """No patient in it, no fault that nobody foresaw, and JSON in every line."""
    said = clinic.served.said()
    if named := clinic.practice.others_in(said, _NOBODY):
        ledger.fail(f"the log names patients: {named[:3]}")
    lines = [line for line in said.splitlines() if line.startswith("{")]
    messages = [str(json.loads(line).get("message", "")) for line in lines]
    foreseen = [m for m in messages if "unforeseen" not in m and "page stopped" not in m]
    for message in sorted({m.partition(" reference")[0] for m in messages if m not in foreseen}):
        if "unforeseen" in message:
            ledger.fail(f"log: {message}")
    if "Traceback" in said:
        ledger.fail(f"log: {said[said.index('Traceback') :][:600]}")
    return f"{len(lines)} lines"


class _Nobody:
    words = ()


_NOBODY = _Nobody()


def _audit(clinic, ledger, engine):
    """The chain is whole, and every answer that was given is in it, with its patient and no other."""
    _command(clinic, ledger, "audit", "verify")
    found = {}
    with engine.connect() as db:
        for patient, body in db.execute(select(events.c.patient, events.c.body)):
            found.setdefault(_number(json.loads(body)), set()).add(patient)
    missing = set(ledger.shown) - set(found)
    for number, patient in ledger.shown.items():
        about = found.get(number)
        if about is None:
            ledger.fail(f"the audit trail has no record of request {number}, about {patient or 'nobody'}")
        elif patient and about - {""} != {f"{clinic.ehr.iss}/Patient/{patient}"}:
            ledger.fail(f"the audit trail has request {number} about {sorted(about)}, not about {patient}")
    return f"{len(found)} requests, among them {len(ledger.shown) - len(missing)} of {len(ledger.shown)} answers given"


def _number(event):
    """Of the request, as its answer told it."""
    named = [e["what"]["identifier"]["value"] for e in event["entity"] if e.get("type") == REQUEST_ID]
    return named[0] if named else ""


def _command(clinic, ledger, *command):
    status, said = clinic.run(*command)
    if status:
        ledger.fail(f"previsit {' '.join(command)}: {said.strip()[-300:]}")
    return said.strip().splitlines()[-1] if said.strip() else f"status {status}"
