"""Keeps the answers of a sitting in the app's database, by a key that names no patient and with their words sealed."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cds.outcomes.store import StoreDown
from storage.tables.screening import screenings
from storage.transactions import reading, writing

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
    def __init__(self, engine: Engine, secret_key: str, token_keys: Sequence[str]) -> None:
        self.engine = engine
        self._secret = secret_key.encode()
        self._seal = MultiFernet([Fernet(key) for key in token_keys])

    def keep(self, issuer: str, patient_id: str, new: NewSitting, now: float) -> int:
        """The serial, once it is kept; the same submission again gives the same one. Raises StoreDown."""
        patient = self._key(issuer, patient_id)
        words = {"given": new.given, "resources": list(new.resources)}
        row = self._row(patient, new.mark, ANSWERS, new.form_id, new.on, new.by, now, words)
        self._add(row)
        same = (screenings.c.patient == patient) & (screenings.c.mark == row["mark"])
        found: int = self._ask(select(screenings.c.serial).where(same))[0].serial
        return found

    def note(
        self,
        issuer: str,
        patient_id: str,
        kept: Kept,
        kind: str,
        by: str,
        now: float,
        sent: Json | None = None,
    ) -> None:
        """That the answers were sent to the EHR, or taken back. Raises StoreDown."""
        told = sorted((sent or {}).items())
        row = self._row(
            self._key(issuer, patient_id), f"{kept.serial} {kind} {told}", kind, kept.form_id, kept.on, by, now,
            sent or {},
        )  # fmt: skip
        self._add({**row, "about": kept.serial})

    def of(self, issuer: str, patient_id: str) -> tuple[Kept, ...]:
        """Every sitting kept for this patient, oldest first. Raises StoreDown."""
        mine = screenings.c.patient == self._key(issuer, patient_id)
        found: dict[int, Kept] = {}
        for row in self._ask(select(screenings).where(mine).order_by(screenings.c.serial)):
            if row.kind == ANSWERS:
                found[row.serial] = self._kept(row)
            elif row.about in found:
                found[row.about] = self._noted(found[row.about], row)
        return tuple(found.values())

    def one(self, issuer: str, patient_id: str, serial: int) -> Kept | None:
        return next((k for k in self.of(issuer, patient_id) if k.serial == serial), None)

    def _key(self, issuer: str, patient_id: str) -> str:
        """Issuers number their patients alike, so that the issuer is part of it."""
        return self._hash(f"screening\0{issuer}\0{patient_id}")

    def _hash(self, text: str) -> str:
        return hmac.new(self._secret, text.encode(), hashlib.sha256).hexdigest()

    def _row(
        self, patient: str, mark: str, kind: str, form_id: str, on: date, by: str, now: float, words: Json
    ) -> Json:
        return {
            "patient": patient,
            "mark": self._hash(f"{patient}\0{mark}"),
            "kind": kind,
            "form": form_id,
            "on_day": on,
            "by": by,
            "created_at": now,
            "sealed": self._seal.encrypt(json.dumps(words).encode()),
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
