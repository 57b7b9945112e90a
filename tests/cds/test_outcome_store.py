"""Recorded answers are kept sealed, for one patient alone; and what a form may ask to be recorded."""

import re
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest

from cds.outcomes.asked import read_form
from cds.outcomes.choices import choices
from cds.outcomes.store import UNREADABLE, StoreDown
from chart.outcomes import OutcomeKind
from launch.problems import LaunchProblem
from rules.catalogue import RULES
from rules.outcome_kinds import kinds_for
from rules.policy import Policy
from rules.rule import Assessment, Guidance, Priority, Status
from storage.tables.outcomes import outcomes as table
from tests.builders import AS_OF
from tests.cds.recorded import ISSUER, KEY, NOTE, OTHER_KEY, PATIENT, form, new

# The store


def test_what_was_recorded_comes_back_as_it_was(opened):
    kept = opened()
    kept.add(ISSUER, PATIENT, new(until=AS_OF + timedelta(days=9), value="Harbor Counseling"), 1.0)
    (found,) = kept.of(ISSUER, PATIENT)
    assert (found.rule_id, found.kind, found.on) == ("PV-02", OutcomeKind.DECLINED, AS_OF)
    assert (found.until, found.by) == (AS_OF + timedelta(days=9), "Practitioner/pr-1")
    assert (found.note, found.value, found.doubts) == (NOTE, "Harbor Counseling", ())


def test_it_survives_a_restart(opened, database):
    before = opened(database)
    before.add(ISSUER, PATIENT, new(), 1.0)
    before.close()
    assert [o.note for o in opened(database).of(ISSUER, PATIENT)] == [NOTE]


def test_a_correction_is_a_new_row_and_the_old_one_stays_as_it_was(opened, database):
    kept = opened(database)
    kept.add(ISSUER, PATIENT, new(), 1.0)
    (before,) = rows(kept)
    kept.add(ISSUER, PATIENT, new(kind=OutcomeKind.WITHDRAWN), 2.0)
    assert rows(kept)[0] == before
    kinds = [o.kind for o in kept.of(ISSUER, PATIENT)]
    assert kinds == [OutcomeKind.DECLINED, OutcomeKind.WITHDRAWN]
    assert not [name for name in dir(kept) if re.match("(update|delete|remove|change|set)", name)]


def rows(kept):
    with kept.engine.connect() as db:
        return [tuple(row) for row in db.execute(table.select().order_by(table.c.serial))]


@pytest.mark.parametrize(
    ("issuer", "patient"),
    [(ISSUER, "pat-2"), ("https://other.example.org/fhir", PATIENT), (ISSUER[:-1], f"r{PATIENT}"), ("", "")],
)
def test_no_other_patient_and_no_other_issuers_patient_of_that_id_sees_it(opened, database, issuer, patient):
    kept = opened(database)
    kept.add(ISSUER, PATIENT, new(), 1.0)
    assert kept.of(issuer, patient) == ()
    assert len(kept.of(ISSUER, PATIENT)) == 1


def test_neither_note_nor_patient_is_readable_in_the_database_file(opened, file):
    kept = opened(f"sqlite:///{file}")
    kept.add(ISSUER, PATIENT, new(value="Harbor Counseling"), 1.0)
    kept.close()
    raw = b"".join(path.read_bytes() for path in file.parent.glob("previsit.sqlite3*"))
    assert b"declined" in raw
    for secret in (b"NOTEMARKER", b"Harbor", PATIENT.encode(), b"SECRETMARKER"):
        assert secret not in raw


def test_keys_rotate_and_a_retired_key_costs_the_words_and_never_the_answer(opened, database):
    opened(database).add(ISSUER, PATIENT, new(), 1.0)
    (rotated,) = opened(database, keys=(OTHER_KEY, KEY)).of(ISSUER, PATIENT)
    assert rotated.note == NOTE
    (retired,) = opened(database, keys=(OTHER_KEY,)).of(ISSUER, PATIENT)
    assert (retired.kind, retired.note, retired.doubts) == (OutcomeKind.DECLINED, "", (UNREADABLE,))


