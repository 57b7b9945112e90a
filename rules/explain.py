"""The MME/day of one patient as a plain-text table, with every factor and step."""

from collections.abc import Iterable
from textwrap import wrap

from rules.equivalent import plain
from rules.factors import CDC_2022
from rules.mme import Counted, DailyMme, Excluded, NotCalculated, in_words

_WIDTH = 100
_CAPTION = (
    f"An estimate with the {CDC_2022} factors: the most the directions allow, for comparing overall exposure. "
    "Never for converting from one opioid to another, and not for treatment of opioid use disorder."
)


def explain(mme: DailyMme) -> str:
    """For a person at a terminal or a printer; ends with a newline."""
    lines = [f"Total: {mme}", ""]
    lines += _section("Counted", (_counted(e, mme) for e in mme.by_medication))
    lines += _section(
        "Not calculated (the total is at least what is counted)", map(_left_out, mme.not_calculated)
    )
    current = [e for e in mme.excluded if e.is_current]
    lines += _section("In use and not part of MME", map(_left_out, current))
    lines += _section("Not in use", map(_left_out, (e for e in mme.excluded if not e.is_current)))
    lines += _section("Not read", ([note] for note in mme.notes))
    return "\n".join([*lines, *wrap(_CAPTION, _WIDTH)]) + "\n"


def _section(title: str, entries: Iterable[list[str]]) -> list[str]:
    lines: list[str] = []
    for first, *more in entries:
        lines += wrap(first, _WIDTH, initial_indent="  ", subsequent_indent="    ")
        for line in more:
            lines += wrap(line, _WIDTH, initial_indent="    ", subsequent_indent="      ")
    return [title, *lines, ""] if lines else []


def _counted(entry: Counted, mme: DailyMme) -> list[str]:
    up_to = "up to " if entry.mme_low != entry.mme else ""
    amount = f"{plain(entry.dosage_per_day)} {entry.unit}{'' if '/' in entry.unit else '/day'}"
    return [
        f"{entry.name}: {up_to}{in_words(entry.mme, mme.thresholds)}",
        f"{amount} × {plain(entry.factor)}",
        entry.basis,
        *(f"note: {note}" for note in entry.notes),
        f"from {', '.join(entry.record_ids)}",
    ]


def _left_out(entry: NotCalculated | Excluded) -> list[str]:
    return [f"{entry.name}: {entry.reason}", f"from {', '.join(entry.record_ids)}"]
