"""The chain of audit records: whole under concurrency, and broken by whatever is done to it (D11)."""

import multiprocessing
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from audit.trail import AuditDown, read_head
from audit.verify import Broken, heads_in
from tests.audit.chains import as_owner, checked, trail_at, viewed


@pytest.fixture
def six(trail):
    trail.append([viewed(f"p{n}") for n in range(1, 7)])
    return trail


def test_an_empty_trail_is_whole(trail):
    assert (checked(trail).count, checked(trail).seq) == (0, 0)


def test_records_are_numbered_without_holes(six):
    six.append([viewed("p7")])
    whole = checked(six)
    assert (whole.count, whole.seq, whole.sealed) == (7, 7, 0)


TAMPERED = {
    "changed body": (["UPDATE audit_event SET body = replace(body, 'p3', 'p9') WHERE seq = 3"], "Record 3 was changed"),
    "changed patient": (["UPDATE audit_event SET patient = 'x' WHERE seq = 3"], "Record 3 was changed"),
    "changed time": (["UPDATE audit_event SET at = at + 1 WHERE seq = 3"], "Record 3 was changed"),
    "changed act": (["UPDATE audit_event SET act = 'printed' WHERE seq = 3"], "Record 3 was changed"),
    "changed link": (["UPDATE audit_event SET link = repeat WHERE seq = 3"], "Record 3 was changed"),
    "strange key": (["UPDATE audit_event SET key_id = 'other' WHERE seq = 3"], "Record 3 was made with a key"),
    "removed from the middle": (["DELETE FROM audit_event WHERE seq IN (3, 4)"], "Records 3 to 4 are missing."),
    "removed from the beginning": (["DELETE FROM audit_event WHERE seq = 1"], "Record 1 is missing."),
    "removed and the rest moved up": (
        [
            "DELETE FROM audit_event WHERE seq = 3",
            "UPDATE audit_event SET seq = 3 WHERE seq = 4",
            "UPDATE audit_event SET seq = 4 WHERE seq = 5",
            "UPDATE audit_event SET seq = 5 WHERE seq = 6",
            "UPDATE audit_head SET seq = 5",
        ],
        "Record 3 was changed, put in or moved",
    ),
    "put in": (
        ["INSERT INTO audit_event SELECT 7, at, act, patient, body, key_id, link FROM audit_event WHERE seq = 6"],
        "Record 7 was changed, put in or moved",
    ),
    "put in with the head moved": (
        [
            "INSERT INTO audit_event SELECT 7, at, act, patient, body, key_id, link FROM audit_event WHERE seq = 6",
            "UPDATE audit_head SET seq = 7",
        ],
        "Record 7 was changed, put in or moved",
    ),
    "two swapped": (
        [
            "UPDATE audit_event SET seq = 99 WHERE seq = 3",
            "UPDATE audit_event SET seq = 3 WHERE seq = 4",
            "UPDATE audit_event SET seq = 4 WHERE seq = 99",
        ],
        "Record 3 was changed, put in or moved",
    ),
    "cut off the end": (["DELETE FROM audit_event WHERE seq >= 5"], "Records 5 to 6 are missing from the end."),
    "all removed": (["DELETE FROM audit_event"], "Records 1 to 6 are missing from the end."),
    "head removed": (["DELETE FROM audit_head"], "The head of the chain is missing."),
    "head put back": (["UPDATE audit_head SET seq = 4"], "The head of the chain says record 4"),
    "a seal made up": (
        [
            "INSERT INTO audit_seal SELECT 3, link, at, key_id, link FROM audit_event WHERE seq = 3",
            "DELETE FROM audit_event WHERE seq <= 3",
        ],
        "The seal of the records up to 3 was changed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED)
def test_the_first_record_that_was_tampered_with_is_named(six, case):
    statements, said = TAMPERED[case]
    as_owner(six, *(s.replace("repeat", f"'{'a' * 64}'") for s in statements))
    with pytest.raises(Broken) as broken:
        checked(six)
    assert said in str(broken.value)


def test_a_cut_end_with_the_head_put_back_shows_against_a_head_kept_elsewhere(six, caplog):
    """Somebody with the whole database can put it back to an earlier state: only what is kept elsewhere tells."""
    with six.engine.connect() as db:
        kept = heads_in([f"2026-03-02 INFO audit head seq={read_head(db)[0]} link={read_head(db)[1]}"])
        link4 = db.execute(text("SELECT link FROM audit_event WHERE seq = 4")).scalar()
    assert checked(six, kept).heads == 1
    as_owner(six, "DELETE FROM audit_event WHERE seq > 4", f"UPDATE audit_head SET seq = 4, link = '{link4}'")
    assert checked(six).seq == 4  # by itself the chain looks whole
    with pytest.raises(Broken, match="Records 5 to 6 are missing from the end: the log has a later head"):
        checked(six, kept)


def test_other_records_in_place_of_those_whose_link_was_logged(six):
    with pytest.raises(Broken, match="Record 6 is not the one whose link was logged"):
        checked(six, {6: "b" * 64})


def test_the_head_is_told_to_the_log(six, caplog):
    caplog.set_level("INFO", "audit.trail")
    six._told = (0, 0.0)
    six.append([viewed()])
    six.append([viewed()])  # neither a hundred records nor ten minutes later
    assert list(heads_in(caplog.messages)) == [7]
    six.append([viewed()] * 92)
    assert list(heads_in(caplog.messages)) == [7, 100]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET act = 'x'",
        "DELETE FROM audit_event",
        "UPDATE audit_head SET seq = 1",
        "DELETE FROM audit_head",
    ],
)
def test_the_database_refuses_to_change_or_remove_records(six, statement):
    with pytest.raises(DBAPIError, match="append-only"), six.engine.begin() as db:
        db.execute(text(statement))
    assert checked(six).count == 6


