"""Supplies of one medicine fitted to each other: early fills shifted, renewals told from medicines taken together."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from chart.frozen import cached_property, dataclass
from chart.medications import Medication, MedicationRequest
from rules.prescriptions import Prescription, are_different_people
from rules.supply import days_before, later


@dataclass(frozen=True)
class Piece:
    """Days of one supply, inclusive."""

    prescription: Prescription
    record: Medication
    first: date
    last: date
    notes: tuple[str, ...] = ()
    is_assumed: bool = False
    cut: date = date.max  # stopped or replaced: not taken after this day, whatever is left

    @cached_property
    def directions(self) -> object:
        """Equal when two supplies are taken alike; None when it cannot be told."""
        written = self.prescription.order or self.record
        for dosage in (self.record.dosage, written.dosage):
            if dosage.is_told:
                return tuple((s.high, s.unit, s.worn, s.days) for s in dosage.steps)
        return None

    def is_taken_as(self, other: "Piece") -> bool:
        mine, theirs = self.directions, other.directions
        return mine is None or theirs is None or mine == theirs

    def may_be_from(self, other: "Piece") -> bool:
        return not are_different_people(self.prescription.prescriber, other.prescription.prescriber)


def fitted(pieces: Iterable[Piece], carry_over: int) -> list[Piece]:
    """Supplies of one medicine in order of their days. An early supply taken alike waits for the earlier one to end."""
    ordered = sorted(pieces, key=lambda p: (p.first, p.last, p.record.id))
    found: list[Piece] = []
    before: Piece | None = None  # the one that lasts longest so far
    seen: set[object] = set()  # EHRs may hold the same order twice, of the same day
    for piece in _ended_by_next(ordered):
        twin = (piece.first, piece.last, piece.directions)
        is_twice = twin in seen and isinstance(piece.record, MedicationRequest)
        seen.add(twin)
        if before is not None and before.last >= piece.first and not is_twice and _waits(piece, before):
            days = min((before.last - piece.first).days + 1, carry_over)
            last = min(later(piece.last, days), piece.cut)
            piece = replace(piece, first=min(later(piece.first, days), last), last=last)
        found.append(piece)
        before = piece if before is None or piece.last >= before.last else before
    return found


def _waits(piece: Piece, before: Piece) -> bool:
    assumed = piece.is_assumed or before.is_assumed
    return not assumed and piece.is_taken_as(before) and piece.may_be_from(before)


def _ended_by_next(ordered: Sequence[Piece]) -> Iterable[Piece]:
    """An assumed length, and a completed order, end where the next order with other directions begins."""
    firsts = [piece.first for piece in ordered]
    others = _next_of_another(ordered)
    for piece in ordered:
        place = bisect_right(firsts, piece.first)
        if place < len(ordered) and ordered[place].prescription is piece.prescription:
            place = others[place]
        following = ordered[place] if place < len(ordered) else None
        if following is None or following.first > piece.last or not _gives_way(piece, following):
            yield piece
        else:
            yield replace(piece, last=days_before(following.first, 1))


def _next_of_another(ordered: Sequence[Piece]) -> list[int]:
    """For each place the next one that holds a piece of another prescription."""
    found = [len(ordered)] * len(ordered)
    for place in range(len(ordered) - 2, -1, -1):
        is_same = ordered[place + 1].prescription is ordered[place].prescription
        found[place] = found[place + 1] if is_same else place + 1
    return found


def _gives_way(piece: Piece, following: Piece) -> bool:
    if piece.is_assumed:
        return True
    order = piece.prescription.order
    is_done = order is not None and order.status == "completed"
    return is_done and piece.may_be_from(following) and not piece.is_taken_as(following)


def in_streams(pieces: Iterable[Piece], carry_over: int) -> Iterable[tuple[int, Piece]]:
    """Each piece with the number of its stream. Another stream only for what is truly taken together."""
    streams: list[Piece] = []  # the latest-ending piece of each
    for piece in pieces:
        place = _stream_of(piece, streams, carry_over)
        if place == len(streams):
            streams.append(piece)
        elif piece.last > streams[place].last:
            streams[place] = piece
        yield place, piece


def _stream_of(piece: Piece, streams: Sequence[Piece], carry_over: int) -> int:
    """The stream of which this piece is a renewal, before one that is over, before a new one."""
    over = len(streams)
    for number, before in enumerate(streams):
        overlap = (before.last - piece.first).days + 1
        if overlap > 0 and _renews(piece, before, overlap <= carry_over):
            return number
        if overlap <= 0:
            over = min(over, number)
    return over


def _renews(piece: Piece, before: Piece, is_short: bool) -> bool:
    if piece.prescription is before.prescription:
        return True
    return piece.may_be_from(before) and (is_short or piece.is_taken_as(before))
