"""Keeps recorded answers in the app's database, by a key that names no patient and with their words sealed."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import SQLAlchemyError

from chart.records import Outcome, OutcomeKind
from storage.stand_ins import StandIns
from storage.tables.outcomes import outcomes
from storage.transactions import reading, writing

_PURPOSE = outcomes.info["stand_in"]
UNREADABLE = "its note was sealed with a key that is no longer in use"


class StoreDown(Exception):
    """The database cannot be asked: nothing was recorded, or nothing can be read back."""


@dataclass(frozen=True)
class NewOutcome:
    """What a clinician chose in the form, checked."""

    rule_id: str
    kind: OutcomeKind
    on: date
    until: date | None
    by: str
    note: str = ""
    value: str = ""
    about: str = ""  # "ServiceRequest/1": the one referral it tells of


class OutcomeStore:
    def __init__(self, engine: Engine, patient_keys: Sequence[str], token_keys: Sequence[str]) -> None:
        self.engine = engine
        self._stand_ins = StandIns(patient_keys)
        self._seal = MultiFernet([Fernet(key) for key in token_keys])

    def close(self) -> None:
        self.engine.dispose()

    def add(
        self,
        issuer: str,
        patient_id: str,
        new: NewOutcome,
        now: float,
        within: Callable[[Connection], None] | None = None,
    ) -> None:
        """Returns once it is kept. Raises StoreDown where it is not. `within` writes into the same transaction."""
        row = {
            "patient": self._stand_ins.newest(_PURPOSE, issuer, patient_id),
            "rule_id": new.rule_id,
            "kind": new.kind.value,
            "on_day": new.on,
            "until_day": new.until,
            "by": new.by,
            "created_at": now,
            "sealed": self._seal.encrypt(json.dumps([new.note, new.value, new.about]).encode()),
            "key_id": self._stand_ins.key_id,
            "whose": self._seal.encrypt(json.dumps([issuer, patient_id]).encode()),
        }
        try:
            with writing(self.engine) as db:
                db.execute(insert(outcomes).values(row))
                if within:
                    within(db)
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None

    def of(self, issuer: str, patient_id: str) -> tuple[Outcome, ...]:
        """Everything recorded for this patient, in the order it was recorded. Raises StoreDown."""
        mine = outcomes.c.patient.in_(self._stand_ins.every(_PURPOSE, issuer, patient_id))
        try:
            with reading(self.engine) as db:
                rows = db.execute(select(outcomes).where(mine).order_by(outcomes.c.serial)).all()
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None
        return tuple(self._outcome(row) for row in rows)

    def _outcome(self, row: Any) -> Outcome:
        words = self._words(row.sealed)
        note, value, about = words or ("", "", "")
        return Outcome(
            id=f"Outcome/{row.serial}",
            rule_id=row.rule_id,
            kind=_kind(row.kind),
            on=row.on_day,
            until=row.until_day,
            by=row.by,
            note=note,
            value=value,
            about=about,
            doubts=() if words else (UNREADABLE,),
        )

    def _words(self, sealed: bytes) -> tuple[str, str, str] | None:
        try:
            note, value, *rest = json.loads(self._seal.decrypt(sealed))
        except InvalidToken:
            return None
        return note, value, rest[0] if rest else ""  # earlier rows are about no single referral


def _kind(text: str) -> OutcomeKind:
    """A kind of a later version: the prompt speaks, rather than rest on something that is not understood."""
    try:
        return OutcomeKind(text)
    except ValueError:
        return OutcomeKind.WITHDRAWN
