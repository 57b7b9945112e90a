"""The last requests the practice EHR answered, with their secrets masked, for developers to read."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Request
from werkzeug.exceptions import HTTPException

LONGEST_LOG = 500
MASK = "***"
SECRETS = frozenset(
    {
        "access_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "launch",
        "pending",
        "refresh_token",
        "state",
        "token",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    method: str
    path: str
    query: str  # masked
    form: str  # masked; empty for anything but a form
    scheme: str  # of the Authorization header: Basic, Bearer, or nothing
    status: int
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

    def note(self, request: Request, at: float, status: int, why: str) -> None:
        is_fhir = request.path.startswith("/fhir/")
        self._entries.append(
            Entry(
                datetime.fromtimestamp(at, UTC),
                request.method,
                request.path,
                _masked(request.args.items(multi=True), is_fhir=is_fhir),
                _masked(_form_of(request), is_fhir=is_fhir),
                request.headers.get("Authorization", "").partition(" ")[0],
                status,
                why,
            )
        )


def _form_of(request: Request) -> Iterable[tuple[str, str]]:
    try:
        return list(request.form.items(multi=True))
    except HTTPException:  # a body too large was refused unread
        return ()


def _masked(pairs: Iterable[tuple[str, str]], *, is_fhir: bool) -> str:
    # On the FHIR endpoint `code` is a clinical code to search for, not a secret.
    secrets = SECRETS - {"code"} if is_fhir else SECRETS
    shown = [(name, MASK if name in secrets else value) for name, value in pairs]
    return urlencode(shown, safe="*/:|,")
