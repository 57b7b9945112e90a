"""Several "how often" of one dose: the same said twice, or more than one occasion."""

from dataclasses import replace

from chart.dose_times import times_a_day
from chart.dose_units import CannotTell
from chart.instructions import Timing
from chart.sig_items import Mark
from chart.sig_words import TIME_OF_DAY

Said = list[tuple[Timing, Mark | None]]


def joined_times(said: Said) -> list[Timing]:
    """The occasions that add up: "daily at bedtime" is one, "daily and at bedtime" two."""
    occasions: list[list[Timing]] = []
    for timing, joiner in said:
        if occasions and not _begins_another(occasions[-1], timing, joiner):
            occasions[-1].append(timing)
            _check_moment(occasions[-1], joiner)
        else:
            occasions.append([timing])
    return [_one(parts) for parts in occasions]


def _begins_another(now: list[Timing], timing: Timing, joiner: Mark | None) -> bool:
    """ "And" makes another occasion, unless it goes on with a list of times of day or days of the week."""
    by_clock = bool(timing.times_of_day) != bool(now[-1].times_of_day) and timing.frequency is None
    if by_clock and joiner is Mark.COMMA and now[-1].frequency is None:
        raise CannotTell("times of day are stated in two ways")
    if joiner is not Mark.AND or timing.days_of_week or now[-1].days_of_week:
        return False
    if by_clock:
        return True
    return timing.frequency is not None or now[-1].frequency is not None


def _check_moment(parts: list[Timing], joiner: Mark | None) -> None:
    """Two moments side by side with nothing between are one only in the same part of the day."""
    if len(parts) < 2 or joiner is Mark.AND or not (parts[-1].when and parts[-2].when):
        return
    before, now = TIME_OF_DAY[parts[-2].when[-1]], TIME_OF_DAY[parts[-1].when[0]]
    if before == now:
        parts.pop()
    elif joiner is not Mark.COMMA:
        raise CannotTell("two times of day stand side by side")


def _one(parts: list[Timing]) -> Timing:
    rates = [t for t in parts if t.frequency is not None]
    when = tuple(dict.fromkeys(code for t in parts for code in t.when))
    clock = tuple(dict.fromkeys(at for t in parts for at in t.times_of_day))
    days = tuple(dict.fromkeys(day for t in parts for day in t.days_of_week))
    if not rates:
        if when and clock and len(when) != len(clock):
            raise CannotTell("times of day are stated in two ways")
        when = () if clock else when  # every evening at 8 pm
        return Timing(when=when, times_of_day=clock, days_of_week=days)
    rate = _one_rate(rates)
    often = times_a_day(rate).high
    if often == 1 and any(TIME_OF_DAY[code] == "meals" for code in when):
        raise CannotTell("once a day and at each meal do not fit together")
    if when and TIME_OF_DAY[when[0]] == "meals" and often > 1:
        when = when[1:]  # twice daily with meals
    moments = max(len(clock), sum(3 if TIME_OF_DAY[code] == "meals" else 1 for code in when))
    if often < 1 and moments > 1:
        raise CannotTell("how often and the times of day do not fit together")
    if moments > often and often >= 1:
        return Timing(when=when, times_of_day=() if when else clock, days_of_week=days)
    return replace(rate, days_of_week=days)


def _one_rate(rates: list[Timing]) -> Timing:
    """One rate; "every day" beside a more frequent one adds nothing."""
    distinct = list(dict.fromkeys(rates))
    often = {rate: times_a_day(rate) for rate in distinct}
    if len({(times.low, times.high) for times in often.values()}) == 1:
        return distinct[0]
    others = [rate for rate in distinct if not (often[rate].low == often[rate].high == 1)]
    if len(others) == 1 and often[others[0]].high > 1:
        return others[0]
    raise CannotTell("how often is stated in two ways")
