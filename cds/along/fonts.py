"""The fonts of the PDF: letters of most of the world's scripts, each loaded only where a text needs it."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parent / "fonts"
REGULAR, BOLD = FOLDER / "DejaVuSans.ttf", FOLDER / "DejaVuSans-Bold.ttf"
# Han last: it also holds letters that the others draw better.
_OTHERS = (*sorted(FOLDER.glob("N*.ttf")), FOLDER / "DroidSansFallbackFull.ttf")
MISSING = "\N{REPLACEMENT CHARACTER}"


def fonts_for(text: str) -> tuple[Path, ...]:
    """Those needed beside DejaVu Sans, in the order to try them."""
    wanted = {ord(letter) for letter in text} - _letters(REGULAR)
    chosen = []
    for path in _OTHERS:
        if not wanted:
            break
        if wanted & _letters(path):
            chosen.append(path)
            wanted -= _letters(path)
    return tuple(chosen)


def drawable(text: str) -> str:
    """The text with a mark in place of every letter that no font here draws: lost letters are seen as lost."""
    return "".join(_drawn(letter) for letter in text)


def _drawn(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter in "\n\t":
        return " "
    if kind in ("Cc", "Cf", "Zl", "Zp"):  # controls and signs that turn the direction of text
        return " " if kind[0] == "Z" else ""
    return letter if _is_drawn(ord(letter)) else MISSING


@lru_cache(maxsize=4096)
def _is_drawn(code: int) -> bool:
    return any(code in _letters(path) for path in (REGULAR, *_OTHERS))


@lru_cache(maxsize=32)
def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
