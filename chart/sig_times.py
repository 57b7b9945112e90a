"""How often, as directions say it: q4-6h, twice a day, every other day, at bedtime, at 8 am and 8 pm."""

from datetime import time
from fractions import Fraction

from chart.dose_units import decimal
from chart.instructions import Timing
from chart.sig_tokens import Token
from chart.sig_words import COUNTS, FIXED_TIMES, MOMENTS, TIME_UNITS, WEEKDAYS

Read = tuple[Timing, int]
Span = tuple[Fraction, Fraction, int]
_WIDEST = 10  # a range wider than this is two strengths ("5-325"), not a range
_PREPOSITIONS = frozenset("/ per in every each a an q within over during for any".split())
HOURS = {
    "h": Fraction(1), "d": Fraction(24), "wk": Fraction(168), "mo": Fraction(720), "min": Fraction(1, 60),
}  # fmt: skip


def match_times(found: list[Token], at: int) -> Read | None:
    """The timing phrase that starts here, and where it ends."""
    for match in (_counted, _every, _hourly, _fixed, _clock, _weekday, _moment):
        if read := match(found, at):
            return read
    return None


def span(found: list[Token], at: int) -> Span | None:
    """A number or a range: 1, 1-2, 1 to 2, 1 or 2. None for what only looks like one."""
    low = number(found, at)
    if low is None:
        return None
    high = number(found, at + 2) if text(found, at + 1) in ("-", "to", "or") else None
    if high is None:
        return low, low, at + 1
    # "2 or 1", "5-325": not a range of doses
    return (low, high, at + 3) if low <= high <= low * _WIDEST else None


def number(found: list[Token], at: int) -> Fraction | None:
    return found[at].number if at < len(found) else None


def text(found: list[Token], at: int) -> str:
    return found[at].text if 0 <= at < len(found) else ""


def match_period(found: list[Token], at: int) -> tuple[Fraction, str, int] | None:
    """per day, / 24 hours, in a 24 hour period, daily, a week: number and unit of the period."""
    if fixed := FIXED_TIMES.match(found, at):
        (times, period, unit), after = fixed
        return (Fraction(period), unit, after) if times == 1 else None
    start = at
    while text(found, start) in _PREPOSITIONS and start < at + 3:
        start += 1
    if start == at:
        return None
    many, after = number(found, start), start + 1
    if many is None:
        many, after = Fraction(1), start
    spelling = TIME_UNITS.get(text(found, after))
    if spelling is None or many <= 0:
        return None
    return many, spelling, after + 2 if text(found, after + 1) == "period" else after + 1


def _counted(found: list[Token], at: int) -> Read | None:
    """Once a day, twice daily, 2-3 times a day, 3x/week, up to 4 times daily."""
    start = at + 2 if (text(found, at), text(found, at + 1)) == ("up", "to") else at
    counted = _count(found, start)
    if counted is None:
        return None
    low, high, after = counted
    period = match_period(found, after)
    if period is None and text(found, start) != "x":  # "x 1 week" is a length
        period = _bare_period(found, after)
    if period is None:
        return _once_at(found, after) if high == 1 else None
    many, unit, end = period
    if many == 1 and unit == "d" and text(found, end) in TIME_UNITS:
        return None
    return _timing(Fraction(0) if start > at else low, high, many, many, unit), end


def _count(found: list[Token], at: int) -> Span | None:
    if once := COUNTS.match(found, at):
        low, after = Fraction(once[0]), once[1]
        more = COUNTS.match(found, after + 1) if text(found, after) in ("or", "to", "-") else None
        if more:
            return low, Fraction(more[0]), more[1]
        return low, low, after + 1 if text(found, after) == "times" else after
    if text(found, at) == "x" and (read := span(found, at + 1)):
        return read
    read = span(found, at)
    return (
        (read[0], read[1], read[2] + 1) if read and text(found, read[2]) in ("times", "time", "x") else None
    )


def _bare_period(found: list[Token], at: int) -> tuple[Fraction, str, int] | None:
    """2x day, 3 times week."""
    unit = text(found, at)
    return (Fraction(1), TIME_UNITS[unit], at + 1) if unit in ("day", "week", "wk") else None


def _once_at(found: list[Token], at: int) -> Read | None:
    """Once at bedtime, once every morning: the moment says it all."""
    return _clock(found, at) or _moment(found, at)


def _every(found: list[Token], at: int) -> Read | None:
    if text(found, at) not in ("every", "q", "each"):
        return None
    read = span(found, at + 1)
    unit = TIME_UNITS.get(text(found, read[2])) if read else None
    if read is None or unit is None or read[0] <= 0:
        return None
    return _timing(Fraction(1), Fraction(1), read[0], read[1], unit), read[2] + 1


def _hourly(found: list[Token], at: int) -> Read | None:
    """6 hourly, 4 to 6 hourly."""
    read = span(found, at)
    if read is None or text(found, read[2]) not in ("hourly", "hrly") or read[0] <= 0:
        return None
    return _timing(Fraction(1), Fraction(1), read[0], read[1], "h"), read[2] + 1


def _fixed(found: list[Token], at: int) -> Read | None:
    fixed = FIXED_TIMES.match(found, at)
    if fixed is None:
        return None
    (times, period, unit), after = fixed
    return _timing(Fraction(times), Fraction(times), Fraction(period), Fraction(period), unit), after


def _clock(found: list[Token], at: int) -> Read | None:
    """At 8 am, 8:00 pm, @ 0800. A bare number is never a time of day."""
    start = at + 1 if text(found, at) in ("at", "@") else at
    token = text(found, start)
    half = text(found, start + 1) if text(found, start + 1) in ("am", "pm") else ""
    if start < len(found) and found[start].kind == "clock":
        hour, minute = (int(part) for part in token.split(":"))
    elif half and token.isascii() and token.isdigit() and len(token) <= 2:
        hour, minute = int(token), 0
    elif (
        (start > at or _goes_on(found, at))
        and not half
        and token.isascii()
        and token.isdigit()
        and len(token) == 4
    ):
        hour, minute = int(token[:2]), int(token[2:])
    else:
        return None
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    return Timing(times_of_day=(time(hour, minute),)), start + (2 if half else 1)


def _goes_on(found: list[Token], at: int) -> bool:
    """At 0800 and 2000: the second of two hours written in four digits."""
    return (
        text(found, at - 1) in ("and", ",", "&")
        and len(text(found, at - 2)) == 4
        and number(found, at - 2) is not None
    )


def _weekday(found: list[Token], at: int) -> Read | None:
    start = at + 1 if text(found, at) in ("on", "every", "each") else at
    day = WEEKDAYS.match(found, start)
    return (Timing(days_of_week=(day[0],)), day[1]) if day else None


def _moment(found: list[Token], at: int) -> Read | None:
    """In the morning, before meals, 30 minutes before meals, 1 hour before bedtime."""
    read = span(found, at)
    if read and TIME_UNITS.get(text(found, read[2])) in ("min", "h"):
        moment = MOMENTS.match(found, read[2] + 1)
        if moment is None or text(found, read[2] + 1) not in ("before", "after"):
            return None
    else:
        moment = MOMENTS.match(found, at)
    return (Timing(when=(moment[0],)), moment[1]) if moment else None


def _timing(low: Fraction, high: Fraction, shortest: Fraction, longest: Fraction, unit: str) -> Timing:
    return Timing(
        frequency=decimal(low),
        frequency_max=decimal(high) if high != low else None,
        period=decimal(shortest),
        period_max=decimal(longest) if longest != shortest else None,
        period_unit=unit,
    )
