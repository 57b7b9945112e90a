"""Reads everything asked for about one patient from a FHIR server, and says what it could not read."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from chart.elements import Json, as_text
from chart.fhir_server import FhirServer, Limits
from chart.gathered import detail_of, distinct, id_in, key_of
from chart.paging import Found, follow, run_search
from chart.reader import ChartNotReadable
from chart.records import Gap, SetAside, SourceRead, Unavailable
from chart.searches import Search, gap_sentence, name_of, searches_for
from chart.searchset import medication_references, own_records
from chart.transport import TOO_SLOW, Call, NotRead, SignInEnded

__all__ = [
    "ChartNotReadable",
    "FhirServer",
    "Given",
    "Limits",
    "RawRecord",
    "SignInEnded",
    "Step",
    "read_in_steps",
    "read_record",
]

_TOOK_TOO_LONG = "reading them took too long"
_STILL_READING = "they are still being read"
_TICK = 0.1  # seconds, at most, between two steps
# Epic's ids may be longer than the 64 characters FHIR allows.
_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~-]{1,256}")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """FHIR JSON as the server sent it. Every type asked for is in `sources`, in `unavailable`, or in both."""

    patient: Json | None
    resources: tuple[Json, ...]  # the Patient first, Medications last; no type/id twice
    unavailable: tuple[Unavailable, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    sources: tuple[SourceRead, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What came beforehand (prefetch) and is not asked for again; `onward` holds where a list goes on."""

    patient: Json | None = None
    found: Mapping[Search, Found] = field(default_factory=dict)
    onward: Mapping[Search, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """How far the reading has come: what is awaited, by name, and what there is so far."""

    waiting: tuple[str, ...]
    is_last: bool
    patient: Json | None
    record: Callable[[], RawRecord]  # what is still awaited counts as not read, and says so


def read_record(
    server: FhirServer,
    patient_id: str,
    types: Iterable[str],
    *,
    as_of: date,
    deadline_s: float = 12.0,
    is_granted: Callable[[str], bool] | None = None,
    refresh: Callable[[], str] | None = None,
    observation_codes: Iterable[str] = (),
    given: Given | None = None,
) -> RawRecord:
    """Read `types` in parallel. ChartNotReadable without the patient, SignInEnded without a valid token.

    `refresh` is called at most once, after a first 401, and returns a new access token.
    """
    steps = read_in_steps(
        server, patient_id, types, as_of=as_of, deadline_s=deadline_s, is_granted=is_granted, refresh=refresh,
        observation_codes=observation_codes, given=given,
    )  # fmt: skip
    last = deque(steps, maxlen=1).pop()
    return last.record()


def read_in_steps(
    server: FhirServer,
    patient_id: str,
    types: Iterable[str],
    *,
    as_of: date,
    deadline_s: float = 12.0,
    is_granted: Callable[[str], bool] | None = None,
    refresh: Callable[[], str] | None = None,
    observation_codes: Iterable[str] = (),
    given: Given | None = None,
) -> Iterator[Step]:
    """As read_record, telling as answers come in; the last step is complete or as far as time allowed."""
    if not _ID.fullmatch(patient_id):
        raise ChartNotReadable("The EHR did not say which patient's chart to read.")
    call = Call(server, deadline_s, refresh, f"Patient/{patient_id}")
    reading = _Reading(call, patient_id, as_of, is_granted or server.grants)
    try:
        reading.start(frozenset(types), tuple(observation_codes), given or Given())
        for _ in reading.gather():
            yield Step(reading.waiting(), False, reading.patient, partial(reading.record, is_last=False))
    finally:
        reading.stop()
    yield Step((), True, reading.patient, reading.record)


class _Reading:
    """All the requests for one patient. Only the caller's thread changes it."""

    def __init__(self, call: Call, patient_id: str, as_of: date, is_granted: Callable[[str], bool]) -> None:
        self.call, self.patient_id, self.as_of, self.is_granted = call, patient_id, as_of, is_granted
        self.types: frozenset[str] = frozenset()
        self.patient: Json | None = None
        self.found: dict[Search, Found | None] = {}  # None while it is out
        self.medications: dict[str, Json | NotRead | None] = {}  # by reference, likewise
        self.tasks: dict[Future[Any], Callable[[Any], None]] = {}  # -> what to do with the answer

    def start(self, types: frozenset[str], codes: tuple[str, ...], given: Given) -> None:
        self.types = types
        if given.patient is not None:
            self.patient = given.patient
        elif not self.is_granted("Patient"):
            raise ChartNotReadable("The EHR did not allow this app to read the patient's own details.")
        else:
            self._send(self._take_patient, _read_patient, self.call, self.patient_id)
        for search in searches_for(types, codes):
            if search in given.onward:
                self.found[search] = given.found[search]  # should the rest not come in time
                self._send(self._take_found, follow, given.found[search], given.onward[search], self.call)
            elif search in given.found:
                self._take_found(given.found[search])
            elif self.is_granted(search.resource_type):
                self.found[search] = None
                self._send(self._take_found, run_search, search, self.call, self.patient_id, self.as_of)
            else:
                self.found[search] = _missed(search, Gap.REFUSED, "access was not granted at sign-in")

    def gather(self) -> Iterator[None]:
        """Take each answer as it comes, until all are in or the time is up."""
        while self.tasks and (left := self.call.left()):
            done, _ = wait(self.tasks, timeout=min(_TICK, left), return_when=FIRST_COMPLETED)
            for task in done:
                self.tasks.pop(task)(task.result())
            yield
        if self.patient is None:
            raise ChartNotReadable(_no_patient(TOO_SLOW))

    def waiting(self) -> tuple[str, ...]:
        return tuple(search.name for search, found in self.found.items() if found is None)

    def stop(self) -> None:
        self.call.stop()
        for task in self.tasks:
            task.cancel()

    def record(self, *, is_last: bool = True) -> RawRecord:
        parts = [
            f or (_missed(s, Gap.FAILED, _TOOK_TOO_LONG) if is_last else _awaited(s))
            for s, f in self.found.items()
        ]
        medications = [m for m in self.medications.values() if isinstance(m, dict)]
        resources: list[Json] = [self.patient] if self.patient else []
        set_aside: list[SetAside] = []
        for found in parts:
            own, foreign = own_records(tuple(found.resources), self.patient or {}, self.patient_id)
            _note_mixed_up(found, own, foreign)
            resources += own
            set_aside += [*found.set_aside, *foreign]
        once = tuple(distinct([*resources, *medications]))
        gaps = [gap for found in parts for gap in found.unavailable]
        return RawRecord(
            self.patient,
            once,
            tuple(dict.fromkeys([*gaps, *self._medication_gap(once)])),
            tuple(set_aside),
            self._sources(parts, Counter(as_text(r.get("resourceType")) for r in once)),
        )

    def _send(self, take: Callable[[Any], None], work: Callable[..., Any], *args: object) -> None:
        self.tasks[self.call.submit(work, *args)] = take

    def _take_patient(self, patient: Json) -> None:
        self.patient = patient

    def _take_found(self, found: Found) -> None:
        """Medications that were referred to and not included are asked for while other searches run."""
        self.found[found.search] = found
        included = {key_of(r) for r in found.resources}
        for reference in medication_references(tuple(found.resources)):
            if reference not in self.medications and ("Medication", id_in(reference)) not in included:
                self._ask_medication(reference)

    def _ask_medication(self, reference: str) -> None:
        self.medications[reference] = None
        base = self.call.server.base
        url = self.call.server.url_below(reference.split("/_history/")[0], f"{base}/")
        asked = len(self.medications)
        if not self.is_granted("Medication"):
            self.medications[reference] = NotRead(Gap.REFUSED, "")
        elif url is None or "/Medication/" not in url:
            self.medications[reference] = NotRead(Gap.FAILED, "")
        elif asked > self.call.server.limits.medications:
            self.medications[reference] = NotRead(Gap.CUT_OFF, "")
        else:

            def take(medication: Json | NotRead) -> None:
                self.medications[reference] = medication

            self._send(take, _read_medication, self.call, url)

    def _medication_gap(self, once: tuple[Json, ...]) -> Iterator[Unavailable]:
        """Their names in the orders must then do, which may hide a strength or an ingredient."""
        known = {key_of(r) for r in once if r.get("resourceType") == "Medication"}
        lost = {r: m for r, m in self.medications.items() if ("Medication", id_in(r)) not in known}
        if lost:
            kinds = [m.kind if isinstance(m, NotRead) else Gap.FAILED for m in lost.values()]
            kind = Gap.FAILED if Gap.NOT_SUPPORTED in kinds else kinds[0]
            why = f"{len(lost)} known here only by the name in the order"
            yield Unavailable("Medication", kind, gap_sentence(name_of("Medication"), kind, why))

    def _sources(self, parts: list[Found], counts: Counter[str]) -> tuple[SourceRead, ...]:
        sources = [SourceRead("Patient", 1, "EHR")]
        for kind in dict.fromkeys(found.search.resource_type for found in parts if found.is_read):
            read = [found for found in parts if found.is_read and found.search.resource_type == kind]
            sources.append(SourceRead(kind, counts[kind], detail_of(read)))
        if counts["Medication"] or "Medication" in self.types:
            sources.append(SourceRead("Medication", counts["Medication"], "EHR"))
        return tuple(sources)


def _read_patient(call: Call, patient_id: str) -> Json:
    try:
        url = f"{call.server.base}/Patient/{patient_id}"
        patient = call.get(url, call.search_ends(), is_counted=False)
    except NotRead as trouble:
        raise ChartNotReadable(_no_patient(_PATIENT_TROUBLE.get(trouble.kind) or trouble.why)) from None
    if patient["resourceType"] != "Patient":
        raise ChartNotReadable(_no_patient("the answer was not a patient's record"))
    if as_text(patient.get("id")) not in ("", patient_id):
        raise ChartNotReadable(_no_patient("the EHR answered with another patient's record"))
    return patient


_PATIENT_TROUBLE = {
    Gap.REFUSED: "the EHR did not share the patient's own details",
    Gap.NOT_SUPPORTED: "the EHR does not know this patient",
}


def _no_patient(why: str) -> str:
    return f"The patient's chart could not be read: {why}."


def _read_medication(call: Call, url: str) -> Json | NotRead:
    try:
        medication = call.get(url, call.search_ends())
    except NotRead as trouble:
        return trouble
    if medication["resourceType"] != "Medication":
        return NotRead(Gap.FAILED, "")
    return {**medication, "id": id_in(url)}


def _missed(search: Search, kind: Gap, why: str) -> Found:
    found = Found(search)
    found.miss(kind, why)
    return found


def _awaited(search: Search) -> Found:
    """Not a fault, and not logged as one."""
    found = Found(search)
    reason = gap_sentence(search.name, Gap.FAILED, _STILL_READING)
    found.unavailable.append(Unavailable(search.resource_type, Gap.FAILED, reason))
    return found


def _note_mixed_up(found: Found, own: list[Json], foreign: list[SetAside]) -> None:
    """Nothing but other people's records answers another question: what this patient has is not known."""
    kind = found.search.resource_type
    theirs = [f for f in foreign if f.resource_type == kind and not f.hides_a_record]
    if theirs and all(r.get("resourceType") != kind for r in own):
        found.miss(Gap.FAILED, "the EHR answered with another patient's records")
