"""docs/tutorial.md, run from its first command to its last: what it prints is what the page says."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from app import create_demo
from tests.journeys.ehr_server import running_at

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text()
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.S | re.M)
SET_UP = "make install\nmake demo\n"  # the one block that is not run: tests run in what it makes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `previsit` on the PATH."""
    made = tmp_path_factory.mktemp("tutorial")
    command = made / "bin" / "previsit"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m app "$@"\n')
    command.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def server():
    with running_at(lambda url: create_demo(url, today=date.today())) as url:
        yield url


def run(script, folder):
    path = f"{folder / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script], cwd=folder, env={**os.environ, "PATH": path},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
    )  # fmt: skip


def missing(expected, printed):
    """The first expected line that no later printed line begins with; None when all are there, in order."""
    lines = iter(printed.splitlines())
    return next(
        (want for want in expected.splitlines() if not any(got.startswith(want) for got in lines)), None
    )


def test_the_tutorial_works_as_it_says(folder, server):
    printed, ran = "", 0
    for kind, about, content in BLOCK.findall(PAGE):
        if "file=" in about:
            (folder / about.partition("file=")[2]).write_text(content)
        elif kind == "sh" and content != SET_UP:
            ran += 1
            done = run(content.replace("http://localhost:8000", server), folder)
            assert done.returncode == 0, f"{content}\n{done.stdout[-2000:]}"
            printed = done.stdout
        elif kind == "text":
            assert missing(content, printed) is None, (
                f"{missing(content, printed)!r} is not in\n{printed[-3000:]}"
            )
    assert ran == PAGE.count("```sh") - 1 >= 8


def test_a_line_that_is_not_printed_is_noticed():
    assert missing("b", "a\nb 1\n") is None
    assert missing("b\na", "a\nb\n") == "a"


def test_every_link_between_pages_leads_somewhere():
    for page in (ROOT / "docs").glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_page_is_in_the_site():
    listed = set(re.findall(r"([\w-]+\.md)", (ROOT / "mkdocs.yml").read_text()))
    assert listed == {page.name for page in (ROOT / "docs").glob("*.md")}
