"""Takes docs/summary.png from the running demo: the first screen of a patient with much to prepare.

Run as `python -m tests.screenshots`; CHROMIUM names the browser where it is not on the path.
"""

import os
import shutil
import sys
from datetime import date
from pathlib import Path

from playwright.sync_api import sync_playwright

from app import create_demo
from tests.journeys.ehr_server import running_at

PICTURE = Path(__file__).parents[1] / "docs" / "summary.png"
PATIENT = "Oleksandr Hrytsenko"
DAY = date(2026, 11, 22)  # a fixed day: the picture changes only when the page does
LARGEST = 200_000  # bytes


def main() -> int:
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        print("No Chromium found; install it or set CHROMIUM to its path.", file=sys.stderr)
        return 1
    with running_at(lambda url: create_demo(url, today=DAY)) as url:
        take(browser, url)
    size = PICTURE.stat().st_size
    print(f"{PICTURE}: {size // 1000} kB")
    return 0 if size < LARGEST else 1


def take(browser: str, url: str) -> None:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = running.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light")
        page.goto(f"{url}/")
        page.get_by_role("button", name=f"Launch for {PATIENT}").click()
        page.wait_for_url("**/visit/**")
        page.goto(f"{page.url}?as_of={DAY.isoformat()}")
        page.screenshot(path=PICTURE, clip={"x": 0, "y": 0, "width": 1280, "height": 720})
        running.close()


if __name__ == "__main__":
    sys.exit(main())
