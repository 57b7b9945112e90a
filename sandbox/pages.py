"""What a developer sees of the practice EHR: its patients with a Launch button each, and its log."""

from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.people import people
from sandbox.state import current_ehr

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def start() -> str:
    ehr = current_ehr()
    return render_template("start.html", people=people(ehr), can_launch=bool(ehr.launch_url))


@blueprint.post("/launch")
def launch() -> ResponseReturnValue:
    """Opens the app as an EHR does: at its launch URL, with our address and an opaque launch value."""
    ehr, patient = current_ehr(), request.form.get("patient", "")
    if not ehr.launch_url or not ehr.store.get("Patient", patient):
        g.why = "no such patient" if ehr.launch_url else "no app is registered for launching"
        return render_template("error.html", why=g.why.capitalize() + "."), 404
    joint = "&" if "?" in ehr.launch_url else "?"
    asked = urlencode({"iss": ehr.fhir_base, "launch": ehr.new_launch(patient)})
    return redirect(ehr.launch_url + joint + asked, 303)


@blueprint.get("/log")
def log() -> str:
    return render_template("log.html", entries=list(current_ehr().log)[::-1])
