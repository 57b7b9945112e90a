"""The day a page is made for: the one place of the web application where it comes from."""

from datetime import date

from flask import current_app, request

from cds.as_of import day_from


def chosen_day() -> date:
    """Today; in the practice EHR's company a chosen day, so that a case can be shown again."""
    shown = shown_day()
    return date.fromisoformat(shown) if shown else date.today()


def shown_day() -> str | None:
    """The chosen day as it stands in the address; None when the page is of today."""
    chosen = request.args.get("as_of", "")
    if not chosen or not current_app.config.get("PRACTICE"):
        return None
    try:
        return day_from(chosen).isoformat()
    except ValueError:
        return None
