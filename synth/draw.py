"""Draws lives: which therapies, gaps, tapers, sedatives, screens and losses, each with its share of the cohort."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from synth.life import Fill, Life
from synth.medicines import Opioid, opioids

# Shares of a primary care panel's patients with an opioid on record; plausible, and not an estimate of any clinic.
KINDS = {
    "none": 14, "acute": 14, "steady": 30, "rise": 8, "taper": 8, "sudden fall": 4,
    "two medicines": 8, "restart": 6, "lapsed": 8,
}  # fmt: skip
DIRECTIONS = {"structured": 40, "hours": 20, "text": 20, "short text": 12, "as needed": 8}
LOSSES = ("directions", "supply", "agreement code", "still listed")
_DONE = {"peg": 90, "agreement": 365, "pdmp": 90, "risk review": 365, "naloxone": 365, "bowel": 30}


def lives(patients: int, seed: int, as_of: date) -> Iterator[Life]:
    """One at a time; each is drawn from the seed and its own number, so that any of them can be drawn alone."""
    for number in range(1, patients + 1):
        yield life(number, seed, as_of)


def life(number: int, seed: int, as_of: date) -> Life:
    rng = random.Random(f"{seed}/{number}")  # noqa: S311  # nosec B311 - nothing here is a secret
    kind = _one_of(rng, KINDS)
    streams = _STREAMS[kind](rng, as_of)
    sex = rng.choice(("female", "male"))
    age = rng.randint(19, 88)
    moud = kind == "none" and rng.random() < 0.3
    return Life(
        id=f"synth-{number:06}",
        as_of=as_of,
        kind=kind,
        sex=sex,
        born=as_of - timedelta(days=age * 365 + rng.randint(6, 340)),
        streams=streams,
        done=_done(rng, as_of),
        visits=tuple(sorted(as_of - timedelta(days=rng.randint(0, 400)) for _ in range(rng.randint(0, 4)))),
        phq9=_phq9(rng),
        peg=(rng.randint(0, 10), rng.randint(0, 10), rng.randint(0, 10)),
        benzodiazepine=rng.random() < 0.12,
        gabapentin=rng.random() < 0.2,
        emergency=_ago(rng, as_of, 60) if rng.random() < 0.08 else None,
        overdose=_ago(rng, as_of, 700) if rng.random() < 0.03 else None,
        oud=moud or rng.random() < 0.06,
        moud=moud,
        cancer=rng.random() < 0.03,
        pregnant=sex == "female" and age < 45 and rng.random() < 0.06,
        directions=_one_of(rng, DIRECTIONS),
        has_dispenses=rng.random() < 0.5,
        lost=frozenset({rng.choice(LOSSES)}) if rng.random() < 0.1 else frozenset(),
    )


def _done(rng: random.Random, as_of: date) -> dict[str, date]:
    """Each within its interval, past it, or never; often near the day it falls due, where mistakes are made."""
    found = {}
    for what, every in _DONE.items():
        near = every + rng.randint(-2, 2)
        days = rng.choice(
            (rng.randint(0, every), rng.randint(0, every), rng.randint(every, 3 * every), near, None)
        )
        if days is not None:
            found[what] = as_of - timedelta(days=days)
    if rng.random() < 0.7:
        found["phq9"] = _ago(rng, as_of, 80)
    return found


def _phq9(rng: random.Random) -> tuple[int, ...]:
    weight = rng.choice((0, 0, 1, 3))
    first_eight = tuple(min(3, rng.randint(0, 1) * weight) for _ in range(8))
    return (*first_eight, int(rng.random() < 0.06))


def _steady(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    return (_course(rng, as_of, _opioid(rng), [_a_day(rng)], months=rng.randint(3, 24)),)


def _rise(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    low = rng.randint(1, 3)
    new = rng.randint(1, 4)
    return (_course(rng, as_of, _opioid(rng), [low] * rng.randint(2, 12) + [low + rng.randint(1, 3)] * new),)


def _taper(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    steps = [
        a_day for a_day in range(rng.randint(4, 6), rng.randint(0, 2), -1) for _ in range(rng.randint(1, 3))
    ]
    return (_course(rng, as_of, _opioid(rng), [steps[0]] * rng.randint(1, 10) + steps),)


def _sudden_fall(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    return (
        _course(rng, as_of, _opioid(rng), [rng.randint(4, 6)] * rng.randint(4, 16) + [rng.randint(1, 2)]),
    )


def _two_medicines(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    months = rng.randint(3, 18)
    long_acting = rng.choice([o for o in opioids() if o.is_long_acting])
    short = rng.choice([o for o in opioids() if not o.is_long_acting])
    return (
        _course(rng, as_of, long_acting, [rng.randint(1, 3)], months=months),
        _course(rng, as_of, short, [_a_day(rng)], months=months),
    )


def _restart(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    opioid = _opioid(rng)
    now = _course(rng, as_of, opioid, [_a_day(rng)], months=rng.randint(1, 6))
    ended = now[0].first - timedelta(days=rng.randint(20, 90))
    return ((*_course(rng, ended, opioid, [_a_day(rng)], months=rng.randint(2, 8), used_up=True), *now),)


def _lapsed(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    ended = as_of - timedelta(days=rng.randint(46, 400))
    return (_course(rng, ended, _opioid(rng), [_a_day(rng)], months=rng.randint(2, 10), used_up=True),)


def _acute(rng: random.Random, as_of: date) -> tuple[tuple[Fill, ...], ...]:
    short = rng.choice([o for o in opioids() if not o.is_long_acting])
    return ((Fill(as_of - timedelta(days=rng.randint(0, 30)), rng.randint(3, 7), short, _a_day(rng)),),)


def _course(
    rng: random.Random,
    until: date,
    opioid: Opioid,
    a_day: list[int],
    *,
    months: int = 0,
    used_up: bool = False,
) -> tuple[Fill, ...]:
    """Fills one after the other, some a few days late or early; the last is running on `until`, or ends then."""
    doses = a_day * months if months else a_day
    days = rng.choice((28, 30))
    first = until - timedelta(days=days - 1 if used_up else rng.randint(0, days - 1))
    fills: list[Fill] = []
    for dose in reversed(doses):
        fills.insert(0, Fill(first, days, opioid, dose))
        # Early only where the dose stays: a new dose is begun when it is written.
        earliest = 0 if len(set(doses)) > 1 or used_up else -2
        first -= timedelta(days=days + rng.choice((0, 0, 0, 0, 1, 3, 5, earliest)))
    return tuple(fills)


_STREAMS: dict[str, Callable[[random.Random, date], tuple[tuple[Fill, ...], ...]]] = {
    "none": lambda _rng, _as_of: (),
    "acute": _acute,
    "steady": _steady,
    "rise": _rise,
    "taper": _taper,
    "sudden fall": _sudden_fall,
    "two medicines": _two_medicines,
    "restart": _restart,
    "lapsed": _lapsed,
}


def _opioid(rng: random.Random) -> Opioid:
    return rng.choice(opioids())


def _a_day(rng: random.Random) -> int:
    return rng.randint(1, 6)


def _ago(rng: random.Random, as_of: date, most: int) -> date:
    return as_of - timedelta(days=rng.randint(0, most))


def _one_of(rng: random.Random, shares: dict[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
