"""What a person reads on a page, block by block, and a search of it for comfort that nothing bears out."""

import re
from html.parser import HTMLParser

_INLINE = {"a", "b", "bdi", "code", "em", "small", "span", "strong", "time"}
_UNSEEN = {"style", "script", "title", "svg"}
# What one rule says stands in these, under its own "Cannot tell"; the page speaks for itself around them.
_ITEMS = {"article", "li", "details"}

# "Nothing found", "None on record", "No opioid in use", "0 MME/day": true only of a chart that was read whole.
_COMFORT = re.compile(r"^(?:nothing|none|no)\b|\bno opioids?\b|(?<![\d.])0 MME/day", re.I)
_LIMITED = re.compile(r"could (?:not )?be (?:read|told|counted)|cannot be told|not all could", re.I)


class _Blocks(HTMLParser):
    def __init__(self, unread: frozenset[str]) -> None:
        super().__init__()
        self.unread = unread
        self.blocks: list[str] = [""]
        self.depth = 0  # inside elements that are not read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._edge(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        self._edge(tag, -1)

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.blocks[-1] += data

    def _edge(self, tag: str, step: int) -> None:
        if tag in self.unread:
            self.depth += step
        elif tag not in _INLINE:
            self.blocks.append("")


def blocks(html: str, leaving_out: set[str] | None = None) -> list[str]:
    """The text of each paragraph, heading, list entry or cell."""
    parser = _Blocks(frozenset(_UNSEEN | (leaving_out or set())))
    parser.feed(html)
    spaced = (" ".join(block.split()) for block in parser.blocks)
    return [block for block in spaced if block]


def text(html: str) -> str:
    return "\n".join(blocks(html))


def own_blocks(html: str) -> list[str]:
    """What the page says itself, without what single rules say in their items."""
    return blocks(html, leaving_out=_ITEMS)


def unlimited_comfort(html: str) -> list[str]:
    """What the page says to be absent without saying that not all could be read."""
    return [said for said in own_blocks(html) if _COMFORT.search(said) and not _LIMITED.search(said)]
