"""The maxima that directions state: max 6/day, not to exceed 8 tabs in 24 hours."""

from fractions import Fraction

from chart.dose_units import MG, CannotTell, kind_of
from chart.sig_items import Found, MaxItem
from chart.sig_times import HOURS, match_period, match_times, number, span, text
from chart.sig_tokens import Token
from chart.sig_words import ADJECTIVES, MAXIMUM, MEDICINES, PARTNERS, TIME_UNITS, same

SENTENCE_ENDS = (".", ";", "\n")
_AT_ONCE = same(
    "per dose, at a time, at once, at one time, per administration, per application, each time, a dose"
)
_AFTER_LIMIT = frozenset("of total in all from sources combined".split()) | MEDICINES


def match_maximum(found: list[Token], at: int) -> Found | None:
    """Max 6/day, not to exceed 8 tabs in 24 hours. No item when it limits another ingredient or has no number."""
    intro = MAXIMUM.match(found, at)
    if intro is None:
        return match_up_to(found, at)
    daily, start = intro
    partner = bool({token.text for token in found[max(0, at - 4) : at]} & PARTNERS)
    after = start
    while text(found, after) in (":", "=", "is", "of", "-", "(") or text(found, after) in MEDICINES:
        partner, after = partner or text(found, after) in PARTNERS, after + 1
    if number(found, after) is None and not _is_per_hours(found, after):
        return _without_number(found, start)
    return _limit(found, after, daily, partner)


def match_up_to(found: list[Token], at: int) -> Found | None:
    """Up to 5 tablets a day. "Up to 5 times a day" is how often, and "up to 2 tablets every 6 hours" a dose."""
    start = at + 2
    if (text(found, at), text(found, at + 1)) not in (("up", "to"), ("as", "many")) or number(
        found, start
    ) is None:
        return None
    amount, unit, after = _limit_amount(found, start)
    period = match_period(found, after)
    if unit == "doses" or period is None or text(found, after) in ("every", "q", "each"):
        return None
    return MaxItem(amount, unit, period[0] * HOURS[period[1]], is_soft=True), period[2]


def _limit(found: list[Token], at: int, daily: bool, partner: bool) -> Found:
    amount, unit, after = _limit_amount(found, at)
    start = after
    while text(found, after) in _AFTER_LIMIT and not match_period(found, after):
        after += 1
    hours, after = _limit_hours(found, at, after)
    while text(found, after) in _AFTER_LIMIT and not match_times(found, after):
        after += 1
    partner = partner or bool({token.text for token in found[start:after]} & PARTNERS)
    if partner and kind_of(unit) == MG:
        return None, after
    if hours is None and (once := _AT_ONCE.match(found, after)):
        return MaxItem(amount, unit, None), once[1]
    if hours is None and not daily:
        raise CannotTell("a maximum is stated without saying in which time")
    if amount <= 0:
        raise CannotTell("a maximum of 0 is stated")
    return MaxItem(amount, unit, hours or HOURS["d"]), after


def _limit_amount(found: list[Token], at: int) -> tuple[Fraction, str, int]:
    if _is_per_hours(found, at):
        return Fraction(found[at].text.split("/")[0][:9]), "", at + 1
    read = span(found, at)
    if read is None:
        raise CannotTell("a maximum is stated that is not understood")
    unit, after = text(found, read[2]), read[2] + 1
    while unit in ADJECTIVES:
        unit, after = text(found, after), after + 1
    if unit in ("times", "time", "x"):
        return read[1], "doses", after
    return (read[1], unit, after) if kind_of(unit) and unit not in TIME_UNITS else (read[1], "", read[2])


def _limit_hours(found: list[Token], at: int, after: int) -> tuple[Fraction | None, int]:
    if _is_per_hours(found, at):
        return Fraction(found[at].text.split("/")[1][:9]) * HOURS[TIME_UNITS[text(found, at + 1)]], max(
            after, at + 2
        )
    if period := match_period(found, after):
        many, unit, end = period
        return many * HOURS[unit], end
    return None, after


def _is_per_hours(found: list[Token], at: int) -> bool:
    """6/24h, which looks like a ratio."""
    if at >= len(found) or found[at].kind != "ratio" or TIME_UNITS.get(text(found, at + 1)) != "h":
        return False
    return all(int(part[:9]) > 0 for part in found[at].text.split("/"))


def _without_number(found: list[Token], at: int) -> Found:
    """Do not exceed the recommended dose."""
    end = sentence_end(found, at)
    if end == at or any(token.kind not in ("word", "mark") for token in found[at:end]):
        raise CannotTell("a maximum is stated that is not understood")
    return None, end


def sentence_end(found: list[Token], at: int) -> int:
    """The index of the full stop, or of a maximum that must not be passed over."""
    while at < len(found) and found[at].text not in SENTENCE_ENDS and not MAXIMUM.match(found, at):
        at += 1
    return at
