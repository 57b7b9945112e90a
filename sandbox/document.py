"""Writes docs/practice-ehr.md: its words, with the tables of patients, doors and faults made from the code."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from sandbox.doors import CLIENTS, ISSUERS, SCOPES, Door
from sandbox.faults import CONTEXTS, HEADER, ID_TOKENS, KINDS, REFRESHES, SIGN_INS
from sandbox.patients import practice_patients

WORDS = Path(__file__).with_name("document.md")
PAGE = Path(__file__).parents[1] / "docs" / "practice-ehr.md"
ANY_DAY = date(2026, 3, 2)  # stories and names do not hang on it


def written() -> str:
    """The whole page; `{{ name }}` in the words stands for a part made from the code."""
    parts = {
        "patients": _patients(),
        "faults": _faults(),
        "header": HEADER,
        "id-tokens": _choices(ID_TOKENS),
        "sign-ins": _choices(SIGN_INS),
        "refreshes": _choices(REFRESHES),
        "contexts": _choices(CONTEXTS),
        "clients": _choices(CLIENTS),
        "scopes": _choices(SCOPES),
        "issuers": _table(("`issuer`", "what it is", "FHIR address below `/ehr`"), _issuers()),
    }
    text = WORDS.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"{{{{ {name} }}}}", part)
    return text


def _patients() -> str:
    rows = ((p.name, p.story, " ".join(p.shows)) for p in practice_patients(ANY_DAY))
    return _table(("patient", "what for", "made to show"), rows)


def _faults() -> str:
    rows = ((f"`{kind.name}`", kind.label, f"`{kind.name}={kind.example}`") for kind in KINDS)
    return _table(("name", "what goes wrong", "example"), rows)


def _issuers() -> Iterable[tuple[str, str, str]]:
    for name, told in ISSUERS.items():
        door = Door("public", "v2", name)
        yield f"`{name}`", told, f"`{door.fhir_path}{door.fhir_ending}`"


def _choices(choices: Mapping[str, str]) -> str:
    return _table(("value", "what it is"), ((f"`{value}`", told) for value, told in choices.items()))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
