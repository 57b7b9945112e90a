"""What a developer sees of the practice EHR: the day, the patients, a page for each, ways to launch, and the log."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import traffic
from sandbox.answers import fhir_answer
from sandbox.doors import CLIENTS, ISSUERS, SCOPES, USUAL, Door
from sandbox.faults import HEADER, KINDS, BadFault, Faults, from_header, read_faults
from sandbox.people import people, person
from sandbox.schedule import schedule, slots_of
from sandbox.state import Ehr, current_ehr
from sandbox.steps import step

blueprint = Blueprint("pages", __name__)

CHOICES = {"client": CLIENTS, "scopes": SCOPES, "issuer": ISSUERS}


class CannotLaunch(Exception):
    """The message is a sentence for the page."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@blueprint.get("/")
def start() -> str:
    ehr = current_ehr()
    return render_template(
        "start.html", people=people(ehr), days=schedule(ehr), can_launch=bool(ehr.launch_url)
    )


@blueprint.get("/patients/<patient>")
def one_patient(patient: str) -> ResponseReturnValue:
    ehr = current_ehr()
    _check_patient(ehr, patient)
    return render_template(
        "patient.html",
        person=person(ehr, patient),
        shows=ehr.shows.get(patient, ()),
        slots=slots_of(ehr, patient),
        counts=sorted(Counter(found["resourceType"] for found in ehr.store.everything(patient)).items()),
        can_launch=bool(ehr.launch_url),
    )


@blueprint.get("/patients/<patient>/bundle.json")
def bundle(patient: str) -> ResponseReturnValue:
    """The whole record, for whoever wants to read it or to try a command on it."""
    ehr = current_ehr()
    _check_patient(ehr, patient)
    entry = [
        {"fullUrl": f"{ehr.fhir_base}/{found['resourceType']}/{found['id']}", "resource": found}
        for found in ehr.store.everything(patient)
    ]
    return fhir_answer({"resourceType": "Bundle", "type": "collection", "entry": entry})


@blueprint.get("/options")
def options() -> ResponseReturnValue:
    """A launch with everything that can be chosen about it."""
    ehr = current_ehr()
    everyone = people(ehr)
    chosen = request.args.get("patient", "")
    return render_template(
        "options.html", people=everyone, patient=chosen, kinds=KINDS, choices=CHOICES, header=HEADER
    )


@blueprint.post("/launch")
def launch() -> ResponseReturnValue:
    """Opens the app as an EHR does: at its launch URL, with our address and an opaque launch value."""
    ehr, form = current_ehr(), request.form
    patient = form.get("patient", "")
    _check_patient(ehr, patient)
    if not ehr.launch_url:
        raise CannotLaunch("No app is registered for launching.", 404)
    door = _door(form.to_dict())
    more: dict[str, Any] = {"door": door, "faults": _faults(), "appointment": _appointment(ehr, patient)}
    value = ehr.new_launch(patient, **more)
    joint = "&" if "?" in ehr.launch_url else "?"
    known = ehr.launches.get(value)
    g.conversation = known.number if known else 0
    asked = urlencode({"iss": ehr.address_at(door), "launch": value})
    return redirect(ehr.launch_url + joint + asked, 303)


@blueprint.get("/log")
def log() -> str:
    """Everything, or one launch with what every launch shares; newest first."""
    entries = list(current_ehr().log)[::-1]
    chosen = request.args.get("launch", "")
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else None
    shown = [one for one in entries if number is None or one.conversation in (0, number)]
    launches = sorted({one.conversation for one in entries if one.conversation}, reverse=True)
    return render_template(
        "log.html", entries=shown, launches=launches, chosen=number, step=step, mask=traffic.MASK
    )


@blueprint.errorhandler(CannotLaunch)
def _cannot(problem: CannotLaunch) -> ResponseReturnValue:
    g.why = str(problem)
    return render_template("error.html", why=str(problem)), problem.status


def _check_patient(ehr: Ehr, patient: str) -> None:
    if not ehr.store.get("Patient", patient):
        raise CannotLaunch("No such patient.", 404)


def _door(form: dict[str, str]) -> Door:
    chosen = {name: form.get(name) or getattr(USUAL, name) for name in CHOICES}
    for name, value in chosen.items():
        if value not in CHOICES[name]:
            raise CannotLaunch(f"{name} must be one of {', '.join(CHOICES[name])}.")
    return Door(**chosen)


def _faults() -> Faults:
    """From the form's fields, and from the header over them."""
    named = {kind.name for kind in KINDS}
    try:
        asked = read_faults((name, value) for name, value in request.form.items() if name in named)
        return from_header(request.headers.get(HEADER, "")).over(asked)
    except BadFault as problem:
        raise CannotLaunch(str(problem)) from None


def _appointment(ehr: Ehr, patient: str) -> str | None:
    """The visit the app is opened from, if it is one of this patient's."""
    asked = request.form.get("appointment", "")
    mine = {found["id"] for found in ehr.store.all("Appointment", patient)}
    if asked and asked not in mine:
        raise CannotLaunch("This appointment is not this patient's.")
    return asked or None
