"""Ten times the records are about ten times the work, whatever kind of record there is more of.

Work is counted in function calls, which are the same on every machine; times are in `make bench`.
"""

import sys

import pytest

from cds.summary import summarize
from chart.reader import read_chart
from rules.case import Case
from tests.bench.records import KINDS, TODAY, chart_json

FEW, MANY = 60, 600
MOST = 13  # ten times, and what sorting and a longer history add


def calls_of(work):
    count = 0

    def watch(_frame, event, _argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(watch)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def work_on(kind, count):
    resources = chart_json(kind, count)

    def read():
        return read_chart(resources, TODAY, patient_id="p")

    read()  # words and tables are learnt once
    summarize(Case(read()))
    chart = read()
    return calls_of(read), calls_of(lambda: summarize(Case(chart)))


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_worse_than_linear(kind):
    (read_few, ruled_few), (read_many, ruled_many) = work_on(kind, FEW), work_on(kind, MANY)
    assert read_many < MOST * read_few
    assert ruled_many < MOST * ruled_few