def test_postgresql_refuses_to_empty_the_table(six):
    if six.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"), six.engine.begin() as db:
        db.execute(text("TRUNCATE audit_event"))


def test_another_key_goes_on_with_the_chain_and_needs_the_old_one_to_check_it(trail, database):
    trail.append([viewed()])
    new = "another key for the audit trail, also of 32 characters"
    later = trail_at(database, new, "a key for the audit trail of more than 32 characters")
    later.append([viewed()])
    assert checked(later).count == 2
    alone = trail_at(database, new)
    with pytest.raises(Broken, match="Record 1 was made with a key that is not in PREVISIT_AUDIT_KEYS"):
        checked(alone)
    later.engine.dispose()
    alone.engine.dispose()


def _write(url, count):
    trail = trail_at(url)
    for n in range(count):
        trail.append([viewed(f"p{n}"), viewed(f"q{n}")])
    trail.engine.dispose()


def test_two_processes_write_one_chain(trail, database):
    """Two workers at once, each with threads, as gunicorn runs them."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(database, 25)) for _ in range(2)]
    threads = [threading.Thread(target=_write, args=(database, 10)) for _ in range(3)]
    for one in (*workers, *threads):
        one.start()
    for one in (*workers, *threads):
        one.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    assert checked(trail).count == 2 * (2 * 25 + 3 * 10)


def test_a_chain_is_checked_while_others_write(trail, database):
    writer = threading.Thread(target=_write, args=(database, 60))
    writer.start()
    seen = [checked(trail).count]
    while writer.is_alive():
        seen.append(checked(trail).count)
    writer.join()
    assert seen == sorted(seen)
    assert checked(trail).count == 120


def test_a_writer_that_dies_midway_leaves_the_chain_whole(six):
    class Killed(Exception):
        pass

    def dies(db):
        six.append_within(db, [viewed("lost")])
        raise Killed

    db = six.engine.connect()
    with pytest.raises(Killed), db.begin():
        dies(db)
    db.close()
    six.append([viewed("p7")])
    assert checked(six).count == 7


def test_without_its_head_nothing_is_written(six):
    as_owner(six, "DELETE FROM audit_head")
    with pytest.raises(AuditDown, match="head of the chain is missing"):
        six.append([viewed()])


def test_a_record_of_another_history_is_no_part_of_this_one(six):
    """A database put back to a backup and written on has two histories, both made with the key: they do not mix."""
    with six.engine.connect() as db:
        link3 = db.execute(text("SELECT link FROM audit_event WHERE seq = 3")).scalar()
    as_owner(
        six,
        "CREATE TABLE other_history AS SELECT * FROM audit_event WHERE seq = 5",
        "DELETE FROM audit_event WHERE seq > 3",
        f"UPDATE audit_head SET seq = 3, link = '{link3}'",
    )
    six.append([viewed(f"q{n}") for n in range(3)])
    assert checked(six).count == 6
    as_owner(
        six, "DELETE FROM audit_event WHERE seq = 5", "INSERT INTO audit_event SELECT * FROM other_history"
    )
    with pytest.raises(Broken, match="Record 5 was changed, put in or moved"):
        checked(six)