def test_a_kind_of_a_later_version_lets_nothing_rest(opened, file):
    kept = opened(f"sqlite:///{file}")
    kept.add(ISSUER, PATIENT, new(), 1.0)
    with kept.engine.begin() as db:
        db.execute(table.update().values(kind="something later"))
    assert [o.kind for o in kept.of(ISSUER, PATIENT)] == [OutcomeKind.WITHDRAWN]


@pytest.mark.parametrize("kind", ["in memory", "kept"])
def test_several_threads_lose_nothing(opened, database, kind):
    kept = opened("sqlite://" if kind == "in memory" else database)
    threads = [threading.Thread(target=kept.add, args=(ISSUER, PATIENT, new(), float(n))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept.of(ISSUER, PATIENT)) == 12


def test_a_database_that_cannot_be_asked_says_so(opened, database):
    kept = opened(database)
    table.drop(kept.engine)
    with pytest.raises(StoreDown):
        kept.add(ISSUER, PATIENT, new(), 1.0)
    with pytest.raises(StoreDown):
        kept.of(ISSUER, PATIENT)


# The form's fields


def read(**changes):
    return read_form(form(**changes), AS_OF, "Practitioner/pr-1", Policy())


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        ({}, None),
        ({"until": " "}, None),
        ({"kind": "snoozed/30"}, AS_OF + timedelta(days=30)),
        ({"kind": "snoozed/90"}, AS_OF + timedelta(days=90)),
        ({"until": "2026-03-03"}, date(2026, 3, 3)),
        ({"until": "2027-03-02"}, date(2027, 3, 2)),
    ],
)
def test_the_day_to_ask_again(sent, until):
    assert read(**sent).until == until


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rule_id": "PV-99"}, "which item"),
        ({"rule_id": ""}, "which item"),
        ({"kind": ""}, "cannot be recorded for this item"),
        ({"kind": "has at home"}, "cannot be recorded for this item"),
        ({"kind": "DECLINED"}, "cannot be recorded for this item"),
        ({"rule_id": "CX-02", "kind": "snoozed/30"}, "cannot be recorded for this item"),
        ({"rule_id": "POP-03"}, "cannot be recorded for this item"),
        ({"until": "2026-03-02"}, "within 365 days"),
        ({"until": "2027-03-03"}, "within 365 days"),
        ({"kind": "snoozed/0"}, "within 365 days"),
        ({"kind": "snoozed/999999999999"}, "could not be read"),
        ({"until": "soon"}, "could not be read"),
        ({"note": "x" * 501}, "longer than 500"),
        ({"value": "x" * 201}, "longer than 200"),
        ({"rule_id": "CX-10", "kind": "tier override", "value": "E", "note": "n"}, "levels of support"),
        ({"rule_id": "CX-10", "kind": "tier override", "value": "B", "note": " "}, "Say why"),
    ],
)
def test_what_cannot_be_recorded_is_said_in_a_sentence(sent, said):
    with pytest.raises(LaunchProblem) as stopped:
        read(**sent)
    assert said in stopped.value.problem.happened
    assert stopped.value.problem.status == 400


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
@pytest.mark.parametrize("priority", Priority)
def test_every_button_that_is_offered_can_be_recorded(rule, priority):
    made = new(rule.id)
    guidance = Guidance(Status.INDICATED, (), priority=priority, outcome=made)
    offered = choices(Assessment(rule, guidance))
    assert bool(offered) is bool(kinds_for(rule))
    for choice in offered:
        sent = form(rule_id=rule.id, kind=choice.value, value="B", note="n")
        assert choice.value.startswith(read_form(sent, AS_OF, "", Policy()).kind.value)
    without = choices(Assessment(rule, replace(guidance, outcome=None)))
    assert [c.value for c in offered if c.value != "withdrawn"] == [c.value for c in without]
