"""Faults on demand: what a launch asks to go wrong, written as in `403=Observation; delay=500`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace

HEADER = "X-Practice-Faults"
ALL = "*"
LONGEST_DELAY = 30_000  # milliseconds: longer than any app should wait

ID_TOKENS = {
    "missing": "none is sent",
    "not-a-jwt": "a word that is not a JWT",
    "unsigned": "alg none, no signature",
    "wrong-signature": "its signature does not fit",
    "unknown-key": "signed with a key nobody published",
    "hs256": "signed with the public key as if it were a secret",
    "embedded-key": "brings its own key along",
    "wrong-issuer": "from another issuer",
    "wrong-audience": "meant for another app",
    "expired": "expired an hour ago",
    "future": "issued an hour from now",
    "wrong-nonce": "the nonce of another launch",
    "no-nonce": "without a nonce",
    "no-user": "does not say who signed in",
    "patient-user": "says that a patient signed in",
}
SIGN_INS = {
    "access_denied": "the user, or the EHR, says no",
    "invalid_scope": "the EHR refuses the scopes",
    "server_error": "the EHR fails",
    "temporarily_unavailable": "the EHR is busy",
    "wrong-issuer": "the answer names another issuer (RFC 9207)",
}
REFRESHES = {"refused": "invalid_grant: the session is over", "failing": "500: perhaps later"}
CONTEXTS = {"no-patient": "no patient is named", "no-encounter": "no visit is named"}


class BadFault(ValueError):
    """A fault that cannot be understood; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Nothing set: everything works. Types are FHIR types; `*` stands for all of them."""

    unauthorized_after: int | None = None  # calls with one access token; then it is as if revoked
    forbidden: frozenset[str] = frozenset()
    throttled: frozenset[str] = frozenset()
    failing: frozenset[str] = frozenset()
    cut_off: frozenset[str] = frozenset()
    times: int | None = None  # how often a type meets 429 or 500, then all is well; None: always
    retry_after: int | None = None  # seconds, told with 429
    delay: int = 0  # milliseconds before each answer
    without_scopes: frozenset[str] = frozenset()
    token_seconds: int | None = None
    refresh: str = ""
    id_token: str = ""
    sign_in: str = ""
    context: str = ""

    def __bool__(self) -> bool:
        return self != NO_FAULTS

    def __str__(self) -> str:
        said = ((one, getattr(self, one.field)) for one in KINDS)
        return "; ".join(
            f"{one.name}={_written(value)}" for one, value in said if value != getattr(NO_FAULTS, one.field)
        )

    def over(self, other: "Faults") -> "Faults":
        """These on top of `other`, each of which stays where these say nothing."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return replace(
            other, **{name: value for name, value in said.items() if value != getattr(NO_FAULTS, name)}
        )


NO_FAULTS = Faults()


def hits(types: frozenset[str], resource_type: str) -> bool:
    return ALL in types or resource_type in types


@dataclass(frozen=True, slots=True)
class Kind:
    """One fault by the name it is written with: how it is read, and what the form and the docs say of it."""

    name: str
    field: str
    label: str
    read: Callable[[str], object]
    choices: Mapping[str, str] | None = None
    example: str = ""


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise BadFault(f"takes a whole number from {least} to {most}")

    return read


def _types(text: str) -> frozenset[str]:
    found = frozenset(part.strip() for part in text.split(",") if part.strip())
    if all(name == ALL or (name.isalpha() and name[0].isupper()) for name in found):
        return found
    raise BadFault("takes FHIR types separated by commas, or * for all")


def _one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in choices:
            return text
        raise BadFault(f"takes one of {', '.join(choices)}")

    return read


KINDS = (
    Kind("401-after", "unauthorized_after", "401 after this many calls with one token", _number(0, 1000), example="5"),
    Kind("403", "forbidden", "403 for these types", _types, example="Condition"),
    Kind("429", "throttled", "429 for these types", _types, example="Observation"),
    Kind("retry-after", "retry_after", "Retry-After with the 429, in seconds", _number(0, 3600), example="1"),
    Kind("500", "failing", "500 for these types", _types, example="Encounter"),
    Kind("times", "times", "429 and 500 only this often for each type, then an answer", _number(1, 100), example="1"),
    Kind("cut-off", "cut_off", "Answers that break off, for these types", _types, example="MedicationRequest"),
    Kind("delay", "delay", "Delay of every answer, in milliseconds", _number(0, LONGEST_DELAY), example="800"),
    Kind("without-scopes", "without_scopes", "Scopes that are not granted, by type", _types, example="Procedure"),
    Kind("token-seconds", "token_seconds", "Seconds an access token lives", _number(1, 3600), example="30"),
    Kind("refresh", "refresh", "Refresh", _one_of(REFRESHES), REFRESHES, "refused"),
    Kind("id-token", "id_token", "id_token", _one_of(ID_TOKENS), ID_TOKENS, "wrong-nonce"),
    Kind("sign-in", "sign_in", "Answer to the sign-in", _one_of(SIGN_INS), SIGN_INS, "access_denied"),
    Kind("context", "context", "Launch context", _one_of(CONTEXTS), CONTEXTS, "no-patient"),
)  # fmt: skip


def read_faults(pairs: Iterable[tuple[str, str]]) -> Faults:
    """Names and values as of a form; an empty value asks for nothing. Raises BadFault with a sentence."""
    by_name = {kind.name: kind for kind in KINDS}
    found: dict[str, object] = {}
    for name, value in ((name.strip().lower(), value.strip()) for name, value in pairs):
        if name not in by_name:
            raise BadFault(f"{name} is not a fault known here. Known are {', '.join(by_name)}.")
        try:
            found |= {by_name[name].field: by_name[name].read(value)} if value else {}
        except BadFault as problem:
            raise BadFault(f"{name} {problem}.") from None
    return replace(NO_FAULTS, **found)  # type: ignore[arg-type]


def from_header(text: str) -> Faults:
    """`403=Observation, Condition; delay=500`."""
    parts = (part for part in text.split(";") if part.strip())
    return read_faults((name, value) for name, _, value in (part.partition("=") for part in parts))


def _written(value: object) -> str:
    return ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
