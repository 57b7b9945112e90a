"""What is over goes, what counts stays: at, just under and just over each time."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select

from app import main
from cds.outcomes.store import OutcomeStore
from cds.screening.store import NewSitting, ScreeningStore
from config import BadSetting, database_from
from launch.store import Store
from storage.retention import Retention, purge
from storage.tables.hooks import feedback, quiet_rules, shown_rules, used_tokens
from storage.tables.launch import browsers, pendings, sessions
from storage.tables.outcomes import outcomes
from storage.tables.screening import screenings
from tests.cds.recorded import ISSUER, KEY, PATIENT, SECRET, new

NOW, DAY = 2_000_000_000.0, 86_400.0
KEPT = Retention(session_seconds=8 * 3600, idle_seconds=900, feedback_days=730, outcome_days=3650)


def count(engine, table):
    with engine.connect() as db:
        return db.execute(select(func.count()).select_from(table)).scalar_one()


def add(engine, table, **values):
    with engine.begin() as db:
        db.execute(insert(table).values(values))


def add_shown(engine, at):
    add(engine, shown_rules, card="c", issuer="i", service="s", rule="r", patient="p", shown_at=at)


def add_feedback(engine, at):
    given = {"issuer_hash": "i", "card": "c", "outcome": "accepted", "at": "t", "suggestions": 0}
    add(engine, feedback, received_at=at, has_comment=False, **given)


def add_outcome(engine, at):
    OutcomeStore(engine, [SECRET], [KEY]).add(ISSUER, PATIENT, new(), at)


def add_form(engine, at):
    new = NewSitting("mark", "peg", date(2026, 3, 2), "Practitioner/1", {}, ())
    ScreeningStore(engine, [SECRET], [KEY]).keep(ISSUER, PATIENT, new, at)


def add_pending(engine, at):
    add(engine, pendings, state_hash="s", family="f", expires_at=at, sealed=b"")


def add_session(engine, opened=NOW, seen=NOW):
    given = {"handle_hash": "h", "family": "f", "opened_by": 1, "issuer": "i", "sealed": b""}
    add(engine, sessions, opened_at=opened, seen_at=seen, **given)


@pytest.mark.parametrize(
    ("table", "make", "at", "stays"),
    [
        (used_tokens, lambda e, at: add(e, used_tokens, hash="h", expires_at=at), NOW, 1),
        (used_tokens, lambda e, at: add(e, used_tokens, hash="h", expires_at=at), NOW - 1, 0),
        (quiet_rules, lambda e, at: add(e, quiet_rules, patient="p", rule="r", until=at), NOW, 1),
        (quiet_rules, lambda e, at: add(e, quiet_rules, patient="p", rule="r", until=at), NOW - 1, 0),
        (pendings, add_pending, NOW + 1, 1),
        (pendings, add_pending, NOW, 0),
        (sessions, lambda e, at: add_session(e, seen=at), NOW - 899, 1),
        (sessions, lambda e, at: add_session(e, seen=at), NOW - 900, 0),
        (sessions, lambda e, at: add_session(e, opened=at), NOW - 8 * 3600 + 1, 1),
        (sessions, lambda e, at: add_session(e, opened=at), NOW - 8 * 3600, 0),
        (shown_rules, add_shown, NOW - 730 * DAY, 1),
        (shown_rules, add_shown, NOW - 730 * DAY - 1, 0),
        (feedback, add_feedback, NOW - 730 * DAY, 1),
        (feedback, add_feedback, NOW - 730 * DAY - 1, 0),
        (outcomes, add_outcome, NOW - 3650 * DAY, 1),
        (outcomes, add_outcome, NOW - 3650 * DAY - 1, 0),
        (screenings, add_form, NOW - 3650 * DAY, 1),
        (screenings, add_form, NOW - 3650 * DAY - 1, 0),
    ],
)
def test_the_time_that_each_kind_is_kept(engine, table, make, at, stays):
    make(engine, at)
    counts = purge(engine, KEPT, NOW)
    assert count(engine, table) == stays
    assert sum(counts.values()) == 1 - stays


def test_zero_days_keep_for_ever(engine):
    for make in (add_shown, add_feedback, add_outcome):
        make(engine, 1.0)
    purge(engine, Retention(feedback_days=0, outcome_days=0), NOW)
    assert [count(engine, table) for table in (shown_rules, feedback, outcomes)] == [1, 1, 1]


def test_a_browser_is_forgotten_with_the_last_of_its_launches(engine):
    launches = Store(engine, [KEY])
    idle, busy = launches.new_browser(NOW - 9 * 3600), launches.new_browser(NOW - 9 * 3600)
    launches.add_session("handle", busy, "iss", NOW, {})
    assert purge(engine, KEPT, NOW)["ids of browsers"] == 1
    assert (launches.browser(idle.id), launches.browser(busy.id)) == (None, busy)
    assert count(engine, browsers) == 1


def test_a_rehearsal_counts_and_keeps(engine):
    add_shown(engine, 1.0)
    assert purge(engine, KEPT, NOW, rehearse=True)["cards shown"] == 1
    assert count(engine, shown_rules) == 1


def test_the_command(database, engine, monkeypatch, capsys):
    monkeypatch.setenv("PREVISIT_DATABASE_URL", database)
    monkeypatch.setenv("PREVISIT_SECRET_KEY", "a secret key of more than 32 characters")
    add_shown(engine, 1.0)
    add_outcome(engine, 1.0)
    assert main(["db", "purge", "--rehearse"]) == 0
    assert "Would be removed:" in capsys.readouterr().out
    assert main(["db", "purge"]) == 0
    said = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    assert ["1", "cards shown"] in said
    assert ["0", "recorded answers"] in said
    assert (count(engine, shown_rules), count(engine, outcomes)) == (0, 1)


@pytest.mark.parametrize(
    ("name", "value", "field", "days"),
    [
        ("KEEP_FEEDBACK_DAYS", "", "feedback_days", 730),
        ("KEEP_FEEDBACK_DAYS", "0", "feedback_days", 0),
        ("KEEP_FEEDBACK_DAYS", "30", "feedback_days", 30),
        ("KEEP_OUTCOMES_DAYS", "", "outcome_days", 0),
        ("KEEP_OUTCOMES_DAYS", "730", "outcome_days", 730),
    ],
)
def test_the_settings(name, value, field, days):
    assert getattr(database_from({f"PREVISIT_{name}": value}).retention, field) == days


@pytest.mark.parametrize(("name", "value"), [("KEEP_FEEDBACK_DAYS", "29"), ("KEEP_OUTCOMES_DAYS", "729")])
def test_a_time_too_short_for_what_still_counts_is_refused(name, value):
    with pytest.raises(BadSetting, match="must be 0, to keep for ever, or at least"):
        database_from({f"PREVISIT_{name}": value})
