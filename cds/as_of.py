"""The day a chart is read for, where a person may choose it."""

from datetime import date

# Lead times and look-backs of some years are added to it and taken from it.
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)


def day_from(text: str) -> date:
    """Raises ValueError, with a sentence, for anything but a plausible YYYY-MM-DD."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day; write it as 2026-03-02") from None
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError(f"{text!r} is too far from today; choose a day between 1900 and 2200")
    return day
