"""Seals every value with the newest key and makes stand-ins anew; what cannot be opened stays and is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Column, Engine, LargeBinary, Table, and_, func, select, tuple_, update

from storage.stand_ins import StandIns
from storage.tables import metadata
from storage.transactions import reading, writing

SET_ASIDE = "set aside"  # in place of a key's id: known to be out of reach
_BATCH = 500


@dataclass
class Count:
    """Of one table's values."""

    renewed: int = 0
    newest: int = 0  # had the newest key already
    unreadable: int = 0  # made with a key that is not among those given


def sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    """Whatever is stored as bytes is sealed."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                yield table, column


def reseal(engine: Engine, token_keys: Sequence[str]) -> dict[str, Count]:
    """Table -> what became of its sealed values. May be broken off and begun again at any time."""
    newest, every = Fernet(token_keys[0]), MultiFernet([Fernet(key) for key in token_keys])
    counts: dict[str, Count] = {}
    for table, column in sealed_columns():
        count = counts.setdefault(table.name, Count())
        for rows in _batches(engine, table, column.is_not(None), column):
            with writing(engine) as db:
                for row in rows:
                    _reseal(db, table, column, row, newest, every, count)
    return counts


def rekey(engine: Engine, token_keys: Sequence[str], stand_ins: StandIns) -> dict[str, Count]:
    """Table -> what became of its stand-ins, each made anew from what is sealed beside it."""
    seal = MultiFernet([Fernet(key) for key in token_keys])
    counts: dict[str, Count] = {}
    for table in _keyed():
        count = counts[table.name] = Count()
        with reading(engine) as db:
            ours = table.c.key_id == stand_ins.key_id
            count.newest = db.execute(select(func.count()).where(ours)).scalar_one()
        old = table.c.key_id.is_distinct_from(stand_ins.key_id)
        for rows in _batches(engine, table, old, table.c.whose):
            with writing(engine) as db:
                for row in rows:
                    _rekey(db, table, row, seal, stand_ins, count)
    return counts


def out_of_reach(engine: Engine, stand_ins: StandIns) -> dict[str, int]:
    """Table -> how many rows have a stand-in of a key that is not among those given: no patient finds them."""
    known = (*stand_ins.key_ids, SET_ASIDE)
    found: dict[str, int] = {}
    with reading(engine) as db:
        for table in _keyed():
            lost = table.c.key_id.is_not(None) & table.c.key_id.not_in(known)
            if count := db.execute(select(func.count()).select_from(table).where(lost)).scalar_one():
                found[table.name] = count
    return found


def set_aside(engine: Engine, stand_ins: StandIns) -> int:
    """Keeps what is out of reach, and lets the app start without it. Returns how many rows."""
    count = 0
    with writing(engine) as db:
        for table in _keyed():
            lost = table.c.key_id.is_not(None) & table.c.key_id.not_in((*stand_ins.key_ids, SET_ASIDE))
            count += db.execute(update(table).where(lost).values(key_id=SET_ASIDE)).rowcount
    return count


class KeyMissing(Exception):
    """Rows that no patient would find; the message says which setting to mend."""


def check_stand_ins(engine: Engine, patient_keys: Sequence[str]) -> None:
    """Raises KeyMissing. Without this a changed key would quietly take away a chosen level of support."""
    if count := sum(out_of_reach(engine, StandIns(patient_keys)).values()):
        raise KeyMissing(
            f"Rows made with a patient key that is not among the settings: {count}. Patients' pages would miss them. "
            "Add the earlier key after the new one: PREVISIT_PATIENT_KEYS=NEW,EARLIER (before it was "
            "set, the key was PREVISIT_SECRET_KEY). If it is lost, see Rotating keys in docs/deploy.md."
        )


def _keyed() -> list[Table]:
    return [table for table in metadata.sorted_tables if "stand_in" in table.info]


def _batches(engine: Engine, table: Table, wanted: Any, *columns: Any) -> Iterator[Sequence[Any]]:
    """The rows in the order of their key, some at a time: nobody waits long for a lock."""
    key = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        query = select(*key, *columns).where(wanted).order_by(*key).limit(_BATCH)
        if last is not None:
            query = query.where(tuple_(*key) > last)
        with reading(engine) as db:
            rows = db.execute(query).all()
        if not rows:
            return
        yield rows
        last = tuple(rows[-1])[: len(key)]


def _reseal(
    db: Any, table: Table, column: Column[Any], row: Any, newest: Fernet, every: MultiFernet, count: Count
) -> None:
    sealed = row[-1]
    if _opens(newest, sealed):
        count.newest += 1
        return
    try:
        renewed = every.rotate(sealed)
    except InvalidToken:
        count.unreadable += 1
        return
    # A session may have been renewed meanwhile: then it has the newest key already.
    same = and_(_this(table, row), column == sealed)
    db.execute(update(table).where(same).values({column.name: renewed}))
    count.renewed += 1


def _rekey(db: Any, table: Table, row: Any, seal: MultiFernet, stand_ins: StandIns, count: Count) -> None:
    try:
        issuer, patient_id = json.loads(seal.decrypt(row[-1] or b""))
    except InvalidToken:
        count.unreadable += 1
        return
    patient = stand_ins.newest(table.info["stand_in"], issuer, patient_id)
    db.execute(update(table).where(_this(table, row)).values(patient=patient, key_id=stand_ins.key_id))
    count.renewed += 1


def _opens(seal: Fernet, sealed: bytes) -> bool:
    try:
        seal.decrypt(sealed)
    except InvalidToken:
        return False
    return True


def _this(table: Table, row: Any) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key.columns, row, strict=False)))
