"""A clinician with a form: opens it, fills it in, saves it, over real HTTP beside the practice EHR."""

import re

import requests

from tests.cds.pages import read_page

PATIENT = "delia-whitfield"
_HIDDEN = re.compile(r'name="(form_token|sitting|unanswered)" value="([^"]*)"')


class Visit:
    """One launch in one browser."""

    def __init__(self, clinic, patient=PATIENT):
        self.clinic, self.patient = clinic, patient
        self.browser = requests.Session()
        self.browser.trust_env = False
        self.summary_url = clinic.launch(patient, self.browser).url

    def get(self, path="", **params):
        return self.browser.get(f"{self.summary_url}{path}", params=params, timeout=30)

    def summary(self):
        return read_page(self.get().text)

    def hidden(self, form_id, **params):
        return dict(_HIDDEN.findall(self.get(f"screening/{form_id}", **params).text))

    def post(self, path, data, **more):
        return self.browser.post(
            f"{self.summary_url}{path}", data=data, allow_redirects=False, timeout=30, **more
        )

    def send(self, form_id, answers, hidden=None, save="app", **changes):
        """One click; skipped questions that the page would ask about are left open."""
        hidden = self.hidden(form_id) if hidden is None else hidden
        return self.post(f"screening/{form_id}", {**hidden, **answers, "save": save, **changes})

    def save(self, form_id, answers, save="app"):
        """(address of the result, its page); unanswered questions are left open, as a second click does."""
        hidden = self.hidden(form_id)
        sent = self.send(form_id, answers, hidden, save)
        if sent.status_code == 422:
            sent = self.send(form_id, answers, dict(_HIDDEN.findall(sent.text)), save)
        assert sent.status_code == 303, sent.text
        return sent.headers["Location"], self.result(sent)

    def result(self, sent):
        page = self.browser.get(f"{self.clinic.url}{sent.headers['Location']}", timeout=30)
        assert page.status_code == 200, page.text
        return read_page(page.text)

    def take_back(self, location):
        token = self.hidden("peg")["form_token"]
        path = location.partition("/visit/")[2].partition("/")[2].split("?")[0]
        return self.post(f"{path}/take-back", {"form_token": token})

    def written(self, kind="Observation"):
        """What this app has put into the EHR for this patient."""
        found = self.clinic.ehr.store.all(kind, self.patient)
        return [r for r in found if "urn:uuid" in str(r.get("identifier"))]


def told(page):
    return [p.text for p in page.all("p", "told")]


def same_day(page):
    found = page.all("section", "same-day")
    return [s for s in found if "hidden" not in s.attributes]
