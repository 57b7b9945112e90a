"""/readyz: whether this worker can serve now, and if not, which part is not ready."""

import logging
from collections.abc import Callable

from flask import Blueprint, Flask, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from audit.request import not_audited
from storage.schema import SchemaProblem, check_schema

log = logging.getLogger(__name__)
blueprint = Blueprint("operation", __name__)

Check = Callable[[Flask], str]  # empty, or a word for what is wrong; never an address or a message


def database(app: Flask) -> str:
    try:
        check_schema(app.extensions["storage"])
    except SchemaProblem:
        return "schema"
    except SQLAlchemyError as problem:
        log.warning("not ready: the database answered with %s", type(problem).__name__)
        return "unreachable"
    return ""


CHECKS: dict[str, Check] = {"database": database}


@blueprint.get("/readyz")
@not_audited("says whether the app can serve")
def readyz() -> tuple[Response, int]:
    """200 when every part is ready, else 503. A load balancer reads the status, a person the words."""
    found = {name: check(current_app) or "ready" for name, check in CHECKS.items()}
    is_ready = set(found.values()) == {"ready"}
    return jsonify(status="ready" if is_ready else "not ready", **found), 200 if is_ready else 503
