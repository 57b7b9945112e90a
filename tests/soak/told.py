"""What a summary page says, taken from its HTML: whose it is, what it read, what it could not read."""

import re
from dataclasses import dataclass
from html import unescape

NOTE = re.compile(r"soak-note:[\w.:-]+")
_NAMES = re.compile(r'<h1 class="patient-name"><bdi>(.*?)</bdi>', re.DOTALL)
_MRNS = re.compile(r"MRN <bdi>(.*?)</bdi>")
_GAPS = re.compile(r'<section class="gaps".*?<ul>(.*?)</ul>', re.DOTALL)
_ITEMS = re.compile(r"<li>(.*?)</li>", re.DOTALL)
_SOURCES = re.compile(r"<p>(Read from .*?)\n?\s*MME/day by", re.DOTALL)
_DOSE = re.compile(r'id="dose-title">.*?(<p class="number.*?</p>)', re.DOTALL)
_HANDLES = re.compile(r"/visit/([\w-]+)/")
_FORM_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')
_HAPPENED = re.compile(r"<h2>The summary stops here</h2>\s*<p>(.*?)</p>", re.DOTALL)
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Told:
    text: str
    names: tuple[str, ...]
    mrns: tuple[str, ...]
    gaps: frozenset[str]
    sources: str
    dose: str
    handles: frozenset[str]
    form_token: str
    stopped: str  # the sentence of a page that broke off; empty where it is whole
    is_whole: bool
    notes: frozenset[str]


def read_page(html):
    gaps = _GAPS.findall(html)
    return Told(
        unescape(html),
        tuple(map(unescape, _NAMES.findall(html))),
        tuple(map(unescape, _MRNS.findall(html))),
        frozenset(plain(item) for part in gaps for item in _ITEMS.findall(part)),
        plain(_first(_SOURCES, html)),
        plain(_first(_DOSE, html)),
        frozenset(_HANDLES.findall(html)),
        _first(_FORM_TOKEN, html),
        plain(_first(_HAPPENED, html)),
        "</html>" in html and "<footer>" in html,
        frozenset(NOTE.findall(html)),
    )


def title_of(html):
    """Of a page that says that something did not work."""
    return plain(_first(_TITLE, html))


def plain(html):
    return " ".join(unescape(_TAGS.sub("", html)).split())


def _first(pattern, html):
    found = pattern.search(html)
    return found[1] if found else ""
