"""The whole app beside the practice EHR on a real port, its trail in a database that a test can break."""

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from unittest.mock import patch

import requests
from sqlalchemy import select

import config
from app import create_demo
from storage.tables.audit import events
from tests.audit.chains import checked
from tests.journeys.ehr_server import running_at

PATIENT = "harold-brandvold"


class Clinic:
    def __init__(self, url, app):
        self.url, self.app, self.trail = url, app, app.extensions["audit"]

    def browser(self):
        session = requests.Session()
        session.trust_env = False
        return session

    def launch(self, browser, patient=PATIENT):
        """Click Launch in the practice EHR and follow to whatever is shown."""
        return browser.post(f"{self.url}/ehr/launch", data={"patient": patient}, timeout=60)

    def page(self, browser):
        """The address of a page that this browser may see."""
        shown = self.launch(browser)
        assert shown.status_code == 200, shown.text
        return shown.url

    def events(self):
        """Every AuditEvent, in order; the chain is whole each time."""
        checked(self.trail)
        with self.trail.engine.connect() as db:
            return [
                json.loads(body)
                for body in db.execute(select(events.c.body).order_by(events.c.seq)).scalars()
            ]

    def after(self, seen):
        return self.events()[len(seen) :]


def act_of(body):
    return next(c["code"] for c in body["subtype"] if c["system"] == "urn:previsit:audit-act")


@contextmanager
def clinic_with(database, **settings):
    made = []
    as_given = config.demo_config

    def make(url):
        made.append(create_demo(url, today=date.today()))
        return made[-1]

    def changed(*given):
        return replace(as_given(*given), database_url=database, **settings)

    with patch.object(config, "demo_config", changed), running_at(make) as url:
        yield Clinic(url, made[0])
    made[0].extensions["storage"].dispose()
