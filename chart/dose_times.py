"""How often a day: a FHIR Timing as the fewest and the most administrations it allows."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from chart.dose_units import CannotTell
from chart.instructions import Timing
from chart.sig_times import match_times
from chart.sig_tokens import tokens
from chart.sig_words import AS_NEEDED

ONCE = Fraction(1)
# Days in a period. Month and year as the CDC calculator counts them (30 and 365).
_DAYS = {
    "s": Fraction(1, 86400),
    "min": Fraction(1, 1440),
    "h": Fraction(1, 24),
    "d": Fraction(1),
    "wk": Fraction(7),
    "mo": Fraction(30),
    "a": Fraction(365),
}
# periodUnit is a required binding that some servers break; only spellings with one meaning are taken.
_SPELLINGS = {
    "sec second seconds": "s",
    "mins minute minutes": "min",
    "hr hrs hour hours": "h",
    "day days": "d",
    "w week weeks": "wk",
    "month months": "mo",
    "y yr year years": "a",
}
_UNITS = {unit: unit for unit in _DAYS} | {
    word: unit for words, unit in _SPELLINGS.items() for word in words.split()
}
UNIT_WORDS = {
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}

# HL7 v3 GTSAbbreviation, the preferred binding of Timing.code: times a day.
_CODES = {
    "QD": (ONCE, "once a day"),
    "AM": (ONCE, "every morning"),
    "PM": (ONCE, "every afternoon"),
    "BED": (ONCE, "at bedtime"),
    "BID": (Fraction(2), "twice a day"),
    "TID": (Fraction(3), "3 times a day"),
    "QID": (Fraction(4), "4 times a day"),
    "QOD": (Fraction(1, 2), "every other day"),
    "Q1H": (Fraction(24), "every hour"),
    "Q2H": (Fraction(12), "every 2 hours"),
    "Q3H": (Fraction(8), "every 3 hours"),
    "Q4H": (Fraction(6), "every 4 hours"),
    "Q6H": (Fraction(4), "every 6 hours"),
    "Q8H": (Fraction(3), "every 8 hours"),
    "WK": (Fraction(1, 7), "once a week"),
    "MO": (Fraction(1, 30), "once a month"),
}
# EventTiming. A meal that is not named means each of three.
_MEALS = {"C": "with meals", "AC": "before meals", "PC": "after meals"}
_EVENTS = {
    "MORN": "in the morning", "MORN.early": "early in the morning", "MORN.late": "late in the morning",
    "NOON": "at noon", "AFT": "in the afternoon", "AFT.early": "early in the afternoon",
    "AFT.late": "late in the afternoon", "EVE": "in the evening", "EVE.early": "early in the evening",
    "EVE.late": "late in the evening", "NIGHT": "at night", "PHS": "after going to sleep", "HS": "at bedtime",
    "WAKE": "on waking", "CM": "with breakfast", "CD": "with lunch", "CV": "with dinner", "ACM": "before breakfast",
    "ACD": "before lunch", "ACV": "before dinner", "PCM": "after breakfast", "PCD": "after lunch",
    "PCV": "after dinner",
}  # fmt: skip
_DAY_NAMES = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """Administrations a day. `average` is the most over time: less than `high` when only some days count."""

    low: Fraction
    high: Fraction
    average: Fraction
    words: str
    notes: tuple[str, ...] = ()


def times_a_day(timing: Timing) -> Times:
    """Raises CannotTell when the timing does not say: no timing is never once a day and never none."""
    found = [times for times in (_by_repeat(timing), _by_moments(timing), _by_code(timing)) if times]
    if not found:
        found = [times for times in (_by_events(timing), _by_count(timing), _by_days_alone(timing)) if times]
    if not found:
        raise CannotTell("how often it is taken is not recorded")
    most = max(found, key=lambda times: times.high)
    notes = most.notes
    if any(times.high != most.high for times in found):
        notes = (*notes, "the timing is recorded in two ways that differ; the more frequent is counted")
    times = Times(min(t.low for t in found), most.high, most.high, most.words, notes)
    return _on_days(times, timing)


def says_nothing(timing: Timing) -> bool:
    """Does it hold at most from when to when, and nothing about how often?"""
    return replace(timing, bounds_from=None, bounds_to=None, bounds_days=None).is_empty


def period_in_days(value: Decimal, unit: str) -> Fraction:
    """Raises CannotTell for a unit that is not one of time, or a period of nothing."""
    days = _DAYS[time_unit(unit)] * _number(value)
    if days <= 0:
        raise CannotTell("the period of the timing is recorded as 0")
    return days


def time_unit(unit: str) -> str:
    """The UCUM code for a unit of time, however it is spelled."""
    if not unit.strip():
        raise CannotTell("the unit of the timing's period is not recorded")
    known = _UNITS.get(unit.strip().lower())
    if known is None:
        raise CannotTell(f"the unit of the timing's period is not one of time: {unit}")
    return known


def _number(value: Decimal) -> Fraction:
    if not value.is_finite() or (value and not -9 <= value.adjusted() <= 9) or value < 0:
        raise CannotTell("the timing has a number that cannot be used")
    return Fraction(value)


def _by_repeat(timing: Timing) -> Times | None:
    if timing.period is None:
        if timing.frequency is None or timing.times_of_day or timing.when or timing.code.display:
            return None
        raise CannotTell("the timing says how many times but not in which period")
    often = timing.frequency if timing.frequency is not None else Decimal(1)  # FHIR's default
    most = timing.frequency_max if timing.frequency_max is not None else often
    few, many = sorted((_number(often), _number(most)))
    shortest = period_in_days(timing.period, timing.period_unit)
    longest = period_in_days(timing.period_max or timing.period, timing.period_unit)
    low, high = few / max(longest, shortest), many / min(shortest, longest)
    if high <= 0:
        raise CannotTell("the timing says 0 times")
    notes = ("taken less often than once a day: an average day is counted",) if high < 1 else ()
    return Times(low, high, high, _repeat_in_words(timing, often, most), notes)


def _by_moments(timing: Timing) -> Times | None:
    """Times of day and events such as bedtime: each counts once a day, an unnamed meal three times."""
    if timing.times_of_day:
        clock = sorted(set(timing.times_of_day))
        return _exactly(len(clock), "at " + _listed([f"{t:%H:%M}" for t in clock]))
    if not timing.when:
        return None
    unknown = [code for code in timing.when if code not in _EVENTS and code not in _MEALS]
    if unknown:
        raise CannotTell(f"the timing has an event that is not known: {unknown[0]}")
    codes = list(dict.fromkeys(timing.when))
    notes = ("meals are counted as three a day",) if set(codes) & _MEALS.keys() else ()
    number = sum(3 if code in _MEALS else 1 for code in codes)
    return _exactly(number, _listed([_EVENTS.get(code) or _MEALS[code] for code in codes]), notes)


def _by_code(timing: Timing) -> Times | None:
    """A standard abbreviation, or a code whose own words say it (SNOMED's "Every six hours", a local "Q12H PRN")."""
    for code in timing.code.codes:
        if code.code.upper() in _CODES:
            times, words = _CODES[code.code.upper()]
            notes = ("taken less often than once a day: an average day is counted",) if times < 1 else ()
            return Times(times, times, times, words, notes)
    spellings = [timing.code.text, *(s for code in timing.code.codes for s in (code.display, code.code))]
    return next((found for spelling in spellings if (found := _in_words(spelling))), None)


def _in_words(spelling: str) -> Times | None:
    """The whole of a code's words must be one "how often"; "as needed" may follow."""
    found = tokens(spelling) or []
    read = match_times(found, 0)
    if read is None or not (read[1] == len(found) or AS_NEEDED.match(found, read[1])):
        return None
    return times_a_day(read[0])


def _by_events(timing: Timing) -> Times | None:
    exact = Counter[date](when.first for when in timing.events if when.is_exact)
    if not timing.events:
        return None
    if sum(exact.values()) != len(timing.events):
        raise CannotTell("the timing lists dates without a day")
    low, high = Fraction(min(exact.values())), Fraction(max(exact.values()))
    return Times(low, high, high, f"at {len(timing.events)} recorded times")


def _by_count(timing: Timing) -> Times | None:
    days = _number(timing.bounds_days) if timing.bounds_days is not None else Fraction(0)
    if timing.count is None or days == 0:
        return None
    low, high = Fraction(timing.count) / days, Fraction(timing.count_max or timing.count) / days
    if low <= 0:
        raise CannotTell("the timing says 0 times")
    return Times(low, high, high, f"{timing.count_max or timing.count} times in {timing.bounds_days} days")


def _by_days_alone(timing: Timing) -> Times | None:
    return _exactly(1, "once") if timing.days_of_week else None  # FHIR: a frequency not stated is 1


def _on_days(times: Times, timing: Timing) -> Times:
    """On named days of the week: `high` is a day it is taken, for MME counts such a day; `low` the average."""
    if not timing.days_of_week:
        return times
    unknown = [day for day in timing.days_of_week if day.lower() not in _DAY_NAMES]
    if unknown:
        raise CannotTell(f"the timing has a day of the week that is not known: {unknown[0]}")
    days = list(dict.fromkeys(day.lower() for day in timing.days_of_week))
    share = Fraction(len(days), 7)
    words = f"{times.words} on {_listed([_DAY_NAMES[day] for day in days])}"
    note = f"taken on {len(days)} of 7 days: a day it is taken is counted"
    if timing.period is not None and period_in_days(timing.period, timing.period_unit) >= 7:
        # "Once a week on Monday and Thursday": each named day has at least one dose.
        return Times(times.low, max(times.high / share, ONCE), max(times.high, share), words, (note,))
    return Times(times.low * share, times.high, times.high * share, words, (*times.notes, note))


def _exactly(number: int, words: str, notes: tuple[str, ...] = ()) -> Times:
    return Times(Fraction(number), Fraction(number), Fraction(number), words, notes)


def _repeat_in_words(timing: Timing, often: Decimal, most: Decimal) -> str:
    assert timing.period is not None
    unit = UNIT_WORDS[time_unit(timing.period_unit)]
    longest = timing.period_max if timing.period_max not in (None, timing.period) else None
    if often == most == 1 and not (timing.period == 1 and unit == "day"):
        if timing.period == 1 and longest is None:
            return f"every {unit}" if unit == "hour" else f"once a {unit}"
        return f"every {number_range(timing.period, longest or timing.period)} {unit}s"
    many = "once" if often == most == 1 else f"{number_range(often, most)} times"
    if often == most == 2:
        many = "twice"
    if timing.period == 1 and longest is None:
        return f"{many} {'an' if unit == 'hour' else 'a'} {unit}"
    return f"{many} every {number_range(timing.period, longest or timing.period)} {unit}s"


def number_range(low: Decimal, high: Decimal) -> str:
    """ "1 to 2", or "2" when both are the same; "up to 3" from none."""
    if low == high:
        return plain(low)
    return f"up to {plain(high)}" if low == 0 else f"{plain(low)} to {plain(high)}"


def plain(value: Decimal) -> str:
    """Without trailing zeros or an exponent; a long fraction shortened for reading."""
    shown = value if len(value.as_tuple().digits) <= 6 else round(value, 3)
    return f"{shown.normalize():f}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
