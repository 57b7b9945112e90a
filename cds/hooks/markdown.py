"""Text from records as it may stand in a card: one line, and in Markdown without any markup of its own."""

import re

LONGEST_SUMMARY = 139  # "less than 140 characters" (CDS Hooks 2.0)

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKUP = re.compile(r"[\\`*_{}\[\]()#|~!@$]")
# GitHub makes links of bare addresses, and lists of lines that begin so.
_ADDRESS = re.compile(r":(?=//)|(?<=[wW]{3})\.|(?<=mailto):", re.IGNORECASE)
_LIST = re.compile(r"^(\d+)([.)])|^([-+=])")


def one_line(text: str) -> str:
    """White space folded, characters that do not print left out."""
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())


def escaped(text: str) -> str:
    """The text itself, whatever it holds."""
    line = _MARKUP.sub(lambda found: f"\\{found[0]}", one_line(text))
    line = "".join(_ENTITIES.get(c, c) for c in line)
    line = _ADDRESS.sub(lambda found: f"\\{found[0]}", line)
    return _LIST.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def summary(text: str) -> str:
    """Plain text cut at a word: length as JavaScript counts it, since that is what clients check with."""
    line = one_line(text)
    if _length(line) <= LONGEST_SUMMARY:
        return line
    kept = line[: LONGEST_SUMMARY - 1]
    while _length(kept) > LONGEST_SUMMARY - 1:
        kept = kept[:-1]
    at_word = kept.rpartition(" ")[0] or kept
    return f"{at_word.rstrip(' ,;:.')}…"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
