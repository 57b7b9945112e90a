"""The whole product as people use it: the app and the practice EHR on a real port, a real browser."""

import os
import shutil
from datetime import date

import pytest

from app import create_demo
from tests.journeys.ehr_server import running_at

TODAY = date.today()
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def practice():
    """The address of a running demo."""
    with running_at(lambda url: create_demo(url, today=TODAY)) as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; without one these tests are skipped, and under CI that is a failure."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        reason = "no Chromium found; install it or set CHROMIUM to its path"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium):
    """A fresh browser profile with one page; what scripts or policies complain of fails the test."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert complaints == []
