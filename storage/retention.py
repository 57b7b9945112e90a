"""How long things are kept, and the removal of what is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, or_, select

from storage.tables.hooks import feedback, quiet_rules, shown_rules, used_tokens
from storage.tables.launch import browsers, pendings, sessions
from storage.tables.outcomes import outcomes
from storage.tables.referrals import sendings
from storage.tables.screening import screenings

_DAY = 86_400.0
_SENDING_DAYS = 30  # a referral can be sent again for a day; the rest is for whoever looks into a fault


@dataclass(frozen=True)
class Retention:
    """Days of 0 keep for ever."""

    session_seconds: float = 8 * 3600
    idle_seconds: float = 15 * 60
    feedback_days: int = 730
    outcome_days: int = 0


def purge(engine: Engine, kept: Retention, now: float, *, rehearse: bool = False) -> Mapping[str, int]:
    """Removes what is over, all or nothing; what -> how many. A rehearsal counts and keeps them."""
    with engine.connect() as db, db.begin() as transaction:
        counts = purge_sessions(db, now, kept.idle_seconds, kept.session_seconds)
        counts |= purge_used(db, now)
        counts |= _purge_by_age(db, kept, now)
        if rehearse:
            transaction.rollback()
    return counts


def purge_sessions(db: Connection, now: float, idle: float, longest: float) -> dict[str, int]:
    counts = {"sign-ins begun and not ended": _remove(db, pendings, pendings.c.expires_at <= now)}
    over = or_(sessions.c.seen_at <= now - idle, sessions.c.opened_at <= now - longest)
    counts["launch sessions"] = _remove(db, sessions, over)
    used = select(sessions.c.family).union(select(pendings.c.family))
    gone = (browsers.c.born_at <= now - longest) & browsers.c.family.not_in(used)
    return counts | {"ids of browsers": _remove(db, browsers, gone)}


def purge_used(db: Connection, now: float) -> dict[str, int]:
    return {
        "used tokens": _remove(db, used_tokens, used_tokens.c.expires_at < now),
        "snoozes": _remove(db, quiet_rules, quiet_rules.c.until < now),
    }


def _purge_by_age(db: Connection, kept: Retention, now: float) -> dict[str, int]:
    counts = {}
    for name, table, column, days in (
        ("cards shown", shown_rules, shown_rules.c.shown_at, kept.feedback_days),
        ("feedback", feedback, feedback.c.received_at, kept.feedback_days),
        ("recorded answers", outcomes, outcomes.c.created_at, kept.outcome_days),
        ("referrals sent", sendings, sendings.c.begun_at, _SENDING_DAYS),
        ("answers of forms", screenings, screenings.c.created_at, kept.outcome_days),
    ):
        counts[name] = _remove(db, table, column < now - days * _DAY) if days else 0
    return counts


def _remove(db: Connection, table: Table, over: Any) -> int:
    return db.execute(delete(table).where(over)).rowcount
