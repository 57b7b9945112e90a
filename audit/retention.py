"""Removes records whose time is over and leaves a seal in their place, so that the rest can still be checked."""

from dataclasses import dataclass
from types import SimpleNamespace

from sqlalchemy import Connection, delete, func, insert, select

from audit.acts import AUDIT_PURGED
from audit.event import Event, instant
from audit.trail import Trail
from audit.verify import check_chain, newest_seal, seal_mac
from storage.tables.audit import events, head, seals
from storage.transactions import writing


@dataclass(frozen=True)
class Removed:
    count: int
    through: int


def purge(trail: Trail, before: float, by: str) -> Removed:
    """All or nothing. Raises Broken for a chain that is not whole: removing records would remove the evidence."""
    with writing(trail.engine) as db:
        db.execute(select(head.c.seq).with_for_update())  # nobody writes meanwhile
        whole = check_chain(db, trail.keys)
        through = _last_before(db, before)
        if through <= whole.sealed:
            return Removed(0, whole.sealed)
        removed = Removed(through - whole.sealed, through)
        trail.append_within(db, [_told(removed, before, by)])
        _seal(db, trail, through)
        db.execute(delete(events).where(events.c.seq <= through))
    return removed


def _last_before(db: Connection, before: float) -> int:
    """The last of the unbroken run of records older than `before`: clocks of several hosts differ a little."""
    first_kept = db.execute(select(func.min(events.c.seq)).where(events.c.at >= before)).scalar()
    last = db.execute(select(func.max(events.c.seq))).scalar() or 0
    return last if first_kept is None else first_kept - 1


def _seal(db: Connection, trail: Trail, through: int) -> None:
    link = db.execute(select(events.c.link).where(events.c.seq == through)).scalar_one()
    last = db.execute(select(seals.c.mac).order_by(seals.c.through.desc()).limit(1)).scalar()
    newest_seal(db, trail.keys)
    row = {"through": through, "link": link, "at": round(trail.clock(), 3), "key_id": trail.keys.newest}
    mac = seal_mac(trail.keys, SimpleNamespace(**row), last or "0" * 64)
    db.execute(insert(seals).values(row | {"mac": mac}))


def _told(removed: Removed, before: float, by: str) -> Event:
    details = {
        "records": str(removed.count),
        "through": str(removed.through),
        "before": instant(before),
    }
    return Event(AUDIT_PURGED, user=by, details=details)
