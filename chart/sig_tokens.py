"""Directions as a list of words and numbers, spelled one way."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

LONGEST = 1000  # characters; directions that run on longer are not read at all, rather than in part

_NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "sixteen": 16, "eighteen": 18,
}  # fmt: skip
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70}
_FRACTION_WORDS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "quarters": Fraction(1, 4)}

_SPELLED = str.maketrans({
    "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3",
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    "µ": "u", "μ": "u", "×": "x", "’": None, "‘": None, "'": None, "\r": "\n", "\u00a0": " ",
})  # fmt: skip
_REPAIRS = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"\(s\)", "s"),
        (r"\bw/o\b", "without "),
        (r"\bw/", "with "),
        (r"\bq(\d{1,2})h?\s?-\s?q(\d)", r"q\1-\2"),  # q4h-q6h
        (r"(\d)-(?=[a-z])", r"\1 "),  # 24-hour
    )
)
_DOTTED = re.compile(r"\b(?:[a-z]\.){1,3}[a-z]\b\.?|\b(?:[a-z]\.){2,4}")  # b.i.d., p.o., q.i.d
_TOKEN = re.compile(
    r"(?P<date>\d{1,4}(?P<between>[/-])\d{1,2}(?P=between)\d{2,4})"
    r"|(?P<clock>\d{1,2}:\d{2})"
    r"|(?P<ratio>\d+/\d+)"
    r"|(?P<number>[1-9]\d{0,2}(?:,\d{3})+(?![\d,])|\d*\.\d+|\d+)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<mark>\S|\n)"
)
# 0,5 may be a half or two numbers; nothing is read from it.
_DOUBTFUL_COMMA = re.compile(r"\d,\d")
_THOUSANDS = re.compile(r"(?<![\d,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")


class Token(NamedTuple):
    """`number` is set for a number, however it was written; `kind` tells dates, clock times and ratios apart."""

    text: str
    kind: str = "word"
    number: Fraction | None = None


def tokens(text: str) -> list[Token] | None:
    """None when the text is too long, or a number in it may mean two things."""
    if len(text) > LONGEST:
        return None
    plain = text.lower().translate(_SPELLED)
    if _DOUBTFUL_COMMA.search(_THOUSANDS.sub("", plain)):
        return None
    plain = _DOTTED.sub(lambda m: m.group().replace(".", "") + " ", plain)
    for pattern, by in _REPAIRS:
        plain = pattern.sub(by, plain)
    return _without_repeats(list(_numbers([_token(m) for m in _TOKEN.finditer(plain)])))


def _token(found: re.Match[str]) -> Token:
    kind, text = found.lastgroup or "mark", found.group()
    if kind == "number":
        return Token(text, kind, Fraction(text.replace(",", "")[:20]))
    if kind == "ratio":
        above, below = (int(part[:9]) for part in text.split("/"))
        if 0 < above < below <= 4:
            return Token(text, "fraction", Fraction(above, below))
    return Token(text, kind)


def _numbers(found: list[Token]) -> Iterator[Token]:
    """Fold number words, fractions and mixed numbers into one number token."""
    at = 0
    while at < len(found):
        value, after = _simple(found, at)
        if value is None:
            yield found[at]
            at += 1
            continue
        value, after = _mixed(found, value, after)
        yield Token(" ".join(t.text for t in found[at:after]), "number", value)
        at = after


def _simple(found: list[Token], at: int) -> tuple[Fraction | None, int]:
    """A number without its fraction: 24, twenty-four, 1/2, half a, three quarters."""
    token = found[at]
    if (fraction := _fraction(found, at))[0] is not None:
        return fraction
    if token.number is not None:
        return token.number, at + 1
    if token.text in _TENS:
        return _tens(found, at)
    if token.text in _NUMBER_WORDS:
        return Fraction(_NUMBER_WORDS[token.text]), at + 1
    return None, at


def _tens(found: list[Token], at: int) -> tuple[Fraction, int]:
    after = at + 2 if _text(found, at + 1) == "-" else at + 1
    ones = _NUMBER_WORDS.get(_text(found, after), 0)
    if 0 < ones < 10:
        return Fraction(_TENS[found[at].text] + ones), after + 1
    return Fraction(_TENS[found[at].text]), at + 1


def _fraction(found: list[Token], at: int) -> tuple[Fraction | None, int]:
    """1/2, half, half a, half of a, one half, one-half, a half, three quarters."""
    if found[at].kind == "fraction":
        return found[at].number, _past_article(found, at + 1)
    many = {"one": 1, "1": 1, "a": 1, "three": 3}.get(found[at].text)
    word = at if many is None else at + 1 + (_text(found, at + 1) == "-")
    share = _FRACTION_WORDS.get(_text(found, word))
    if share is None or (many == 3 and share != Fraction(1, 4)):
        return None, at
    return share * (many or 1), _past_article(found, word + 1)


def _past_article(found: list[Token], at: int) -> int:
    start = at + 1 if _text(found, at) == "of" else at
    return start + 1 if _text(found, start) in ("a", "an") else at


def _mixed(found: list[Token], value: Fraction, at: int) -> tuple[Fraction, int]:
    """1 1/2, 1-1/2, 1 and 1/2, one and a half."""
    if value.denominator != 1 or value == 0:
        return value, at
    start = at + 1 if _text(found, at) in ("and", "&", "-") else at
    if start >= len(found) or (start == at and found[at].kind != "fraction"):
        return value, at
    share, after = _fraction(found, start)
    return (value + share, after) if share is not None and share < 1 else (value, at)


def _without_repeats(found: list[Token]) -> list[Token]:
    """6 (six) hours: the number in brackets goes when it is the same; when it is not, it stays to be stumbled over."""
    kept: list[Token] = []
    at = 0
    while at < len(found):
        token = found[at]
        kept.append(token)
        at += 1
        inside = found[at : at + 3]
        if token.number is not None and len(inside) == 3 and (inside[0].text, inside[2].text) == ("(", ")"):
            at += 3 if inside[1].number == token.number else 0
    return kept


def _text(found: list[Token], at: int) -> str:
    return found[at].text if at < len(found) else ""
