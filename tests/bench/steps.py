"""From a bundle to guidance, JSON and page, one step after the other; and how each grows."""

import json

from flask import render_template

from app import create_demo
from cds.contract import as_json
from cds.page import page_of
from cds.summary import summarize
from chart import products
from chart.dosage import read_dosage
from chart.reader import read_bundle, read_chart
from chart.timing import read_instructions
from rules.case import Case
from tests.bench.records import KINDS, PATIENT, TODAY, bundle_of, chart_json, fills, medicines
from tests.bench.timing import best

_SHOWN = {"handle": "h", "form_token": "t", "user": None}


def measure(table):
    app = create_demo("http://localhost:9", today=TODAY)
    with app.test_request_context("/"):
        for size in (100, 1000):
            _whole(table, size)
    _parts(table)
    _growth(table)


def _whole(table, size):
    text = json.dumps(bundle_of(size)).encode()
    parsed = json.loads(text)
    loads = best(lambda: json.loads(text))
    table.title(f"{size} resources, {len(text) / 1000:.0f} kB; json.loads {loads * 1000:.2f} ms")
    summary = summarize(Case(read_bundle(parsed, TODAY)))
    reading = best(lambda: read_bundle(parsed, TODAY))
    guidance = best(lambda: summarize(Case(read_bundle(parsed, TODAY))))
    for name, seconds in (
        ("chart reading", reading),
        ("whole catalogue", guidance - reading),
        ("bundle to guidance", guidance),
        ("guidance to JSON", best(lambda: as_json(summary))),
        ("guidance to page", best(lambda: _page(summary))),
    ):
        table.ratio(f"{name}, {size} resources", seconds, loads)


def _page(summary):
    return render_template("summary.html", **page_of(summary, "the EHR"), **_SHOWN)


def _parts(table):
    table.title("parts, beside json.loads of the same records")
    orders = [PATIENT, *medicines(1000)]
    loads = best(lambda: json.loads(json.dumps(orders)))
    table.ratio("products and dosage, 1,000 new orders", best(lambda: _read_new(orders), 3), loads)
    table.ratio("the same, met before", best(lambda: read_chart(orders, TODAY), 5), loads)
    handed = [PATIENT, *fills(300)]
    loads = best(lambda: json.loads(json.dumps(handed)))
    chart = read_chart(handed, TODAY)
    table.ratio("24-month MME series, 300 fills", best(lambda: _therapy(chart)), loads)


def _read_new(resources):
    read_instructions.forget()
    read_dosage.cache_clear()
    products._identify.cache_clear()
    return read_chart(resources, TODAY)


def _therapy(chart):
    chart.worked_out.clear()
    return Case(chart).therapy


def _growth(table):
    table.title("ten times the records, 100 to 1,000: ten times the work is linear")
    for kind in KINDS:
        (few, few_ruled), (many, many_ruled) = (_of_kind(kind, count) for count in (100, 1000))
        told = f"reading {many / few:5.1f} x   rules {many_ruled / few_ruled:5.1f} x"
        table.line(kind, told, reading=round(many / few, 1), rules=round(many_ruled / few_ruled, 1))


def _of_kind(kind, count):
    resources = chart_json(kind, count)
    reading = best(lambda: read_chart(resources, TODAY), 4)
    both = best(lambda: summarize(Case(read_chart(resources, TODAY))), 4)
    return reading, both - reading
