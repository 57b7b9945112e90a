"""The parts of a medicine's name: which words name an ingredient, which numbers are its strength."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations

from chart.product_tables import TOKEN, Phrase, phrases, products_of
from chart.strengths import Strength, find_strengths, shared_volume

_CONNECTED = re.compile(r"[-/&+,;()]|\band\b|\bwith\b")
_LEADING = re.compile(
    r"^(?:(?:abuse-deterrent|matrix delivery|once-daily|nda\d+)\s+)?(?:[\d.]+\s*(?:hr|ml|actuat)\s+)?"
)
# Words around a drug's name that name no drug: salts, forms, release, routes, habits of writing.
_OTHER_WORDS = frozenset(
    "hydrochloride hcl hci sulfate sulf phosphate phos bitartrate bitart tartrate maleate napsylate polistirex"
    " tannate sodium potassium hydrobromide terephthalate methylbromide acetate citrate bromide liposomal tincture"
    " mononitrate dipotassium pamoate base er xr sr cr xl ir la dr ec odt contin extended release immediate"
    " sustained controlled long short acting oral tablet tablets tab tabs tb capsule capsules cap caps caplet film"
    " films sl sublingual buccal transdermal patch patches system solution soln syrup elixir suspension susp"
    " liquid concentrate injection injectable inj vial syringe prefilled cartridge auto injector nasal spray"
    " lozenge troche rectal suppository topical cream gel ointment drops rescue kit pack dose unit device generic"
    " brand usp nf human hr hrs hour hours h ml mg mcg ug g actuat the of for in by mouth po take as needed prn"
    " pain chronic abuse deterrent delivery matrix strength plus d x a or to home med medication each every daily"
    " per day otc rx free iv im pf preservative implant disintegrating effervescent chewable metered mouth".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """One ingredient named, with its strength in mg per `per` when told."""

    name: str
    amount: Decimal | None = None
    per: str = ""
    has_unit: bool = True


@dataclass(frozen=True, slots=True)
class NameParts:
    slots: tuple[Slot, ...] = ()
    brands: tuple[Phrase, ...] = ()
    is_known: bool = False  # at least one ingredient of the tables
    is_confirmed: bool = True
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mention:
    phrase: Phrase
    start: int
    end: int


def read_parts(text: str) -> NameParts:
    """Parts of one lower-case name without brackets."""
    pieces = text.split(" / ")
    if len(pieces) > 1 and not all(any(s.has_unit for s in find_strengths(p)) for p in pieces):
        pieces = [text.replace(" / ", "/")]
    return _joined([_read_piece(_LEADING.sub("", piece)) for piece in pieces])


def _joined(read: list[NameParts]) -> NameParts:
    if len(read) == 1:
        return read[0]
    return NameParts(
        tuple(s for p in read for s in p.slots),
        tuple(b for p in read for b in p.brands),
        any(p.is_known for p in read),
        all(p.is_confirmed for p in read),
        tuple(d for p in read for d in p.doubts),
    )


def _read_piece(text: str) -> NameParts:
    mentions = _mentions(text)
    strengths = [s for s in find_strengths(text) if not any(m.start <= s.start < m.end for m in mentions)]
    if not mentions:
        return NameParts(tuple(_unknown(text, strengths)))
    explicit = {n for m in mentions if not m.phrase.is_brand for n in m.phrase.ingredients}
    if strengths and sum(len(m.phrase.ingredients) for m in mentions) > 1:
        strengths = shared_volume(strengths)
    slots: list[Slot] = []
    doubts: list[str] = []
    for names, group in _together(list(_runs(text, mentions, strengths, explicit))):
        assigned = _assign(names, group, ordered=explicit.issuperset(names) or len(names) == 1)
        slots.extend(assigned)
        if group and all(s.amount is None for s in assigned):
            doubts.append("the strengths in the name do not fit its ingredients")
    for m in mentions:
        if m.phrase.strengths:
            slots = _replaced(slots, m.phrase)
    brands = tuple(m.phrase for m in mentions if m.phrase.is_brand)
    return NameParts(tuple(slots), brands, True, all(b.is_confirmed for b in brands), tuple(doubts))


def _mentions(text: str) -> list[_Mention]:
    tokens = [(m[0], m.start(), m.end()) for m in TOKEN.finditer(text)]
    found, at = [], 0
    while at < len(tokens):
        phrase = _phrase_at(tokens, at)
        if phrase is None:
            at += 1
            continue
        last = at + len(phrase.tokens) - 1
        found.append(_Mention(phrase, tokens[at][1], tokens[last][2]))
        at = last + 1
    return found


def _phrase_at(tokens: Sequence[tuple[str, int, int]], at: int) -> Phrase | None:
    for phrase in phrases().get(tokens[at][0], ()):
        end = at + len(phrase.tokens)
        if end <= len(tokens) and all(t[0] == w for t, w in zip(tokens[at:end], phrase.tokens, strict=True)):
            return phrase
    return None


def _unknown(text: str, strengths: list[Strength]) -> Iterator[Slot]:
    """An ingredient no table has, kept so that a combination is not taken for a single ingredient."""
    head = text[: strengths[0].start] if strengths else text
    if name := _words_left(head):
        one = strengths[0] if len(strengths) == 1 and len(strengths[0].amounts) == 1 else None
        yield Slot(name, one.amounts[0], one.per) if one and one.has_unit else Slot(name)


def _words_left(text: str) -> str:
    return " ".join(w for w in re.findall(r"[a-z][a-z0-9']*", text) if w not in _OTHER_WORDS)


def _runs(
    text: str, mentions: list[_Mention], strengths: list[Strength], explicit: set[str]
) -> Iterator[tuple[list[str], list[Strength]]]:
    """Ingredients named one after another, with the strengths that follow them."""
    runs: list[tuple[list[str], list[Strength]]] = []
    pending: list[Strength] = []
    seen: set[str] = set()
    start = 0
    for strength in [*strengths, None]:
        end = strength.start if strength else len(text)
        names = [n for n in _names(text, start, end, mentions, explicit, not runs) if n not in seen]
        if names:
            runs.append((names, pending))
            pending = []
            seen.update(names)
        if strength:
            (runs[-1][1] if runs else pending).append(strength)
            start = strength.end
    yield from runs


def _together(runs: list[tuple[list[str], list[Strength]]]) -> list[tuple[list[str], list[Strength]]]:
    """Ingredients around their strengths are one run of two: "oxycodone 10 mg/325 mg acetaminophen"."""
    if len(runs) == 2 and runs[0][1] and not runs[1][1]:
        names = runs[0][0] + runs[1][0]
        if len(runs[0][1]) == 1 and len(runs[0][1][0].amounts) == len(names):
            return [(names, runs[0][1])]
    return runs


def _names(
    text: str, start: int, end: int, mentions: list[_Mention], explicit: set[str], is_first: bool
) -> Iterator[str]:
    """Ingredients named between two places; words of no table count only when joined to the first ones."""
    inside = [m for m in mentions if start <= m.start < end]
    at = start
    for mention in [*inside, None]:
        gap = text[at : mention.start if mention else end]
        if is_first and inside:
            # What touches the mention itself ("codeine sulfate", "generic codeine") is not a further drug.
            pieces = _CONNECTED.split(gap)
            inner = pieces[1 if at > start else 0 : len(pieces) - 1 if mention else len(pieces)]
            yield from filter(None, map(_words_left, inner))
        if mention:
            yield from _fresh(mention.phrase, explicit)
            at = mention.end


def _fresh(phrase: Phrase, explicit: set[str]) -> Iterator[str]:
    """A brand beside its own ingredients adds nothing, and their order counts, not the brand's."""
    yield from (n for n in phrase.ingredients if not phrase.is_brand or n not in explicit)


