"""The practice EHR as a process of its own, in trouble, with a door for the soak: `python -m tests.soak.ehr`."""

import json
import sys
import threading
from datetime import date

from flask import Flask, jsonify, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from chart.reader import read_chart
from rules.case import Case
from rules.concern import visit_is_concerned
from sandbox.hook_calls import HookServices, make_request
from sandbox.hook_drafts import starting_text
from sandbox.people import people
from sandbox.practice import practice_ehr
from sandbox.references import at_path
from tests.journeys.ehr_server import Quiet
from tests.soak.trouble import Trouble

CLIENT, HOST = "previsit", "127.0.0.1"


def main(port, app_url, secret, seed):
    base_url = f"http://{HOST}:{port}"
    practice = practice_ehr(base_url, app_url, CLIENT, secret, date.today())
    trouble = Trouble(practice.wsgi_app, practice.extensions["ehr"], int(seed))
    door = soak_door(practice, trouble, HookServices(app_url))
    both = DispatcherMiddleware(trouble, {"/soak": door})
    with make_server(HOST, int(port), both, threaded=True, request_handler=Quiet) as server:
        server.serve_forever()


def soak_door(practice, trouble, services):
    """What an EHR knows by itself, and the driver of the soak asks: its patients, hook requests, what went wrong."""
    app, ehr = Flask("soak"), practice.extensions["ehr"]
    offered, lock = {}, threading.Lock()

    def service_for(hook):
        with lock:
            if hook not in offered:
                offered[hook] = services.for_hook(hook)
            return offered[hook]

    @app.get("/patients")
    def patients():
        return jsonify([_person(ehr, one) for one in people(ehr)])

    @app.get("/hook")
    def hook():
        asked = request.args
        service = service_for(asked["hook"])
        with practice.test_request_context("/"):
            text = starting_text(ehr.store, asked["patient"], asked["hook"], asked["sample"], date.today())
            edited = json.loads(text) if text else None
            body, _ = make_request(ehr, service, asked["patient"], edited, asked["sending"])
        return jsonify(service=service["id"], body=body)

    @app.get("/number")
    def number():
        return jsonify(ehr.launches.get(request.args["launch"]).number)

    @app.get("/told")
    def told():
        return jsonify(trouble.told(request.args["who"], float(request.args["since"])))

    @app.post("/begin")
    def begin():
        trouble.begin()
        return jsonify(True)

    @app.get("/counts")
    def counts():
        return jsonify(trouble.counts())

    return app


def _person(ehr, one):
    patient = ehr.store.get("Patient", one.id)
    record = f"LFM-{one.id}"
    assert record in at_path(patient, "identifier.value")
    chart = read_chart(ehr.store.everything(one.id), date.today(), patient_id=one.id)
    return {
        "id": one.id,
        "name": one.name,
        "mrn": record,
        "is_of_concern": visit_is_concerned(Case(chart)),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
