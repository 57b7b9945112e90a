"""The screening tools: their codes, their items, their range, and where a result counts as positive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rules.codes import keys_of

Words = Mapping[str, int]

HOW_OFTEN: Words = MappingProxyType(
    {"not at all": 0, "several days": 1, "more than half the days": 2, "nearly every day": 3,
     "more than half of the days": 2, "nearly everyday": 3}
)  # fmt: skip
YES_NO: Words = MappingProxyType({"no": 0, "yes": 1, "false": 0, "true": 1})
OFTEN_IN_A_YEAR: Words = MappingProxyType(
    {"never": 0, "less than monthly": 1, "monthly": 2, "weekly": 3, "daily or almost daily": 4}
)
# The answers of AUDIT-C's three questions; no wording stands for two different scores.
AUDIT_C_WORDS: Words = MappingProxyType(
    {**OFTEN_IN_A_YEAR, "monthly or less": 1, "2 to 4 times a month": 2, "2-4 times a month": 2,
     "2 to 3 times a week": 3, "2-3 times a week": 3, "4 or more times a week": 4,
     "1 or 2": 0, "3 or 4": 1, "5 or 6": 2, "7 to 9": 3, "7, 8, or 9": 3, "10 or more": 4}
)  # fmt: skip
ANY_TIMES: Words = MappingProxyType(
    {**YES_NO, "none": 0, "never": 0, "0 times": 0, "1 or more": 1, "once": 1}
)


@dataclass(frozen=True, slots=True)
class Item:
    """One question; several codes when sources disagree on which LOINC term it is."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """There is one of each, told apart by being that one."""

    name: str
    totals: frozenset[str]  # LOINC codes of the total, and of the panel where EHRs put the total
    high: int  # the most that can be scored; the least is 0
    items: tuple[Item, ...] = ()
    # Answered "no" or "never", it ends the tool: nothing else is asked, and the result is 0.
    opening: Item | None = None
    item_high: int = 3
    words: Words = field(default_factory=dict)
    # Codes that other tools use too: alone they do not mean that this tool was begun.
    shared: frozenset[str] = frozenset()
    bands: tuple[tuple[int, str], ...] = ()  # from this score on, in words
    positive_stays_short: bool = False  # PHQ and GAD: a positive score is current for 90 days only
    counts_anything: bool = False  # a count rather than a score: any unit, no upper end
    form_name: str = ""  # pattern of its name in a form's title or address

    def band(self, points: int) -> str:
        return next((words for least, words in reversed(self.bands) if points >= least), "")


def _codes(group: str, *codes: str) -> frozenset[str]:
    """KeyError for a code that the tables do not have."""
    return frozenset(code for _, code in keys_of(group, only=codes))


def _items(group: str, *codes: str) -> tuple[Item, ...]:
    keys_of(group, only=codes)
    return tuple(Item(f"question {n}", (code,)) for n, code in enumerate(codes, 1))


_PHQ9_ITEMS = _items(
    "PHQ-9", "44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8"
)
PHQ2 = Instrument(
    "PHQ-2",
    _codes("PHQ-2", "55758-7", "55757-9"),
    high=6,
    items=_PHQ9_ITEMS[:2],
    words=HOW_OFTEN,
    positive_stays_short=True,
    form_name=r"phq-?2\b",
)
PHQ9 = Instrument(
    "PHQ-9",
    _codes("PHQ-9", "44261-6", "44249-1"),
    high=27,
    items=_PHQ9_ITEMS,
    words=HOW_OFTEN,
    shared=frozenset(code for item in _PHQ9_ITEMS[:2] for code in item.codes),
    bands=(
        (0, "none or minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe"),
    ),
    positive_stays_short=True,
    form_name=r"phq-?9\b",
)  # fmt: skip
PHQ9_ITEM_9 = Instrument(
    "PHQ-9 question 9", frozenset(_PHQ9_ITEMS[8].codes), high=3, words=HOW_OFTEN, positive_stays_short=True
)
GAD7 = Instrument(
    "GAD-7",
    _codes("GAD-7", "70274-6", "69737-5"),
    high=21,
    items=_items("GAD-7", "69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
    words=HOW_OFTEN,
    bands=((0, "none or minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    positive_stays_short=True,
    form_name=r"gad-?7\b",
)
PC_PTSD5 = Instrument(
    "PC-PTSD-5",
    _codes("PC-PTSD-5", "102017-1"),
    high=5,
    items=_items("PC-PTSD-5", "102012-2", "102013-0", "102014-8", "102015-5", "102016-3"),
    opening=Item("opening question", tuple(_codes("PC-PTSD-5", "102011-4"))),
    item_high=1,
    words=YES_NO,
    form_name=r"pc-?ptsd",
)
_HOW_OFTEN_A_DRINK = Item(
    "question 1", (*_codes("AUDIT-C drinking days", "68518-0"), *_codes("AUDIT-C", "68517-2"))
)
AUDIT_C = Instrument(
    "AUDIT-C",
    _codes("AUDIT-C", "75626-2", "72109-2"),
    high=12,
    opening=_HOW_OFTEN_A_DRINK,
    items=(
        _HOW_OFTEN_A_DRINK,
        Item("question 2", tuple(_codes("AUDIT-C", "68519-8"))),
        Item("question 3", tuple(_codes("AUDIT-C", "68520-6"))),
    ),
    item_high=4,
    words=AUDIT_C_WORDS,
    # Also asked alone, as a count of days, to screen for unhealthy drinking.
    shared=_codes("AUDIT-C", "68517-2"),
    form_name=r"audit-?c\b",
)
AUDIT = Instrument(
    "AUDIT",
    _codes("AUDIT", "75624-7", "72110-0"),
    high=40,
    bands=((0, "lower"), (8, "hazardous"), (15, "likely alcohol use disorder"), (20, "severe")),
)
DAST10 = Instrument(
    "DAST-10",
    _codes("DAST-10", "82667-7", "82666-9"),
    high=10,
    bands=((0, "none"), (1, "low"), (3, "moderate"), (6, "substantial"), (9, "severe")),
    form_name=r"dast-?10",
)
SINGLE_QUESTION = Instrument(
    "single drug question",
    _codes("single-item drug", "68524-8", "95389-3"),
    high=0,
    words=ANY_TIMES,
    counts_anything=True,
)
TAPS_DRUGS = Instrument("TAPS part 1, drugs", _codes("TAPS", "96843-8"), high=4, words=OFTEN_IN_A_YEAR)
TAPS_MEDICINES = Instrument(
    "TAPS part 1, prescription medicines", _codes("TAPS", "96844-6"), high=4, words=OFTEN_IN_A_YEAR
)
TAPS_ALCOHOL = Instrument(
    "TAPS part 1, alcohol", _codes("TAPS", "88037-7", "75889-6"), high=4, words=OFTEN_IN_A_YEAR
)

ALL: tuple[Instrument, ...] = (
    PHQ2, PHQ9, PHQ9_ITEM_9, GAD7, PC_PTSD5, AUDIT_C, AUDIT, DAST10, SINGLE_QUESTION,
    TAPS_DRUGS, TAPS_MEDICINES, TAPS_ALCOHOL,
)  # fmt: skip
