"""Doses, lengths and reasons, as directions say them."""

from fractions import Fraction

from chart.dose_units import MG, ML, UNIT, CannotTell, kind_of
from chart.sig_items import DoseItem, Found, LengthItem
from chart.sig_limits import SENTENCE_ENDS, match_up_to
from chart.sig_times import HOURS, match_times, number, span, text
from chart.sig_tokens import Token
from chart.sig_words import (
    ADJECTIVES,
    AS_NEEDED,
    COMPLAINTS,
    MAXIMUM,
    MEDICINES,
    PAIN,
    PASSED,
    THEN,
    TIME_UNITS,
    UNSAFE_IN_REASON,
    VERBS,
)

_BEFORE_BARE = frozenset(
    ("", "and", "then", "or", "plus", "po", "mouth", ",", ":", "(", "+", "&", "/", "-", "x")
)
_AFTER_BARE = frozenset(
    ("po", "by", "orally", "pr", "sl", "under", "in", "at", "to", "oral", "sublingually", "prn")
)
_LEAD = frozenset("up to the next a total of another course".split())


def match_dose(found: list[Token], at: int) -> Found | None:
    """1-2 tablets, a tablet, 5 mL, one 15 mg tablet, up to 2 tablets; a bare number where one can only be a dose."""
    if strength := _strength(found, at):
        return None, strength
    if text(found, at) in ("a", "an") and kind_of(text(found, at + 1)) == UNIT and _noun(found, at + 1):
        return DoseItem(Fraction(1), Fraction(1), text(found, at + 1)), at + 2
    start = at + 2 if (text(found, at), text(found, at + 1)) == ("up", "to") else at
    read = span(found, start)
    if read is None:
        return None
    low, high, after = read
    low = Fraction(0) if start > at else low
    if unit := _unit(found, after):
        return DoseItem(low, high, unit[0]), unit[1]
    if _may_be_bare(found, at, after):
        return DoseItem(low, high, ""), after
    return None


def _unit(found: list[Token], at: int) -> tuple[str, int] | None:
    """The unit after a number, past what stands between: "1 SL film", "2 (5 mg) tablets", "1 x 15 mg tablet"."""
    while text(found, at) in ADJECTIVES:
        at += 1
    unit = text(found, at)
    if unit in TIME_UNITS or unit in ("time", "times"):
        return None
    if kind_of(unit):
        return unit, at + 1
    inner = at + 1 if unit in ("x", "(") else at
    if number(found, inner) is None or kind_of(text(found, inner + 1)) != MG:
        return None
    noun = _past_rate(found, inner + 2)
    noun += text(found, noun) == ")"
    while text(found, noun) in ADJECTIVES:
        noun += 1
    return (text(found, noun), noun + 1) if _noun(found, noun) else None


def _noun(found: list[Token], at: int) -> bool:
    return kind_of(text(found, at)) == UNIT and found[at].kind == "word"


def _past_rate(found: list[Token], at: int) -> int:
    """Past "/hr" of a patch strength."""
    return at + 2 if text(found, at) == "/" and TIME_UNITS.get(text(found, at + 1)) == "h" else at


def _strength(found: list[Token], at: int) -> int | None:
    """5/325, 5-325 mg, 10 mg/5 mL, 25 mcg/hr: what is in the medicine, not how much of it is taken."""
    if at < len(found) and found[at].kind == "ratio":
        big = int(found[at].text.split("/")[1][:9]) >= 100
        return at + 1 + (kind_of(text(found, at + 1)) == MG) if big else None
    if number(found, at) is None:
        return None
    if text(found, at + 1) in ("nostril", "nostrils"):
        return at + 2
    if after := _two_strengths(found, at):
        return after
    if kind_of(text(found, at + 1)) != MG or text(found, at + 2) != "/":
        return None
    below = at + 3 + (number(found, at + 3) is not None)
    if kind_of(text(found, below)) in (ML, UNIT) or TIME_UNITS.get(text(found, below)) == "h":
        return below + 1
    return None


def _two_strengths(found: list[Token], at: int) -> int | None:
    """8-2 mg, 5-325 mg, 8 mg-2 mg: the strengths of two ingredients, which are no range of doses."""
    dash = at + 1 + (kind_of(text(found, at + 1)) == MG)
    low, high = number(found, at), number(found, dash + 1)
    if text(found, dash) not in ("-", "/") or not low or not high or kind_of(text(found, dash + 2)) != MG:
        return None
    return None if low <= high <= low * 10 else dash + 3


