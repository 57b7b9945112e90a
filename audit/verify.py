"""Walks the chain from its beginning, or its newest seal, to its head: the first record that is not as written."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from audit.chain import START, Keys
from audit.trail import link_of, read_head
from storage.tables.audit import events, seals

_HEAD = re.compile(r"audit head seq=(\d+) link=([0-9a-f]{64})")
_AT_ONCE = 1000


class Broken(Exception):
    """The chain is not whole; the message says which record is the first, and what is wrong with it."""


@dataclass(frozen=True)
class Whole:
    """What was checked: the records after `sealed`, up to the head."""

    sealed: int  # the last record removed when its time was over; 0 where none was
    seq: int
    link: str
    heads: int  # heads from the log that were found in the chain

    @property
    def count(self) -> int:
        return self.seq - self.sealed


def heads_in(lines: Iterable[str]) -> dict[int, str]:
    """The heads that a log holds. A log kept where the database's owner cannot write is what shows a cut end."""
    return {int(found[1]): found[2] for line in lines for found in _HEAD.finditer(line)}


def check_chain(db: Connection, keys: Keys, known_heads: dict[int, str] | None = None) -> Whole:
    """Raises Broken."""
    sealed, link = newest_seal(db, keys)
    return _walked(db, keys, (sealed, link), known_heads or {})


def check_newest(db: Connection, keys: Keys, count: int) -> Whole:
    """As `check_chain`, of the last `count` records alone. Raises Broken."""
    sealed, link = newest_seal(db, keys)
    last = (read_head(db) or (sealed, link))[0]
    if (start := last - count) > sealed:
        before = db.execute(select(events.c.link).where(events.c.seq == start)).scalar()
        if before is None:
            raise Broken(_missing(start, start))
        sealed, link = start, before
    return _walked(db, keys, (sealed, link), {})


def _walked(db: Connection, keys: Keys, begun: tuple[int, str], known_heads: dict[int, str]) -> Whole:
    logged, (sealed, link) = dict(known_heads), begun
    start, found = sealed, 0
    for row in _rows(db, start):
        if row.seq != start + 1:
            raise Broken(_missing(start + 1, row.seq - 1))
        link = checked_link(keys, row, link)
        start = row.seq
        if start in logged:
            found += 1
            _check_logged(start, logged.pop(start), link)
    _check_head(db, start, link)
    _check_end(start, sealed, logged)
    return Whole(sealed, start, link, found)


def newest_seal(db: Connection, keys: Keys) -> tuple[int, str]:
    """Where the chain now begins: (0, START) unless records were removed. Raises Broken for a seal not made by us."""
    before, through, link = START, 0, START
    for seal in db.execute(select(seals).order_by(seals.c.through)):
        if (mac := seal_mac(keys, seal, before)) is None:
            raise Broken(
                f"The seal of the records up to {seal.through} was made with a key that is not known."
            )
        if mac != seal.mac:
            raise Broken(
                f"The seal of the records up to {seal.through} was changed, or one before it removed."
            )
        before, through, link = seal.mac, seal.through, seal.link
    return through, link


def seal_mac(keys: Keys, seal: Any, before: str) -> str | None:
    return keys.link(seal.key_id, ("seal", before, seal.through, seal.link, round(seal.at * 1000)))


def checked_link(keys: Keys, row: Row[Any], before: str) -> str:
    expected = link_of(keys, before, dict(row._mapping))
    if expected is None:
        raise Broken(f"Record {row.seq} was made with a key that is not in PREVISIT_AUDIT_KEYS.")
    if expected != row.link:
        raise Broken(f"Record {row.seq} was changed, put in or moved: it does not fit the one before it.")
    return expected


def _rows(db: Connection, after: int) -> Iterator[Row[Any]]:
    """In order, some at a time: the trail may be larger than memory."""
    while True:
        query = select(events).where(events.c.seq > after).order_by(events.c.seq).limit(_AT_ONCE)
        rows = db.execute(query).all()
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        after = rows[-1].seq


def _check_logged(seq: int, logged: str, link: str) -> None:
    if logged != link:
        raise Broken(
            f"Record {seq} is not the one whose link was logged: the chain up to it was written anew."
        )


def _check_head(db: Connection, last: int, link: str) -> None:
    kept = read_head(db)
    if kept is None:
        raise Broken("The head of the chain is missing.")
    if kept[0] > last:
        raise Broken(_missing(last + 1, kept[0], "from the end"))
    if kept != (last, link):
        raise Broken(f"The head of the chain says record {kept[0]}, and the last record is {last}.")


def _check_end(last: int, sealed: int, logged: dict[int, str]) -> None:
    beyond = [seq for seq in logged if seq > last]
    if beyond:
        raise Broken(_missing(last + 1, max(beyond), "from the end: the log has a later head"))
    if never := [seq for seq in logged if sealed < seq]:
        raise Broken(f"Record {min(never)} is not there, though its link was logged.")


def _missing(first: int, last: int, where: str = "") -> str:
    which = f"Record {first} is" if first == last else f"Records {first} to {last} are"
    return f"{which} missing{' ' + where if where else ''}."
