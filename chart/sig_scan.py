"""Directions, word by word, into the items they are made of; a word not understood ends the reading."""

from collections.abc import Iterator

from chart.dose_units import CannotTell, kind_of
from chart.sig_items import Found, Item, Mark, TimesItem
from chart.sig_limits import SENTENCE_ENDS, match_maximum, sentence_end
from chart.sig_phrases import is_passed, match_dose, match_length, reason_end
from chart.sig_times import match_times, number, text
from chart.sig_tokens import Token
from chart.sig_words import ADVICE, AS_NEEDED, ASIDES, REASON, SINGLE, STOP_AFTER, THEN, UNSAFE

_MARKS = {
    "or": Mark.OR, "and": Mark.AND, "&": Mark.AND, "+": Mark.AND, "plus": Mark.AND, "also": Mark.AND, "/": Mark.AND,
    ",": Mark.COMMA, "to": Mark.TO, "-": Mark.TO,
}  # fmt: skip
_SILENT = frozenset("=:()\"*!@[]{}|'_")


def scan(found: list[Token]) -> Iterator[Item]:
    """Raises CannotTell at the first word or number that is not understood."""
    at, sentence, silent = 0, 0, True  # where this sentence began; has it said nothing yet?
    while at < len(found):
        item, after = _next(found, at, sentence, silent)
        if item is not None:
            yield item
        if item is Mark.SENTENCE:
            sentence, silent = after, True
        elif not isinstance(item, Mark | None):
            silent = False
        at = after


def _next(found: list[Token], at: int, sentence: int, silent: bool) -> Found:
    for match in (
        _aside,
        _refills,
        match_maximum,
        _stop,
        _timed,
        match_length,
        match_dose,
        _as_needed,
        _single,
        _reason,
    ):
        if read := match(found, at):
            return read
    return _word(found, at, sentence, silent)


def _timed(found: list[Token], at: int) -> Found | None:
    read = match_times(found, at)
    return (TimesItem(read[0]), read[1]) if read else None


def _as_needed(found: list[Token], at: int) -> Found | None:
    needed = AS_NEEDED.match(found, at)
    return (Mark.AS_NEEDED, reason_end(found, needed[1])) if needed else None


def _reason(found: list[Token], at: int) -> Found | None:
    reason = REASON.match(found, at)
    return (None, reason_end(found, reason[1])) if reason else None


def _single(found: list[Token], at: int) -> Found | None:
    if SINGLE.match(found, at):
        raise CannotTell("a single dose is described, not a daily dosage")
    return None


def _stop(found: list[Token], at: int) -> Found | None:
    """Then stop: the end of a taper adds no step."""
    if stop := STOP_AFTER.match(found, at):
        return None, stop[1]
    if then := THEN.match(found, at):
        return Mark.THEN, then[1]
    return None


def _aside(found: list[Token], at: int) -> Found | None:
    """Words for the pharmacy at the start of a sentence ("Dispense #30"), advice anywhere ("do not crush")."""
    before = text(found, at - 1) if at else "."
    aside = ASIDES.match(found, at)
    if aside and (before in (*SENTENCE_ENDS, ",", "(", "-", ":") or found[at].text == "#"):
        return None, sentence_end(found, aside[1]) if found[at].text != "#" else _past_count(found, at)
    advice = ADVICE.match(found, at)
    if advice is None:
        return None
    end = sentence_end(found, advice[1])
    return None, advice[1] if _says_dosing(found[advice[1] : end]) else end


def _past_count(found: list[Token], at: int) -> int:
    """#30, # 20 tabs: what to dispense."""
    if number(found, at + 1) is None:
        return at + 1
    return at + 3 if kind_of(text(found, at + 2)) else at + 2


def _refills(found: list[Token], at: int) -> Found | None:
    """0 refills, and "30 tabs, 0 refills": what to dispense, at the end of some systems' directions."""
    counted = at + 2 + (text(found, at + 2) == ",") if kind_of(text(found, at + 1)) else at
    if number(found, at) is None or number(found, counted) is None:
        return None
    return (None, counted + 2) if text(found, counted + 1) in ("refill", "refills") else None


def _word(found: list[Token], at: int, sentence: int, silent: bool) -> Found:
    word = found[at].text
    if word in SENTENCE_ENDS:
        return Mark.SENTENCE, at + 1
    if word in _MARKS:
        return _MARKS[word], at + 1
    if word in UNSAFE:
        raise CannotTell(f'the directions depend on a word that is not computed: "{word}"')
    if is_passed(word) or word in _SILENT:
        return None, at + 1
    end = sentence_end(found, at)
    if silent and found[at].kind == "word" and _says_nothing(found[sentence:end]):
        return None, end
    if found[at].kind in ("word", "mark"):
        raise CannotTell(f'a word in the directions is not understood: "{word[:30]}"')
    raise CannotTell(f"a number in the directions is not understood: {word[:30]}")


def _says_nothing(found: list[Token]) -> bool:
    """A whole sentence without a number, a time or an unsafe word can be passed over."""
    return not any(token.text in UNSAFE for token in found) and not _says_dosing(found)


def _says_dosing(found: list[Token]) -> bool:
    if any(token.kind not in ("word", "mark") for token in found):
        return True
    return any(match_times(found, at) or AS_NEEDED.match(found, at) for at in range(len(found)))
