"""Dates as FHIR records them: a day, a month or a year, never an invented day."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from typing import Self

from chart.frozen import dataclass

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?$")
_MONTHS = tuple(calendar.month_abbr)
# A clinic's evening is already tomorrow in UTC, and as_of is the clinic's own day.
_EARTH_TURNS = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class When:
    """The days a recorded date can mean, first to last inclusive; the same day twice when it is exact."""

    text: str
    first: date
    last: date
    instant: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a FHIR date, dateTime or instant. Raises ValueError for anything else."""
        written = text.strip()
        if _is_day(written):
            day = date.fromisoformat(written)
            return cls(text, day, day)
        if partial := _PARTIAL.match(written):
            return cls(text, *_days_meant(*partial.groups()))
        instant = datetime.fromisoformat(written)
        day = instant.date()
        return cls(text, day, day, instant)

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.isoformat(), day, day)

    @property
    def is_exact(self) -> bool:
        return self.first == self.last

    def is_after(self, day: date) -> bool:
        """Certainly later than `day`, wherever on Earth the clinic is."""
        if self.first < day:  # no zone is a whole day from UTC
            return False
        if self.instant is not None and self.instant.tzinfo is not None:
            end_of_day = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            return self.instant >= end_of_day + _EARTH_TURNS
        return self.first > day

    def is_within(self, days: int, as_of: date) -> bool:
        """Certainly no more than `days` days before `as_of`: for evidence that something was done."""
        return self.first >= as_of - timedelta(days=days)

    def may_be_within(self, days: int, as_of: date) -> bool:
        """Possibly no more than `days` days before `as_of`: for findings that raise a risk."""
        return self.last >= as_of - timedelta(days=days)

    def __str__(self) -> str:
        if self.is_exact:
            return day_in_words(self.first)
        return self.text


def _is_day(text: str) -> bool:
    """YYYY-MM-DD: nearly every date there is. `date.fromisoformat` alone would take week dates too."""
    return len(text) == 10 and text[4] == "-" == text[7] and text.isascii()


def day_in_words(day: date) -> str:
    """12 Mar 2024: one format for every date a person reads."""
    return f"{day.day} {_MONTHS[day.month]} {day.year}"


def _days_meant(year: str, month: str | None, day: str | None) -> tuple[date, date]:
    if day is not None and month is not None:
        exact = date(int(year), int(month), int(day))
        return exact, exact
    if month is not None:
        days = calendar.monthrange(int(year), int(month))[1]
        return date(int(year), int(month), 1), date(int(year), int(month), days)
    return date(int(year), 1, 1), date(int(year), 12, 31)
