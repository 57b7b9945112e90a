"""Shows a rendered page in the browser with the app's own stylesheet and response headers, without a server."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from tests.cds.pages import APP

ADDRESS = "http://localhost:8020"
STATIC = Path(APP.static_folder)
_KINDS = {".css": "text/css", ".svg": "image/svg+xml"}
_HEADERS = {
    k: v for k, v in APP.test_client().get("/healthz").headers if k not in ("Content-Type", "Content-Length")
}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def show(page, html):
    def answer(route):
        file = STATIC / route.request.url.removeprefix(f"{ADDRESS}/static/")
        if file.is_file():
            route.fulfill(content_type=_KINDS[file.suffix], body=file.read_bytes())
        else:
            route.fulfill(headers={**_HEADERS, "Content-Type": "text/html; charset=utf-8"}, body=html)

    page.route("**/*", answer)
    page.goto(f"{ADDRESS}/visit/h/")


def open_all(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def complaints(page, rules=None):
    """What axe-core finds, one line each: the rule, and where."""
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _TAGS}
    found = Axe().run(page, options={"runOnly": only, "resultTypes": ["violations"]})
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found.response["violations"]
        for node in violation["nodes"]
    ]


def too_wide(page):
    """Elements that reach over the right edge, unless they scroll inside a box of their own."""
    return page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width > 1 && box.right > innerWidth + 0.5 && !e.closest('.scroll, svg, .skip, .unseen');
        }).map(e => `${e.tagName} ${e.className} ${e.textContent.trim().slice(0, 40)}`)"""
    )