def _assign(names: list[str], strengths: list[Strength], ordered: bool) -> list[Slot]:
    told = _one_telling(strengths, len(names))
    if told is None:
        return [Slot(n) for n in names]
    if len(told.amounts) == len(names):
        order = _order(names, told, ordered)
        return [_slot(n, told, a) for n, a in order] if order else [Slot(n) for n in names]
    if len(told.amounts) == 1:
        return _given_to_the_opioid(names, told)
    return [Slot(n) for n in names]


def _one_telling(strengths: list[Strength], wanted: int) -> Strength | None:
    """The one strength that is told; None when there is none, or several that disagree."""
    with_units = [s for s in strengths if s.has_unit] or strengths
    if not with_units:
        return None
    first = with_units[0]
    if all(s.amounts == first.amounts and s.per == first.per for s in with_units):
        return first
    singles = [s for s in with_units if len(s.amounts) == 1]
    if wanted > 1 and len(singles) == len(with_units) == wanted and len({s.per for s in singles}) == 1:
        return replace(first, amounts=tuple(s.amounts[0] for s in singles))
    return None


def _order(names: list[str], told: Strength, ordered: bool) -> list[tuple[str, Decimal | None]] | None:
    """Each ingredient with its amount: as written, unless only another order makes a product that exists."""
    if len(names) == 1:
        return list(zip(names, told.amounts, strict=True))
    rows = products_of(frozenset(names))
    for amounts in permutations(told.amounts) if len(names) <= 4 else ():
        pairs = list(zip(names, amounts, strict=True))
        if any(all(_near(row.strengths[n], a) for n, a in pairs) for row in rows):
            return pairs
    return list(zip(names, told.amounts, strict=True)) if ordered or not rows else None


def _near(listed: Decimal, amount: Decimal | None) -> bool:
    return amount is not None and abs(listed - amount) <= listed * Decimal("0.02")


def _given_to_the_opioid(names: list[str], told: Strength) -> list[Slot]:
    """One number for two ingredients ("Suboxone 8 mg") is the opioid's, if such a product exists."""
    amount = told.amounts[0]
    for row in products_of(frozenset(names)):
        if _near(row.strength, amount):
            return [_slot(n, told, amount) if n == row.ingredient else Slot(n) for n in names]
    return [Slot(n) for n in names]


def _slot(name: str, told: Strength, amount: Decimal | None) -> Slot:
    return Slot(name, amount, told.per if amount is not None else "", told.has_unit)


def _replaced(slots: list[Slot], phrase: Phrase) -> list[Slot]:
    """Strengths that the name itself stands for ("Tylenol #3")."""
    told = dict(zip(phrase.ingredients, phrase.strengths, strict=True))
    return [Slot(s.name, told[s.name]) if s.name in told and s.amount is None else s for s in slots]
