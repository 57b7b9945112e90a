"""Keeps the answers of a sitting in the app's database, by a key that names no patient and with their words sealed."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import ColumnElement, Engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cds.outcomes.store import StoreDown
from storage.stand_ins import StandIns
from storage.tables.screening import screenings
from storage.transactions import reading, writing

_PURPOSE = screenings.info["stand_in"]
ANSWERS, SENT, TAKEN_BACK = "answers", "sent", "taken back"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One sitting as it was kept. `resources` None: sealed with a key that is no longer in use."""

    serial: int
    form_id: str
    on: date
    by: str
    resources: tuple[Json, ...] | None
    given: dict[str, int | bool] = field(default_factory=dict)
    sent: dict[str, str] = field(
        default_factory=dict
    )  # place among the resources -> "Observation/1" in the EHR
    is_taken_back: bool = False

    @property
    def is_all_sent(self) -> bool:
        return self.resources is not None and len(self.sent) >= len(self.resources)


@dataclass(frozen=True, slots=True)
class NewSitting:
    mark: str
    form_id: str
    on: date
    by: str
    given: dict[str, int | bool]
    resources: Sequence[Json]


class ScreeningStore:
    def __init__(self, engine: Engine, patient_keys: Sequence[str], token_keys: Sequence[str]) -> None:
        self.engine = engine
        self._stand_ins = StandIns(patient_keys)
        self._seal = MultiFernet([Fernet(key) for key in token_keys])

    def keep(self, issuer: str, patient_id: str, new: NewSitting, now: float) -> int:
        """The serial, once it is kept; the same submission again gives the same one. Raises StoreDown."""
        words = {"given": new.given, "resources": list(new.resources)}
        row = self._row((issuer, patient_id), new.mark, new.by, now, words)
        self._add(row | {"kind": ANSWERS, "form": new.form_id, "on_day": new.on})
        same = self._is(issuer, patient_id) & (screenings.c.mark == row["mark"])
        found: int = self._ask(select(screenings.c.serial).where(same))[0].serial
        return found

    def note(
        self, whose: tuple[str, str], kept: Kept, kind: str, by: str, now: float, sent: Json | None = None
    ) -> None:
        """That answers of this issuer's patient were sent to the EHR, or taken back. Raises StoreDown."""
        mark = f"{kept.serial} {kind} {sorted((sent or {}).items())}"
        row = self._row(whose, mark, by, now, sent or {})
        self._add(row | {"kind": kind, "about": kept.serial, "form": kept.form_id, "on_day": kept.on})

    def of(self, issuer: str, patient_id: str) -> tuple[Kept, ...]:
        """Every sitting kept for this patient, oldest first. Raises StoreDown."""
        mine = self._is(issuer, patient_id)
        found: dict[int, Kept] = {}
        for row in self._ask(select(screenings).where(mine).order_by(screenings.c.serial)):
            if row.kind == ANSWERS:
                found[row.serial] = self._kept(row)
            elif row.about in found:
                found[row.about] = self._noted(found[row.about], row)
        return tuple(found.values())

    def one(self, issuer: str, patient_id: str, serial: int) -> Kept | None:
        return next((k for k in self.of(issuer, patient_id) if k.serial == serial), None)

    def _is(self, issuer: str, patient_id: str) -> ColumnElement[bool]:
        return screenings.c.patient.in_(self._stand_ins.every(_PURPOSE, issuer, patient_id))

    def _row(self, whose: tuple[str, str], mark: str, by: str, now: float, words: Json) -> Json:
        patient = self._stand_ins.newest(_PURPOSE, *whose)
        return {
            "patient": patient,
            "mark": hashlib.sha256(f"{patient}\0{mark}".encode()).hexdigest(),
            "by": by,
            "created_at": now,
            "sealed": self._seal.encrypt(json.dumps(words).encode()),
            "key_id": self._stand_ins.key_id,
            "whose": self._seal.encrypt(json.dumps(whose).encode()),
        }

    def _add(self, row: Json) -> None:
        """A row with this mark may be there already: the second click of two."""
        try:
            with writing(self.engine) as db:
                db.execute(insert(screenings).values(row))
        except IntegrityError:
            return
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None

    def _ask(self, query: Any) -> Sequence[Any]:
        try:
            with reading(self.engine) as db:
                return db.execute(query).all()
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None

    def _kept(self, row: Any) -> Kept:
        words = self._words(row.sealed)
        resources = tuple(words["resources"]) if words is not None else None
        given = words["given"] if words is not None else {}
        return Kept(row.serial, row.form, row.on_day, row.by, resources, given)

    def _noted(self, kept: Kept, row: Any) -> Kept:
        if row.kind == TAKEN_BACK:
            return replace(kept, is_taken_back=True)
        return replace(kept, sent=kept.sent | (self._words(row.sealed) or {}))

    def _words(self, sealed: bytes) -> Json | None:
        try:
            words: Json = json.loads(self._seal.decrypt(sealed))
        except InvalidToken:
            return None
        return words