def _may_be_bare(found: list[Token], at: int, after: int) -> bool:
    """May a number without a unit be a dose? After a verb or at the start, with how or how often next."""
    before = text(found, at - 1) if at else ""
    if before not in _BEFORE_BARE and before not in VERBS and before not in SENTENCE_ENDS:
        return False
    return text(found, after) in _AFTER_BARE or bool(
        match_times(found, after) or AS_NEEDED.match(found, after)
    )


def match_length(found: list[Token], at: int) -> Found | None:
    """For 5 days, x 7 d, for up to 2 weeks, 10 day course. Raises CannotTell for a single dose ("x1")."""
    start = at
    if text(found, at) in ("for", "x", "times", "during"):
        start += 1
        while text(found, start) in _LEAD and not (
            text(found, start) == "a" and _is_length(found, start + 1)
        ):
            start += 1
    read = span(found, start)
    if read is None:
        bare = start > at and text(found, start) == "a" and _is_length(found, start + 1)
        return (LengthItem(_days(Fraction(1), text(found, start + 1))), start + 2) if bare else None
    _, many, after = read
    last = text(found, after + 1)
    if start == at and last not in ("course", "supply"):
        return None
    if text(found, after) in ("doses", "dose"):
        return _doses(many, after)
    if not _is_length(found, after):
        if text(found, at) == "x" and many == 1:
            raise CannotTell("a single dose is described, not a daily dosage")
        return None
    end = after + 2 if last in ("course", "supply", "only", "total", "more") else after + 1
    return (None if last == "supply" else LengthItem(_days(many, text(found, after)))), end


def _doses(many: Fraction, at: int) -> Found:
    if many == 1:
        raise CannotTell("a single dose is described, not a daily dosage")
    return None, at + 1


def _is_length(found: list[Token], at: int) -> bool:
    return TIME_UNITS.get(text(found, at)) in ("d", "wk", "mo")


def _days(many: Fraction, unit: str) -> Fraction:
    return many * HOURS[TIME_UNITS[unit]] / 24


def reason_end(found: list[Token], at: int) -> int:
    """Where the words of a reason end: at a number that is not a pain score, at how often, a maximum or a full stop."""
    while at < len(found) and not _ends_reason(found, at):
        score = _past_score(found, at)
        if found[at].text in UNSAFE_IN_REASON:
            raise CannotTell(f'the directions depend on a condition ("{found[at].text}")')
        if score is None:
            return at
        at = score
    return at


def _ends_reason(found: list[Token], at: int) -> bool:
    word = found[at].text
    if word in SENTENCE_ENDS or word in ("take", "apply", "use", "give", "place"):
        return True
    if word in ("or", "and", "plus") and number(found, at + 1) is not None and match_dose(found, at + 1):
        return True
    if (
        MAXIMUM.match(found, at)
        or match_up_to(found, at)
        or THEN.match(found, at)
        or AS_NEEDED.match(found, at)
    ):
        return True
    if word in ("for", "x") and match_length(found, at):
        return True
    if found[at].number is not None and _past_score(found, at) is not None:
        return False
    times = match_times(found, at)
    return times is not None and text(found, times[1]) not in COMPLAINTS


def _past_score(found: list[Token], at: int) -> int | None:
    """Past one word of a reason, or past a pain score such as 4-6, 7/10, 7 out of 10; None at any other number."""
    token, before = found[at], text(found, at - 1)
    if token.kind in ("word", "mark"):
        return at + 1
    if token.kind == "ratio" and token.text.endswith("/10"):
        return at + 1
    read = span(found, at)
    if before in PAIN and text(found, at + 1) == "-" and text(found, at + 2).endswith("/10"):
        return at + 3
    spine = len(before) == 1 and before in "lcts"  # L4-5
    if read is None or not (before in PAIN or spine):
        return None
    after = read[2]
    if (text(found, after), text(found, after + 1), text(found, after + 2)) == ("out", "of", "10"):
        return after + 3
    follows = text(found, after)
    if kind_of(follows) or follows in TIME_UNITS or follows in ("/", "times", "x", "po", "by"):
        return None
    return None if match_times(found, after) else after


def is_passed(word: str) -> bool:
    return word in PASSED or word in VERBS or word in MEDICINES
