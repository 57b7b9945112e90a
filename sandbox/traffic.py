"""The last requests the practice EHR answered, with their secrets masked, for developers to read and learn from."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Request, Response
from werkzeug.exceptions import HTTPException

from sandbox import masking
from sandbox.doors import current_door
from sandbox.masking import MASK

LONGEST_LOG = 500

__all__ = ["LONGEST_LOG", "MASK", "Entry", "Log"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One request and its answer; every part of it masked before it is kept."""

    at: datetime
    conversation: int  # the launch it belongs to; 0: of no launch, as discovery is
    door: str
    method: str
    path: str
    query: str
    form: str  # empty for anything but a form
    body: str  # of what an app writes; the first part of it
    scheme: str  # of the Authorization header: Basic, Bearer, or nothing
    authorization: str
    headers: tuple[tuple[str, str], ...]
    status: int
    milliseconds: int
    answer_headers: tuple[tuple[str, str], ...]
    answer: str
    assertion: str  # the client's signed assertion, opened
    why: str  # the reason given, when the request was refused


class Log:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LONGEST_LOG)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def clear(self) -> None:
        self._entries.clear()

    def note(
        self, request: Request, answer: Response, at: float, milliseconds: int, why: str, conversation: int
    ) -> None:
        is_fhir, form = request.path.startswith("/fhir/"), list(_form_of(request))
        header = request.headers.get("Authorization", "")
        self._entries.append(
            Entry(
                datetime.fromtimestamp(at, UTC),
                conversation,
                current_door().name,
                request.method,
                _path(request),
                masking.pairs(request.args.items(multi=True), is_fhir=is_fhir),
                masking.pairs(form, is_fhir=is_fhir),
                _body_of(request, is_fhir=is_fhir),
                header.partition(" ")[0] if " " in header else "",
                masking.authorization(header),
                masking.headers(request.headers, masking.SHOWN_OF_REQUESTS),
                answer.status_code,
                milliseconds,
                (*masking.headers(answer.headers, masking.SHOWN_OF_ANSWERS), *_location(answer)),
                _answer(answer, is_fhir=is_fhir),
                _assertion(dict(form)),
                why,
            )
        )


def _path(request: Request) -> str:
    """As the caller wrote it: behind some doors FHIR has another address."""
    door, path = current_door(), request.path
    is_fhir = path == "/fhir" or path.startswith("/fhir/")
    return door.fhir_path + path.removeprefix("/fhir") if is_fhir else door.prefix + path


def _form_of(request: Request) -> Iterable[tuple[str, str]]:
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # a body too large was refused unread
        return ()


def _body_of(request: Request, *, is_fhir: bool) -> str:
    """Of what is written to the FHIR endpoint: elsewhere a body that is no form is a mistake, with secrets in it."""
    if not is_fhir or request.mimetype == "application/x-www-form-urlencoded":
        return ""
    try:
        return masking.document(request.get_data(), is_fhir=False)
    except HTTPException:
        return ""


def _location(answer: Response) -> tuple[tuple[str, str], ...]:
    return (("Location", masking.address(answer.location)),) if answer.location else ()


def _answer(answer: Response, *, is_fhir: bool) -> str:
    if answer.mimetype == "text/html" or answer.is_streamed:
        return "(a page)" if answer.mimetype == "text/html" and answer.status_code < 300 else ""
    return masking.document(answer.get_data(), is_fhir=is_fhir)


def _assertion(form: dict[str, str]) -> str:
    opened = masking.opened(form["client_assertion"]) if form.get("client_assertion") else ""
    return masking.written(opened) if isinstance(opened, dict) else opened
