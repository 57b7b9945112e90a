"""The browser's cookie, which holds an opaque id and nothing else, and the tokens that guard our forms."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from launch.parts import parts
from launch.problems import FORM_REFUSED, LaunchProblem
from launch.store import Browser


def cookie_name() -> str:
    return "__Host-previsit" if _is_https() else "previsit"


def current_browser() -> Browser | None:
    """The browser that sends this request, if we know its cookie."""
    id = request.cookies.get(cookie_name(), "")
    return parts().store.browser(id) if id else None


def browser_for_launch() -> Browser:
    """The browser at the start of a launch; an id that a later sign-in has replaced starts afresh."""
    browser, store = current_browser(), parts().store
    if browser and store.is_newest(browser):
        return browser
    return store.new_browser(parts().clock())


def set_cookie(response: Response, browser: Browser) -> None:
    response.set_cookie(cookie_name(), browser.id, httponly=True, path="/", **_cookie_rules())


def clear_cookie(response: Response) -> None:
    response.delete_cookie(cookie_name(), httponly=True, path="/", **_cookie_rules())


def form_token(handle: str) -> str:
    """The hidden `form_token` of every form that changes something, good for one launch only.

    Masked anew for each page: responses are compressed, and what never changes could be guessed from their size.
    """
    mask = secrets.token_bytes(hashlib.sha256().digest_size)
    return (mask + _mixed(mask, _own_token(handle))).hex()


def check_form(handle: str) -> None:
    """Raises unless this POST comes from our own page for this launch (SameSite=None protects nothing)."""
    origin = request.headers.get("Origin")
    if origin not in (None, parts().config.public_url):
        raise LaunchProblem(FORM_REFUSED, "foreign origin")
    if request.headers.get("Sec-Fetch-Site") not in (None, "same-origin"):
        raise LaunchProblem(FORM_REFUSED, "foreign site")
    if not hmac.compare_digest(_unmasked(request.form.get("form_token", "")), _own_token(handle)):
        raise LaunchProblem(FORM_REFUSED, "form token")


def _own_token(handle: str) -> bytes:
    return hmac.new(parts().config.secret_key.encode(), handle.encode(), hashlib.sha256).digest()


def _unmasked(sent: str) -> bytes:
    """Empty for anything that is not a masked token."""
    size = hashlib.sha256().digest_size
    try:
        both = bytes.fromhex(sent)
    except ValueError:
        return b""
    return _mixed(both[:size], both[size:]) if len(both) == 2 * size else b""


def _mixed(mask: bytes, value: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(mask, value, strict=True))


def _cookie_rules() -> dict[str, Any]:
    if not _is_https():
        return {"samesite": "Lax"}
    # Partitioned and SameSite=None: the app runs in a frame of the EHR, where it is a third party.
    return {"secure": True, "samesite": "None", "partitioned": True}


def _is_https() -> bool:
    return parts().config.public_url.startswith("https://")
