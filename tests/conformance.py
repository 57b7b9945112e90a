"""Which requirement which test proves, read from the tests themselves; writes docs/conformance.md."""

import ast
import csv
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
LIST = DOCS / "conformance.csv"
DECISIONS = DOCS / "decisions.md"
_ID = re.compile(r"(?<![\w.])[A-D]\d{1,2}(?:\.\d{1,2})?(?![\w.]*\d)")
_SHOWN = 3  # tests of one row; the others are counted

PARTS = {
    "A": "SMART App Launch: getting in",
    "B": "CDS Hooks: speaking up",
    "C": "FHIR: reading real servers",
    "D": "Security",
}


@dataclass(frozen=True)
class Row:
    id: str
    asks: str
    answer: str  # empty: by tests; else "decision N", "does not apply: because", or "open"


def rows() -> list[Row]:
    with LIST.open(encoding="utf-8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


def named() -> dict[str, list[str]]:
    """Requirement id -> the tests that name it, in their name, their docstring or a comment inside them."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for test, ids in _tests(path):
            for id in ids:
                found.setdefault(id, []).append(f"{path.relative_to(TESTS)}::{test}")
    return found


def _tests(path: Path) -> Iterator[tuple[str, set[str]]]:
    comments = _comments(path)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            said = [text for line, text in comments if first <= line <= (node.end_lineno or first)]
            text = " ".join([ast.get_docstring(node) or "", *said])
            yield node.name, ids_in_name(node.name) | ids_in_text(text)


def _comments(path: Path) -> list[tuple[int, str]]:
    with path.open("rb") as file:
        tokens = tokenize.tokenize(file.readline)
        return [(token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT]


def ids_in_text(text: str) -> set[str]:
    """ "B3.2 to B3.4, D14" names B3.2, B3.3, B3.4 and D14."""
    spans = re.findall(r"\b([A-D]\d+)\.(\d+) to \1\.(\d+)\b", text)
    between = {f"{part}.{n}" for part, first, last in spans for n in range(int(first), int(last) + 1)}
    return between | set(_ID.findall(text))


def ids_in_name(name: str) -> set[str]:
    """`test_a4_1_to_a4_3_d14_x` names A4.1, A4.2, A4.3 and D14."""
    spans = re.sub(r"_([abc]\d+)_(\d+)_to_\1_(\d+)(?=_|$)", _spelled_out, name)
    dotted = re.findall(r"(?<=_)([abc]\d+)_(\d+)(?=_|$)", spans)
    plain = re.findall(r"(?<=_)(d\d+)(?=_|$)", spans)
    return {f"{part.upper()}.{number}" for part, number in dotted} | {one.upper() for one in plain}


def _spelled_out(span: re.Match[str]) -> str:
    part, first, last = span.groups()
    return "".join(f"_{part}_{number}" for number in range(int(first), int(last) + 1))


def document() -> str:
    tests, listed = named(), rows()
    lines = [
        "# Conformance",
        "",
        "What SMART App Launch 2.2, CDS Hooks 2.0.1, FHIR servers in use and safe operation ask of this app, and",
        "where each is answered: by tests that name it, by a [decision](decisions.md), or by why it does not apply.",
        "Made by `make docs` from the tests and `conformance.csv`; a test holds it current.",
    ]
    for letter, title in PARTS.items():
        lines += ["", f"## {letter}. {title}", "", "| id | asks | status | where |", "|---|---|---|---|"]
        lines += [_line(row, tests.get(row.id, [])) for row in listed if row.id.startswith(letter)]
    return "\n".join([*lines, ""])


def _line(row: Row, tests: list[str]) -> str:
    ours_first = sorted(tests, key=lambda test: test.startswith("sandbox/"))  # the practice EHR proves itself
    where = "<br>".join(f"`{test}`" for test in ours_first[:_SHOWN])
    more = "<br>and more" if len(tests) > _SHOWN else ""
    return f"| {row.id} | {row.asks} | {row.answer or 'tested'} | {where + more or '–'} |"


if __name__ == "__main__":
    (DOCS / "conformance.md").write_text(document(), encoding="utf-8")
