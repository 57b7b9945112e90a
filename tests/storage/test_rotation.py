"""New keys lose nothing: every value is sealed anew, every stand-in made anew, and what cannot be is counted."""

import json

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, update

from app import main
from cds.outcomes.store import OutcomeStore
from launch.store import Store
from storage.rotation import (
    SET_ASIDE,
    KeyMissing,
    check_stand_ins,
    out_of_reach,
    rekey,
    reseal,
    sealed_columns,
)
from storage.stand_ins import StandIns
from storage.tables import metadata
from storage.tables.outcomes import outcomes
from tests.cds.recorded import ISSUER, KEY, NOTE, OTHER_KEY, PATIENT, SECRET, new

LATER, LOST = "a later patient key of more than 32 chars", Fernet.generate_key().decode()


def store(engine, patient_keys=(SECRET,), token_keys=(KEY,)):
    return OutcomeStore(engine, patient_keys, token_keys)


def notes(engine, *keys, token_keys=(KEY,)):
    return [o.note for o in store(engine, keys, token_keys).of(ISSUER, PATIENT)]


# Patient keys


def test_a_new_secret_key_costs_no_answer_while_the_patient_key_stays(engine):
    """PREVISIT_PATIENT_KEYS set to what was PREVISIT_SECRET_KEY: sessions and forms change, answers stay."""
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    assert notes(engine, SECRET) == [NOTE]
    assert notes(engine, LATER) == []


def test_answers_of_an_earlier_patient_key_are_found_beside_those_of_the_new_one(engine):
    store(engine).add(ISSUER, PATIENT, new(note="first"), 1.0)
    store(engine, (LATER, SECRET)).add(ISSUER, PATIENT, new(note="second"), 2.0)
    assert notes(engine, LATER, SECRET) == ["first", "second"]
    assert notes(engine, LATER) == ["second"]


def test_after_rekeying_the_earlier_key_can_go(engine):
    for _ in range(3):
        store(engine).add(ISSUER, PATIENT, new(), 1.0)
    store(engine).add(ISSUER, "other patient", new(), 1.0)
    count = rekey(engine, (KEY,), StandIns([LATER, SECRET]))["cds_outcome"]
    assert (count.renewed, count.newest, count.unreadable) == (4, 0, 0)
    assert notes(engine, LATER) == [NOTE] * 3
    assert len(store(engine, (LATER,)).of(ISSUER, "other patient")) == 1
    assert notes(engine, SECRET) == []
    again = rekey(engine, (KEY,), StandIns([LATER]))["cds_outcome"]
    assert (again.renewed, again.newest, again.unreadable) == (0, 4, 0)


def test_an_earlier_patient_key_that_is_lost_can_still_be_replaced(engine):
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    assert rekey(engine, (KEY,), StandIns([LATER]))["cds_outcome"].renewed == 1
    assert notes(engine, LATER) == [NOTE]


def test_the_start_stops_where_answers_would_be_missing(engine):
    check_stand_ins(engine, (SECRET,))
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    check_stand_ins(engine, (SECRET,))
    check_stand_ins(engine, (LATER, SECRET))
    with pytest.raises(KeyMissing, match=r"settings: 1\. .* PREVISIT_PATIENT_KEYS=NEW,EARLIER"):
        check_stand_ins(engine, (LATER,))
    assert out_of_reach(engine, StandIns([LATER])) == {"cds_outcome": 1}


def test_rows_from_before_keys_were_named_stop_nobody_and_stay_as_they_are(engine):
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    with engine.begin() as db:
        db.execute(update(outcomes).values(key_id=None, whose=None))
    check_stand_ins(engine, (LATER,))
    count = rekey(engine, (KEY,), StandIns([LATER, SECRET]))["cds_outcome"]
    assert (count.renewed, count.unreadable) == (0, 1)
    assert notes(engine, LATER, SECRET) == [NOTE]


# Token keys


def test_every_column_of_bytes_is_sealed_anew(engine):
    found = {(table.name, column.name) for table, column in sealed_columns()}
    assert {
        ("launch_session", "sealed"),
        ("launch_pending", "sealed"),
        ("cds_outcome", "sealed"),
        ("cds_outcome", "whose"),
    } <= found
    assert all(isinstance(metadata.tables[t].c[c].type, LargeBinary) for t, c in found)


