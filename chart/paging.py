"""One search run to its end: its fallbacks, its pages, and an account of what it did not bring."""

import logging
from dataclasses import dataclass, field, replace
from datetime import date

from chart.elements import Json
from chart.preferences import preferences_of
from chart.records import Gap, SetAside, Unavailable
from chart.searches import ALWAYS_OFFERED, Query, Search, gap_sentence
from chart.searchset import Page, read_page
from chart.transport import Call, NotRead, SignInEnded

_log = logging.getLogger(__name__)
_REJECTED = frozenset({400, 422})
_EXPIRED = frozenset({400, 404, 410})  # a page whose search session the server has forgotten


@dataclass(slots=True)
class Found:
    """What one search has brought so far."""

    search: Search
    resources: list[Json] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    unavailable: list[Unavailable] = field(default_factory=list)
    since: date | None = None
    entries: int = 0
    is_read: bool = False  # at least one page has come
    has_warning: bool = False

    def take(self, page: Page) -> None:
        self.resources += page.resources
        self.set_aside += page.set_aside
        self.entries += page.size
        self.is_read = True
        self.has_warning = self.has_warning or page.has_warning
        if page.has_error:
            self.miss(Gap.CUT_OFF, "the EHR reported that something is missing")

    def miss(self, kind: Gap, why: str = "", name: str = "") -> None:
        if kind is Gap.NOT_SUPPORTED and not name and self.search.resource_type in ALWAYS_OFFERED:
            kind, why = Gap.FAILED, "the EHR answered that it does not know them"
        reason = gap_sentence(name or self.search.name, kind, why)
        if all(u.reason != reason for u in self.unavailable):
            self.unavailable.append(Unavailable(self.search.resource_type, kind, reason))
            _log.warning("FHIR %s: %s %s", self.search.resource_type, kind.value, why)


def run_search(search: Search, call: Call, patient_id: str, as_of: date) -> Found:
    """Never raises but SignInEnded: one type that goes wrong must not take the others with it."""
    found = Found(search)
    try:
        _SearchRun(found, call, patient_id, as_of).run()
    except SignInEnded:
        raise
    except Exception as problem:
        _log.error("FHIR %s: %s", search.resource_type, type(problem).__name__)
        found.miss(Gap.FAILED, "an unexpected answer")
    return found


def follow(begun: Found, link: str, call: Call) -> Found:
    """The list that `begun` is the first page of, to its end. Never raises but SignInEnded.

    `begun` says that it is cut off, and stays as it is for when this does not end in time.
    """
    whole = replace(begun, resources=list(begun.resources), set_aside=list(begun.set_aside), unavailable=[])
    try:
        _SearchRun(whole, call, "", date.min).go_on(link)
    except SignInEnded:
        raise
    except Exception as problem:
        _log.error("FHIR %s: %s", begun.search.resource_type, type(problem).__name__)
        whole.miss(Gap.CUT_OFF, "an unexpected answer")
    return whole


class _SearchRun:
    def __init__(self, found: Found, call: Call, patient_id: str, as_of: date) -> None:
        self.found, self.call = found, call
        self.patient_id, self.as_of = patient_id, as_of
        self.until = call.search_ends()

    def run(self) -> None:
        known, search = preferences_of(self.call.server.base), self.found.search
        for number, attempt in enumerate(known.ordered(search)):
            rejected = [query for query in attempt if not self._read(query)]
            if len(rejected) < len(attempt):
                for query in rejected:
                    self.found.miss(Gap.NOT_SUPPORTED, name=query.name or search.name)
                if number and not rejected:
                    known.taken(search, attempt)
                return
        self.found.miss(Gap.FAILED, "the EHR did not accept the request")

    def go_on(self, link: str) -> None:
        url = self.call.server.url_below(link, f"{self.call.server.base}/")
        if url is None:
            return self.found.miss(Gap.CUT_OFF, "the EHR sent the app elsewhere for the rest")
        try:
            return self._follow(url, before=0)
        except NotRead as trouble:
            return self.found.miss(Gap.CUT_OFF, trouble.why or "the EHR stopped answering")

    def _read(self, query: Query) -> bool:
        """Whether the server took the query; what went wrong after that is said in `found`."""
        path = query.path(self.found.search.resource_type, self.patient_id, self.as_of)
        try:
            self._follow(f"{self.call.server.base}/{path}")
        except NotRead as trouble:
            if trouble.status in _REJECTED:
                return False
            self.found.miss(trouble.kind, trouble.why, query.name)
            return True
        self.found.since = query.since(self.as_of)
        if query.limited_to:
            self.found.miss(Gap.CUT_OFF, f"this EHR shares only {query.limited_to}")
        return True

    def _follow(self, first: str, before: int | None = None) -> None:
        """All pages. Raises NotRead for the first one; from the second on, a failure is a cut."""
        before = self.found.entries if before is None else before
        url, may_restart = first, True
        seen: set[str] = set()
        while url:
            if reason := self._too_much(url, seen):
                return self.found.miss(Gap.CUT_OFF, reason)
            seen.add(url)
            try:
                page = self._page(url)
            except NotRead as trouble:
                if self.found.entries == before and url == first and may_restart:
                    raise
                if trouble.status not in _EXPIRED or not may_restart:
                    return self.found.miss(Gap.CUT_OFF, trouble.why or "the EHR stopped answering")
                url, may_restart = first, False  # Epic forgets a search session after a while
                seen.clear()
                continue
            self.found.take(page)
            url = self._next(page, url, before)
        return None

    def _page(self, url: str) -> Page:
        bundle = self.call.get(url, self.until)
        if bundle["resourceType"] != "Bundle" or not isinstance(bundle.get("entry") or [], list | dict):
            raise NotRead(Gap.FAILED, "the answer was not a list of records", 200)
        return read_page(bundle, self.found.search.resource_type, self.found.entries)

    def _too_much(self, url: str, seen: set[str]) -> str:
        limits = self.call.server.limits
        if url in seen:
            return "the EHR repeated a page"
        if len(seen) >= limits.pages or self.found.entries >= limits.entries:
            return f"there are more than the first {self.found.entries}"
        return ""

    def _next(self, page: Page, url: str, before: int) -> str:
        """The next page's URL; "" at the end. An empty page may still have a next (Epic filters late)."""
        if page.next is None:
            if page.total is not None and page.total > self.found.entries - before:
                self.found.miss(Gap.CUT_OFF, "the EHR counted more than it sent")
            return ""
        onward = self.call.server.url_below(page.next, url) if page.next else None
        if onward is None:
            self.found.miss(Gap.CUT_OFF, "the EHR sent the app elsewhere for the rest")
        return onward or ""
