"""Keeps what the hook services remember in the app's database."""

import hashlib
import hmac
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from storage.retention import purge_used
from storage.tables.hooks import quiet_rules, shown_rules, used_tokens
from storage.transactions import insert_or_update, reading, writing, writing_lightly

log = logging.getLogger(__name__)

_SWEEP = 3600.0  # seconds between two removals of what has run out


class MemoryDown(Exception):
    """The database cannot be asked. What depends on it for safety must fail, not pass."""


@dataclass
class Memory:
    engine: Engine
    secret: str = field(repr=False)
    _swept: float = 0.0

    def patient_key(self, issuer: str, patient_id: str) -> str:
        """Without the app's secret it tells nobody who the patient is."""
        return hmac.new(self.secret.encode(), f"{issuer}\0{patient_id}".encode(), hashlib.sha256).hexdigest()

    def use_once(self, issuer: str, jti: str, until: float, now: float) -> bool:
        """Whether this is the token's first use: of all threads and processes, one is told so."""
        row = {"hash": hashed(f"{issuer}\0{jti}"), "expires_at": until}
        try:
            with writing_lightly(self.engine) as db:
                db.execute(insert(used_tokens).values(row))
        except IntegrityError:
            return False
        except SQLAlchemyError as problem:
            raise MemoryDown(type(problem).__name__) from None
        self._sweep(now)
        return True

    def remember(
        self, issuer: str, service: str, patient: str, cards: Iterable[tuple[str, list[str]]], now: float
    ) -> None:
        """Which rules spoke in which card. Cards are not held back for want of it."""
        about = {"issuer": hashed(issuer), "service": service, "patient": patient, "shown_at": now}
        rows = [{**about, "card": card, "rule": rule} for card, rules in cards for rule in rules]
        try:
            if rows:
                with writing_lightly(self.engine) as db:
                    db.execute(insert(shown_rules), rows)
        except SQLAlchemyError as problem:
            log.error("cards shown not remembered: %s", type(problem).__name__)

    def quiet(self, patient: str, now: float) -> frozenset[str]:
        """Rules that were asked to be quiet for this patient. When that is not known, all speak."""
        query = select(quiet_rules.c.rule).where(quiet_rules.c.patient == patient, quiet_rules.c.until > now)
        try:
            with reading(self.engine) as db:
                return frozenset(db.execute(query).scalars())
        except SQLAlchemyError as problem:
            log.error("quiet rules not read: %s", type(problem).__name__)
            return frozenset()

    def _sweep(self, now: float) -> None:
        if now - self._swept < _SWEEP:
            return
        self._swept = now
        try:
            with writing(self.engine) as db:
                purge_used(db, now)
        except SQLAlchemyError as problem:
            log.warning("used tokens not swept: %s", type(problem).__name__)


def keep_quiet(db: Any, patient: str, rule: str, until: float) -> None:
    """The later of two periods counts, also of two that are asked for at the same time."""
    row = insert_or_update(db, quiet_rules).values(patient=patient, rule=rule, until=until)
    db.execute(
        row.on_conflict_do_update(
            index_elements=["patient", "rule"],
            set_={"until": row.excluded.until},
            where=row.excluded.until > quiet_rules.c.until,
        )
    )


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
