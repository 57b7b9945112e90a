"""The summary page of a chart, rendered without a server or a browser."""

from dataclasses import replace
from functools import cached_property, lru_cache
from html.parser import HTMLParser

from flask import render_template

from app import create_app
from cds.page import page_of
from cds.summary import summarize
from chart.reader import read_chart
from chart.records import Gap, Unavailable
from config import demo_config
from rules.case import Case
from rules.catalogue import RULES
from rules.rule import Hook
from sandbox.patients import practice_patients
from tests.builders import AS_OF

APP = create_app(demo_config("http://localhost:8020"))
PATIENTS = {patient.id: patient for patient in practice_patients(AS_OF)}
TYPES = sorted(frozenset().union(*(rule.reads for rule in RULES)) - {"Patient"})


def practice_chart(name, missing=(), kind=Gap.REFUSED):
    """A practice patient's chart; records of the `missing` types never arrived."""
    resources = [entry["resource"] for entry in PATIENTS[name].bundle["entry"]]
    found = [r for r in resources if r["resourceType"] not in missing]
    gaps = [Unavailable(m, kind, f"{m} records {kind.value}") for m in missing]
    return read_chart(found, AS_OF, patient_id=name, unavailable=gaps)


def summary_of(chart):
    return summarize(Case(chart))


def page_html(summary, app=APP):
    with app.test_request_context():
        return render_template(
            "summary.html", **page_of(summary, "the EHR"), handle="h", form_token="token", user=None
        )


def page_of_chart(chart):
    return read_page(page_html(summary_of(chart)))


@lru_cache
def practice_summary(name, missing=()):
    """With the answers of rules that speak on the page; those about an order being written are not shown."""
    summary = summary_of(practice_chart(name, missing))
    return replace(summary, assessments=tuple(a for a in summary.assessments if Hook.PAGE in a.rule.hooks))


@lru_cache
def practice_page(name, missing=()):
    return read_page(page_html(practice_summary(name, missing)))


def with_gap(chart, resource_type, kind=Gap.REFUSED):
    gap = Unavailable(resource_type, kind, f"{resource_type} records {kind.value}")
    return replace(chart, unavailable=(*chart.unavailable, gap))


class Element:
    def __init__(self, tag, attributes):
        self.tag, self.attributes, self.parts = tag, attributes, []

    @cached_property
    def text(self):
        return " ".join("".join(part for part in self._walk() if isinstance(part, str)).split())

    @cached_property
    def elements(self):
        return [part for part in self._walk() if isinstance(part, Element)]

    @cached_property
    def by_id(self):
        """Of the whole document; an id that stands twice fails the test."""
        found = [e for e in self.elements if "id" in e.attributes]
        ids = {e.attributes["id"]: e for e in found}
        assert len(ids) == len(found)
        return ids

    def all(self, tag="", class_=""):
        """Every element below, in order, with this tag and this class."""
        return [
            e for e in self.elements
            if tag in ("", e.tag) and (not class_ or class_ in (e.attributes.get("class") or "").split())
        ]  # fmt: skip

    def first(self, tag="", class_=""):
        return self.all(tag, class_)[0]

    def _walk(self):
        for part in self.parts:
            yield part
            if isinstance(part, Element):
                yield from part._walk()


_VOID = {"meta", "link", "input", "br", "img", "hr"}


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = [Element("document", {})]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.open[-1].parts.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].parts.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].parts.append(data)


def read_page(html):
    """The page as elements; a tag that is not closed where it should be fails the test."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]
