"""The small part of Markdown that cards are written in, as HTML in which everything else is plain text."""

import html
import re

from markupsafe import Markup, escape

_ITEM = re.compile(r"( *)[-*] +(.*)")
# A backslash before punctuation, the mark of bold, or text. Links, images and HTML stay the text they are.
_TOKEN = re.compile(r"\\([!-/:-@\[-`{-~])|(\*\*)|([^\\*]+|.)", re.DOTALL)


def rendered(text: str) -> Markup:
    """Paragraphs, nested lists and bold."""
    parts: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip("\n")):
        parts += _block(block.splitlines())
    return Markup("\n".join(parts))  # noqa: S704  # nosec B704  every text in it went through escape()


def _block(lines: list[str]) -> list[str]:
    parts: list[str] = []
    items: list[tuple[int, str]] = []
    plain: list[str] = []
    for line in [*lines, ""]:
        found = _ITEM.fullmatch(line.rstrip())
        if found:
            items.append((len(found[1]), found[2]))
        elif line.strip() and items:
            items[-1] = (items[-1][0], f"{items[-1][1]} {line.strip()}")
        elif line.strip():
            plain.append(line.strip())
        if plain and (found or not line):
            parts.append(f"<p>{_inline(' '.join(plain))}</p>")
            plain = []
    return [*parts, _list(items)] if items else parts


def _list(items: list[tuple[int, str]]) -> str:
    parts, depth = [], -1
    for indent, text in items:
        level = min(indent // 2, depth + 1)
        parts.append("<ul>" if level > depth else "</li>" + "</ul></li>" * (depth - level))
        parts.append(f"<li>{_inline(text)}")
        depth = level
    return "".join(parts) + "</li></ul>" * (depth + 1)


def _inline(text: str) -> str:
    parts, is_bold = [], False
    for backslashed, mark, words in _TOKEN.findall(text):
        if mark:
            parts.append("</strong>" if is_bold else "<strong>")
            is_bold = not is_bold
        else:
            parts.append(str(escape(backslashed or html.unescape(words))))
    return "".join(parts) + ("</strong>" if is_bold else "")
