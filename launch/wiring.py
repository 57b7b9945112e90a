"""Puts launch into a Flask app."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from launch.parts import build_parts
from launch.problems import DATABASE_AWAY, LaunchProblem
from launch.routes import launch_blueprint, show_problem
from storage.wiring import engine_of

if TYPE_CHECKING:
    from config import Config


def init_launch(app: Flask, config: Config, clock: Callable[[], float] = time.time) -> None:
    """Registers the doors of a launch and the page for one that stops, wherever in the app it is raised.

    Reads app.config["FHIR_TYPES"], the types the rules read, and app.config["LANDING"], where a
    launch ends; both may be set later than this call.
    """
    app.config.setdefault("FHIR_TYPES", ())
    app.config.setdefault("LANDING", "/visit/{handle}/")
    app.extensions["launch"] = build_parts(config, engine_of(app, config), clock)
    app.register_blueprint(launch_blueprint)
    app.register_error_handler(LaunchProblem, show_problem)
    app.register_error_handler(SQLAlchemyError, _database_away)


def _database_away(problem: SQLAlchemyError) -> Response:
    """The log gets the kind of the fault: its message may quote what was being written."""
    response = show_problem(LaunchProblem(DATABASE_AWAY, type(problem).__name__))
    response.headers["Retry-After"] = "30"
    return response
