"""Remembers which referral is being sent and which was, so that a second click or a crash makes no second one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from storage.tables.referrals import sendings
from storage.transactions import reading, writing

PATIENCE = 60.0  # seconds after which a try that has not ended counts as broken off


class StoreDown(Exception):
    """The database cannot be asked; nothing may be sent without it."""


class BeingSent(Exception):
    """Another click is sending this referral right now."""


@dataclass(frozen=True)
class Sent:
    request_id: str  # "ServiceRequest/12"
    task_id: str  # empty where none was made
    is_noted: bool


class SendingStore:
    def __init__(self, engine: Engine, token_keys: Sequence[str]) -> None:
        self.engine = engine
        self._seal = MultiFernet([Fernet(key) for key in token_keys])

    def begin(self, key: str, now: float) -> bool:
        """Whether this is the first try. False: an earlier one broke off, and the EHR may have it.

        Raises BeingSent where one is under way; what was sent is asked for with `sent` before.
        """
        row = {"key": key, "begun_at": now, "is_sent": False, "is_noted": False}
        try:
            with writing(self.engine) as db:
                db.execute(insert(sendings).values(row))
            return True
        except IntegrityError:
            pass
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None
        broken = sendings.c.is_sent.is_(False), sendings.c.begun_at <= now - PATIENCE
        if not self._update(key, {"begun_at": now}, *broken):
            raise BeingSent
        return False

    def sent(self, key: str) -> Sent | None:
        mine = select(sendings).where(sendings.c.key == key, sendings.c.is_sent.is_(True))
        try:
            with reading(self.engine) as db:
                row = db.execute(mine).one_or_none()
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None
        return self._opened(row) if row else None

    def finish(self, key: str, request_id: str, task_id: str) -> None:
        sealed = self._seal.encrypt(json.dumps([request_id, task_id]).encode())
        self._update(key, {"is_sent": True, "sealed": sealed})

    def note(self, key: str) -> None:
        self._update(key, {"is_noted": True})

    def unsettle(self, key: str) -> None:
        """Nobody knows whether it arrived: the next try begins at once, and looks first."""
        self._update(key, {"begun_at": sendings.c.begun_at - PATIENCE})

    def forget(self, key: str) -> None:
        """The EHR surely has nothing of it."""
        self._run(delete(sendings).where(sendings.c.key == key, sendings.c.is_sent.is_(False)))

    def _update(self, key: str, values: dict[str, Any], *conditions: Any) -> int:
        return self._run(update(sendings).where(sendings.c.key == key, *conditions).values(values))

    def _run(self, statement: Any) -> int:
        try:
            with writing(self.engine) as db:
                count: int = db.execute(statement).rowcount
                return count
        except SQLAlchemyError as problem:
            raise StoreDown(type(problem).__name__) from None

    def _opened(self, row: Any) -> Sent:
        try:
            request_id, task_id = json.loads(self._seal.decrypt(row.sealed))
        except InvalidToken:  # sealed with a key that is no longer in use
            request_id, task_id = "", ""
        return Sent(request_id, task_id, row.is_noted)
