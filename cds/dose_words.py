"""Today's dose and how it moved, in the words of the headline and of the first screen."""

from dataclasses import dataclass
from decimal import Decimal

from chart.when import day_in_words
from rules.case import Case
from rules.mme import DailyMme
from rules.mme_lines import in_words
from rules.therapy import DoseChange, change_since

_UNIT = " MME/day"
_AT_LEAST = "at least "


@dataclass(frozen=True, slots=True)
class DoseToday:
    """The parts of str(DailyMme); without a number there is only `told`."""

    told: str
    number: str = ""
    at_least: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """`direction` is "down", "up", "same" or "unsure"; the words follow on "40 MME/day, "."""

    direction: str
    words: str


def dose_today(mme: DailyMme) -> DoseToday:
    told = str(mme)
    number = told.removeprefix(_AT_LEAST).removesuffix(_UNIT)
    is_number = number.replace(".", "", 1).isdecimal()
    return DoseToday(told, number if is_number else "", told.startswith(_AT_LEAST))


def trend(case: Case) -> Trend | None:
    """Against the day that the policy compares with; None where there is nothing to compare."""
    change = change_since(case.therapy, case.policy.dose_history_days)
    if change is None or not (change.old or change.new or case.mme.has_opioid_in_use):
        return None
    day = day_in_words(change.since)
    if not _can_tell(change, case.mme):
        return Trend("unsure", f"change since {day} cannot be told for certain")
    if change.old == change.new:
        return Trend("same", f"same as on {day}")
    direction = "down" if change.new < change.old else "up"
    before = _number(change.old, case.mme) if change.old else "none on record"
    return Trend(direction, f"{direction} from {before} on {day}")


def _can_tell(change: DoseChange, mme: DailyMme) -> bool:
    """Only where the series and the total rest on the same complete record."""
    return change.is_certain and not mme.at_least and not mme.notes and change.new == mme.total


def _number(value: Decimal, mme: DailyMme) -> str:
    return in_words(value, mme.thresholds).removesuffix(_UNIT)
