"""Logs as one JSON object a line, each with the number of the request it belongs to and nothing of a patient."""

import json
import logging
import secrets
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context

HEADER = "X-Request-Id"


class JsonLines(logging.Formatter):
    """Time, level, logger, message, request. Of a traceback only the places: its message may quote a chart."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := current_request():
            line["request"] = number
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = _places(record.exc_info[1])
        return json.dumps(line)


def current_request() -> str:
    """The number of the request being answered; empty outside of one."""
    return str(g.get("correlation_id", "")) if has_request_context() else ""


def as_json_lines() -> dict[str, Any]:
    """For logging.config.dictConfig: everything that is logged goes to standard error as JSON lines."""
    # urllib3 and its like write addresses with their query strings at lower levels, alembic two lines a /readyz.
    talkative = {name: {"level": "WARNING"} for name in ("urllib3", "requests", "werkzeug", "alembic")}
    own = {"level": "INFO", "handlers": ["lines"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": "INFO", "handlers": ["lines"]},
        "loggers": {**talkative, "gunicorn.error": own},
    }


def number_requests(app: Flask) -> None:
    """The same number is in the log, the audit trail and the answer, so that a call to support leads somewhere."""
    app.before_request(_number)
    app.after_request(_tell)


def _number() -> None:
    # Never the caller's own: what comes from outside has no place in a log.
    if "correlation_id" not in g:
        g.correlation_id = secrets.token_hex(8)


def _tell(response: Response) -> Response:
    if number := current_request():
        response.headers[HEADER] = number
    return response


def _places(problem: BaseException) -> str:
    places = []
    place = problem.__traceback__
    while place is not None:
        code = place.tb_frame.f_code
        places.append(f"{place.tb_frame.f_globals.get('__name__', '?')}.{code.co_name}:{place.tb_lineno}")
        place = place.tb_next
    return f"{type(problem).__name__} at {' > '.join(places[-5:]) or 'an unknown place'}"