def test_after_sealing_anew_the_earlier_token_key_can_go(engine):
    launches = Store(engine, [KEY])
    launches.add_session("handle", launches.new_browser(0), ISSUER, 0, {"access_token": "t"})
    launches.add_pending("state", "family", 10, {"verifier": "v"})
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    counts = reseal(engine, (OTHER_KEY, KEY))
    assert {name: count.renewed for name, count in counts.items() if count.renewed} == {
        "launch_session": 1,
        "launch_pending": 1,
        "cds_outcome": 2,
    }
    assert Store(engine, [OTHER_KEY]).session("handle").details == {"access_token": "t"}
    assert Store(engine, [OTHER_KEY]).take_pending("state", 0) == {"verifier": "v"}
    assert notes(engine, SECRET, token_keys=(OTHER_KEY,)) == [NOTE]
    again = reseal(engine, (OTHER_KEY,))["cds_outcome"]
    assert (again.renewed, again.newest, again.unreadable) == (0, 2, 0)


def test_what_a_lost_key_sealed_is_counted_and_left_as_it_is(engine):
    store(engine, token_keys=(LOST,)).add(ISSUER, PATIENT, new(note="sealed away"), 1.0)
    store(engine).add(ISSUER, PATIENT, new(), 2.0)
    count = reseal(engine, (OTHER_KEY, KEY))["cds_outcome"]
    assert (count.renewed, count.unreadable) == (2, 2)
    assert notes(engine, SECRET, token_keys=(OTHER_KEY, LOST)) == ["sealed away", NOTE]


def test_more_rows_than_one_batch(engine, monkeypatch):
    monkeypatch.setattr("storage.rotation._BATCH", 3)
    kept = store(engine)
    for n in range(8):
        kept.add(ISSUER, PATIENT, new(note=str(n)), float(n))
    assert reseal(engine, (OTHER_KEY, KEY))["cds_outcome"].renewed == 16
    assert rekey(engine, (OTHER_KEY,), StandIns([LATER]))["cds_outcome"].renewed == 8
    assert notes(engine, LATER, token_keys=(OTHER_KEY,)) == [str(n) for n in range(8)]


# The command


@pytest.fixture
def rotate(database, engine, monkeypatch, capsys):
    """Runs `previsit db rotate-keys` with these keys: (status, what was said)."""
    monkeypatch.setenv("PREVISIT_DATABASE_URL", database)
    monkeypatch.setenv("PREVISIT_SECRET_KEY", SECRET)

    def run(*arguments, token_keys, patient_keys=""):
        monkeypatch.setenv("PREVISIT_TOKEN_KEYS", token_keys)
        monkeypatch.setenv("PREVISIT_PATIENT_KEYS", patient_keys)
        status = main(["db", "rotate-keys", *arguments])
        return status, capsys.readouterr().out

    return run


def test_the_command_renews_both_kinds(rotate, engine):
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    status, said = rotate(token_keys=f"{OTHER_KEY},{KEY}", patient_keys=f"{LATER},{SECRET}")
    assert status == 0
    lines = [line.split() for line in said.splitlines() if "cds_outcome" in line]
    assert lines == [["cds_outcome", "2", "0", "0"], ["cds_outcome", "1", "0", "0"]]
    assert notes(engine, LATER, token_keys=(OTHER_KEY,)) == [NOTE]
    for secret in (KEY, OTHER_KEY, LATER, SECRET, PATIENT, NOTE):
        assert secret not in said


def test_the_command_says_what_it_could_not_open(rotate, engine):
    store(engine, token_keys=(LOST,)).add(ISSUER, PATIENT, new(), 1.0)
    status, said = rotate(token_keys=KEY)
    assert status == 1
    assert "Add the earlier key to the setting and run this again." in said


def test_what_is_lost_for_good_is_set_aside_and_kept(rotate, engine):
    store(engine, (LATER,), (LOST,)).add(ISSUER, PATIENT, new(), 1.0)
    status, said = rotate("--set-aside", token_keys=KEY)
    assert status == 1
    assert "Set aside: 1." in said
    check_stand_ins(engine, (SECRET,))
    with engine.connect() as db:
        assert db.execute(select(outcomes.c.key_id)).scalars().all() == [SET_ASIDE]
    # The keys are found after all:
    assert rekey(engine, (LOST,), StandIns([SECRET]))["cds_outcome"].renewed == 1
    assert notes(engine, SECRET, token_keys=(LOST,)) == [NOTE]


def test_a_stand_in_names_nobody(engine):
    store(engine).add(ISSUER, PATIENT, new(), 1.0)
    with engine.connect() as db:
        row = db.execute(select(outcomes)).one()
    for value in row:
        assert PATIENT not in str(value)
        assert ISSUER not in str(value)
    assert json.loads(Fernet(KEY).decrypt(row.whose)) == [ISSUER, PATIENT]
