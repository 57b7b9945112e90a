"""Non-stigmatising words in every string a person may read."""

import ast
import re
from pathlib import Path

import pytest

from tests.words import AVOIDED

ROOT = Path(__file__).parents[1]
CODE = [p for d in ("cds", "chart", "launch", "rules", "sandbox") for p in sorted((ROOT / d).rglob("*.py"))]
PROSE = sorted(
    p
    for pattern in ("*.md", "docs/*.md", "templates/**/*.html", "sandbox/templates/*.html", "examples/*")
    for p in ROOT.glob(pattern)
)
# Words as directions on labels and group names of source tables have them.
NAMES_OF_OTHERS = {"chart/sig_words.py", "rules/valuesets.py", "sandbox/patients/codes.py"}
# "Contract" in the sense of an interface between programs.
QUOTED = re.compile(
    r"JSON contract|the contract of|the whole contract|contract that|contract of docs", re.IGNORECASE
)


def strings_of(path):
    tree = ast.parse(path.read_text())
    unseen = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}
    unseen |= {id(part) for node in ast.walk(tree) if _reads_others(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unseen:
            yield node.value


def _reads_others(node):
    """Word lists and patterns that recognise what other people wrote."""
    call = node.func if isinstance(node, ast.Call) else None
    return isinstance(call, ast.Attribute) and call.attr in ("split", "compile")


def _has_docstring(node):
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None


def found_in(text):
    return AVOIDED.search(QUOTED.sub("", text))


@pytest.mark.parametrize("path", CODE, ids=lambda p: str(p.relative_to(ROOT)))
def test_strings_in_code(path):
    if str(path.relative_to(ROOT)) not in NAMES_OF_OTHERS:
        assert [s for s in strings_of(path) if " " in s.strip() and found_in(s)] == []


@pytest.mark.parametrize("path", PROSE, ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_and_documents(path):
    lines = path.read_text(errors="replace").splitlines()
    assert [line for line in lines if found_in(line) and "avoid" not in line.lower()] == []


@pytest.mark.parametrize(
    "said",
    ["a known drug abuser", "The test was dirty.", "pain contract", "patient refused treatment", "relapsed"],
)
def test_the_check_bites(said):
    assert found_in(said)
