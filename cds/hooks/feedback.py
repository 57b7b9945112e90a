"""What became of cards: accepted or overridden, why, and what is then quiet for a while."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cds.hooks.memory import Memory, MemoryDown, hashed, keep_quiet
from cds.hooks.overrides import days_of_quiet
from cds.hooks.requests import BadRequest, Json
from storage.tables.hooks import feedback, shown_rules
from storage.transactions import reading, writing

_DAY = 86_400
_OUTCOMES = frozenset({"accepted", "overridden"})
_MOST_ITEMS = 500


@dataclass(frozen=True)
class Item:
    """One outcome. A card nobody reported on was perhaps not seen: that is never an answer."""

    card: str
    outcome: str
    at: str
    suggestions: int
    reason: Json | None
    has_comment: bool


def read_feedback(body: object) -> tuple[list[Item], list[int]]:
    """The usable items, and the places of those that are not. BadRequest when it is no feedback at all."""
    listed = body.get("feedback") if isinstance(body, dict) else None
    if not isinstance(listed, list) or not listed:
        raise BadRequest("The body must be a JSON object with a list named feedback.")
    if len(listed) > _MOST_ITEMS:
        raise BadRequest(f"More than {_MOST_ITEMS} items of feedback at once.")
    items, bad = [], []
    for place, value in enumerate(listed):
        try:
            items.append(_item(value))
        except (ValueError, TypeError, KeyError, AttributeError):
            bad.append(place)
    return items, bad


def _item(value: Any) -> Item:
    """Raises one of the errors above for what CDS Hooks does not allow."""
    outcome, at = value["outcome"], value["outcomeTimestamp"]
    if outcome not in _OUTCOMES or len(at) > 64 or datetime.fromisoformat(at).tzinfo is None:
        raise ValueError
    accepted = value.get("acceptedSuggestions")
    if accepted is not None and not all(isinstance(one["id"], str) for one in accepted):
        raise ValueError
    if outcome == "accepted" and not isinstance(accepted, list):
        raise ValueError
    reason, comment = _override(value.get("overrideReason"))
    return Item(str(UUID(value["card"])), outcome, at, len(accepted or ()), reason, comment)


def _override(given: Any) -> tuple[Json | None, bool]:
    if given is None:
        return None, False
    reason, comment = given.get("reason"), given.get("userComment")
    if reason is not None and not isinstance(reason["code"], str):
        raise ValueError
    if reason is not None and not isinstance(reason.get("system"), str | None):
        raise ValueError
    if not isinstance(comment, str | None):
        raise ValueError
    return reason, bool(comment)


def keep(memory: Memory, issuer: str, items: list[Item], now: float) -> None:
    """Each outcome once, however often it is reported. Raises MemoryDown."""
    try:
        for item in items:
            _keep(memory, issuer, item, now)
    except SQLAlchemyError as problem:
        raise MemoryDown(type(problem).__name__) from None


def _keep(memory: Memory, issuer: str, item: Item, now: float) -> None:
    ours = hashed(issuer)
    rows = select(shown_rules.c.issuer, shown_rules.c.rule, shown_rules.c.patient)
    with reading(memory.engine) as db:
        shown = db.execute(rows.where(shown_rules.c.card == item.card)).all()
    if any(row.issuer != ours for row in shown):
        return  # a card of another EHR is not theirs to report on
    reason = item.reason or {}
    row = {
        "issuer_hash": ours,
        "card": item.card,
        "outcome": item.outcome,
        "at": item.at,
        "received_at": now,
        "suggestions": item.suggestions,
        "reason_system": (reason.get("system") or "")[:512] or None,
        "reason_code": (reason.get("code") or "")[:256] or None,
        "has_comment": item.has_comment,
    }
    try:
        with writing(memory.engine) as db:
            db.execute(insert(feedback).values(row))
            if item.outcome == "overridden" and (days := days_of_quiet(item.reason)):
                for spoke in shown:
                    keep_quiet(db, spoke.patient, spoke.rule, now + days * _DAY)
    except IntegrityError:
        return  # reported before
