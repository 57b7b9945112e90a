"""Whether a page may say what it says: one patient, nothing hidden, and every gap told."""

from urllib.parse import parse_qsl, urlsplit

from cds.outcomes.reading import NOT_READ
from chart.searches import name_of, searches_for
from tests.soak.trouble import HARMLESS

# Not part of the chart: the app's own manners, and who is signed in.
NOT_CHART = {"sign-in", "Patient", "Practitioner", "PractitionerRole", "Medication"}
HONEST_STOPS = ("The EHR ", "The app could not reach the EHR", "The patient's chart could not be read")

STOPS_OF_AN_OUTAGE = ("The app could not write its audit record", "The app's own database did not answer")


class PageCheck:
    """`calm` holds what each patient's page said before anything went wrong."""

    def __init__(self, clinic, ledger, wreck, calm):
        self.clinic, self.ledger, self.wreck, self.calm = clinic, ledger, wreck, calm

    def check(self, visit, told, answer):
        for wrong in self.wrongs(visit, told, answer):
            number = answer.response.headers.get("X-Request-Id", "")
            self.ledger.fail(f"page of {visit.person.id}, request {number}: {wrong}")

    def wrongs(self, visit, told, answer):
        yield from whose(told, visit, self.clinic.practice)
        if told.stopped:
            self.ledger.counted("page", "200 stopped midway, and says so")
            is_away = self.wreck.database_away_during(answer.began, answer.ended)
            if not told.stopped.startswith(HONEST_STOPS + (STOPS_OF_AN_OUTAGE if is_away else ())):
                yield f"stopped with {told.stopped!r}"
            return
        if not told.is_whole:
            yield "the page ends before its end"
            return
        yield from self._gaps(visit, told, answer)
        yield from self._recorded(visit, told, answer)

    def _recorded(self, visit, told, answer):
        """What was confirmed is shown, or the page says that it could not be read, which only an outage excuses."""
        if any(gap.startswith(NOT_READ) for gap in told.gaps):
            if not self.wreck.database_away_during(answer.began, answer.ended):
                yield "recorded answers were not read though the database was there"
        elif lost := self.ledger.confirmed_before(visit.person.id, answer.began) - told.notes:
            yield f"{len(lost)} confirmed answers are not on it: {sorted(lost)[:3]}"

    def _gaps(self, visit, told, answer):
        calm = self.calm.get(visit.person.id)
        failed = self._failed(visit.who, answer)
        self.ledger.counted("page", "200 with gaps told" if told.gaps else "200 complete")
        for event in failed:
            if not any(gap.startswith(names_of(event["kind"], event["url"])) for gap in told.gaps):
                yield f"{event['url']}: {event['fault']}, and no gap is told; told are {sorted(told.gaps)}"
        if calm and told.gaps <= calm.gaps:
            for part in ("sources", "dose", "gaps"):
                if getattr(told, part) != getattr(calm, part):
                    yield f"without a gap, {part} are {getattr(told, part)!r}, not {getattr(calm, part)!r}"

    def _failed(self, who, answer):
        """Searches whose last answer, while this page was read, was a bad one."""
        told = self.clinic.ehr.ask("told", who=who, since=answer.began)
        last = {e["url"]: e for e in told["events"] if e["ended"] <= answer.ended}
        bad = (e for e in last.values() if not e["is_well"] and e["kind"] not in NOT_CHART)
        return [e for e in bad if e["fault"] != "401"]

    def may_have_ended(self, visit):
        """Whether the EHR revoked this sign-in, or did not answer its last refresh well."""
        told = self.clinic.ehr.ask("told", who=visit.who, since=0)
        refreshes = [e for e in told["events"] if e["kind"] == "sign-in" and "/token" in e["url"]]
        return told["is_revoked"] or any(e["fault"] not in HARMLESS | {"200"} for e in refreshes)


def whose(told, visit, practice):
    """The heart of it: this patient's name and number, this launch's address, and no word of anyone else."""
    own = visit.person
    if set(told.names) != {own.name} or set(told.mrns) != {own.mrn}:
        yield f"MIXED PATIENTS: it is headed {told.names} {told.mrns}"
    if others := practice.others_in(told.text, own):
        yield f"MIXED PATIENTS: it names {others[:3]}"
    if told.handles - {visit.handle}:
        yield "MIXED PATIENTS: it leads to another launch"
    if foreign := [note for note in told.notes if note.split(":")[1] != own.id]:
        yield f"MIXED PATIENTS: it shows what was recorded for others: {foreign[:3]}"


def names_of(kind, url):
    """What the gap begins with when this search is not answered; of the next page of a list, any of its type's."""
    asked = set(parse_qsl(urlsplit(url).query))
    searches = searches_for((kind,))
    fitting = [
        (len(query.filters), search.name, query.name or search.name)
        for search in searches
        for attempt in search.attempts
        for query in attempt
        if {*query.filters} <= asked and "patient" in dict(asked)
    ]
    if not fitting:
        return (name_of(kind), *(search.name for search in searches))
    closest = max(fitting)[0]
    return tuple({name for size, *names in fitting if size == closest for name in names})
