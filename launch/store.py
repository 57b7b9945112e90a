"""What launch must remember: browsers, pending launches and launch sessions, sealed at rest."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, delete, func, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from storage.retention import purge_sessions
from storage.tables.launch import browsers, pendings, sessions
from storage.transactions import reading, writing

log = logging.getLogger(__name__)

_PURGE_EVERY = 3600.0  # seconds


@dataclass(frozen=True)
class Browser:
    """One id of one browser. It is renewed at every sign-in; the ids of one browser form a family."""

    id: str
    family: str
    serial: int


@dataclass(frozen=True)
class StoredSession:
    handle_hash: str
    family: str
    opened_by: int
    issuer: str
    opened_at: float
    seen_at: float
    renewing_since: float | None
    details: dict[str, Any]

    def belongs_to(self, browser: Browser) -> bool:
        # Ids given out before the sign-in never open it (session fixation); later ones do (other tabs).
        return self.family == browser.family and browser.serial >= self.opened_by


class Store:
    def __init__(self, engine: Engine, token_keys: Sequence[str]) -> None:
        self.engine = engine
        self._purged = float("-inf")
        self._seal = MultiFernet([Fernet(key) for key in token_keys])

    def close(self) -> None:
        self.engine.dispose()

    # Browsers

    def new_browser(self, now: float, family: str | None = None) -> Browser:
        id, family = secrets.token_urlsafe(32), family or secrets.token_urlsafe(32)
        new = insert(browsers).values(id_hash=hashed(id), family=family, born_at=now)
        with writing(self.engine) as db:
            serial = db.execute(new.returning(browsers.c.serial)).scalar_one()
        return Browser(id, family, serial)

    def browser(self, id: str) -> Browser | None:
        with reading(self.engine) as db:
            row = db.execute(select(browsers).where(browsers.c.id_hash == hashed(id))).one_or_none()
        return Browser(id, row.family, row.serial) if row else None

    def is_newest(self, browser: Browser) -> bool:
        newest = select(func.max(browsers.c.serial)).where(browsers.c.family == browser.family)
        with reading(self.engine) as db:
            return db.execute(newest).scalar() == browser.serial

    # Pending launches

    def add_pending(self, state: str, family: str, expires_at: float, details: dict[str, Any]) -> None:
        row = {"state_hash": hashed(state), "family": family, "expires_at": expires_at}
        with writing(self.engine) as db:
            db.execute(insert(pendings).values(**row, sealed=self._sealed(details)))

    def pending_family(self, state: str, now: float) -> str | None:
        query = select(pendings.c.family).where(
            pendings.c.state_hash == hashed(state), pendings.c.expires_at > now
        )
        with reading(self.engine) as db:
            return db.execute(query).scalar()

    def take_pending(self, state: str, now: float) -> dict[str, Any] | None:
        """The pending launch, once: of two callers with the same state only one gets it."""
        this = pendings.c.state_hash == hashed(state)
        with writing(self.engine) as db:
            row = db.execute(select(pendings).where(this, pendings.c.expires_at > now)).one_or_none()
            taken = db.execute(delete(pendings).where(this)).rowcount
        return self._opened(row.sealed) if row and taken else None

    # Launch sessions

    def add_session(
        self, handle: str, browser: Browser, issuer: str, now: float, details: dict[str, Any]
    ) -> None:
        row = {"handle_hash": hashed(handle), "family": browser.family, "opened_by": browser.serial}
        row |= {"issuer": issuer, "opened_at": now, "seen_at": now, "sealed": self._sealed(details)}
        with writing(self.engine) as db:
            db.execute(insert(sessions).values(**row))

    def session(self, handle: str) -> StoredSession | None:
        with reading(self.engine) as db:
            row = db.execute(select(sessions).where(_is(handle))).one_or_none()
        return self._stored(row) if row else None

    def sessions_of(self, family: str) -> list[StoredSession]:
        with reading(self.engine) as db:
            rows = db.execute(select(sessions).where(sessions.c.family == family)).all()
        return [stored for stored in map(self._stored, rows) if stored]

    def touch(self, handle: str, now: float) -> None:
        with writing(self.engine) as db:
            db.execute(update(sessions).where(_is(handle)).values(seen_at=now))

    def add_details(self, handle: str, **added: Any) -> None:
        """Beside what is there; a renewal of the token at the same moment may win."""
        with self.engine.begin() as db:
            row = db.execute(select(sessions).where(_is(handle))).one_or_none()
            details = self._opened(row.sealed) if row else None
            if details is not None:
                sealed = self._sealed(details | added)
                db.execute(update(sessions).where(_is(handle)).values(sealed=sealed))

    def claim_renewal(self, handle: str, now: float, patience: float) -> bool:
        """Whether this caller, of all threads and processes, is the one to refresh the token."""
        free = or_(sessions.c.renewing_since.is_(None), sessions.c.renewing_since < now - patience)
        with writing(self.engine) as db:
            return (
                db.execute(update(sessions).where(_is(handle), free).values(renewing_since=now)).rowcount == 1
            )

    def end_renewal(self, handle: str, details: dict[str, Any] | None = None) -> None:
        values = {"renewing_since": None} | ({"sealed": self._sealed(details)} if details else {})
        with writing(self.engine) as db:
            db.execute(update(sessions).where(_is(handle)).values(**values))

    def remove_session(self, handle: str) -> None:
        with writing(self.engine) as db:
            db.execute(delete(sessions).where(_is(handle)))

    def remove_family(self, family: str) -> None:
        with writing(self.engine) as db:
            for table in (sessions, pendings, browsers):
                db.execute(delete(table).where(table.c.family == family))

    def purge(self, now: float, idle: float, longest: float) -> None:
        """At most once an hour, and never a reason to stop: what is over opens nothing in the meantime."""
        if now - self._purged < _PURGE_EVERY:
            return
        self._purged = now
        try:
            with writing(self.engine) as db:
                purge_sessions(db, now, idle, longest)
        except SQLAlchemyError as problem:
            log.warning("launch sessions that are over not removed: %s", type(problem).__name__)

    def _stored(self, row: Any) -> StoredSession | None:
        details = self._opened(row.sealed)
        kept = (
            row.handle_hash,
            row.family,
            row.opened_by,
            row.issuer,
            row.opened_at,
            row.seen_at,
            row.renewing_since,
        )
        return StoredSession(*kept, details) if details is not None else None

    def _sealed(self, details: dict[str, Any]) -> bytes:
        return self._seal.encrypt(json.dumps(details).encode())

    def _opened(self, sealed: bytes) -> dict[str, Any] | None:
        with suppress(InvalidToken):  # sealed with a key that has since been retired: as if ended
            details: dict[str, Any] = json.loads(self._seal.decrypt(sealed))
            return details
        return None


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is(handle: str) -> Any:
    return sessions.c.handle_hash == hashed(handle)
