"""How the daily dose moved: the series of rules.therapy read over a stretch of days."""

from datetime import date, timedelta
from decimal import Decimal

from chart.frozen import dataclass
from chart.when import day_in_words
from rules.case import Case
from rules.mme_lines import in_words
from rules.therapy import DoseDay


@dataclass(frozen=True, slots=True)
class Change:
    """The dose on two days, and whether both are known to the full."""

    before: DoseDay
    now: DoseDay
    now_in_words: str  # the total as it stands at the top of the page, so that today has one number

    @property
    def is_certain(self) -> bool:
        return not any(d.at_least or d.mme != d.mme_uncertain for d in (self.before, self.now))

    @property
    def share(self) -> Decimal | None:
        """Of the earlier dose: 0.2 is a rise by 20 %. None from nothing."""
        if self.before.mme == 0:
            return None
        return (self.now.mme - self.before.mme) / self.before.mme

    @property
    def told(self) -> str:
        return f"{_on(self.before)}, {self.now_in_words} on {day_in_words(self.now.day)}"


def _on(day: DoseDay) -> str:
    is_open = day.at_least or day.mme != day.mme_uncertain
    if is_open and day.mme == 0:
        return f"a dose that cannot be told on {day_in_words(day.day)}"
    at_least = "at least " if is_open else ""
    return f"{at_least}{in_words(day.mme)} on {day_in_words(day.day)}"


def change(case: Case, days: int) -> Change | None:
    """Between `days` days ago and today; None where the series does not reach."""
    before = case.therapy.mme_on(case.as_of - timedelta(days=days))
    now = case.therapy.mme_on(case.as_of)
    return Change(before, now, str(case.mme)) if before and now else None


def is_tapering(case: Case, days: int = 30) -> bool:
    """The dose is lower than `days` days ago, and an opioid is still in use."""
    found = change(case, days)
    return bool(found and found.is_certain and 0 < found.now.mme < found.before.mme)


def stretch(case: Case, first: date, last: date) -> list[DoseDay]:
    series = case.therapy.series
    if not series:
        return []
    begin = series[0].day
    return list(series[max((first - begin).days, 0) : max((last - begin).days + 1, 0)])
