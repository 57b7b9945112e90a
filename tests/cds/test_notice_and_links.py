"""What goes along with a summary: the redisclosure notice, and the clinic's own links."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import create_demo
from cds.notice import notice_of
from cds.policy_file import read_policy
from cds.summary import summarize
from cds.text import as_text
from chart.terms import ACT_CODE
from rules.case import Case
from rules.labels import SHORT_NOTICE
from tests.builders import chart, condition, order
from tests.cds.pages import page_html

PART2 = frozenset({(ACT_CODE, "42CFRPart2")})
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.toml"


@pytest.mark.parametrize(("labels", "notice"), [(PART2, SHORT_NOTICE), (frozenset(), "")])
def test_the_notice_goes_with_part_2_records_on_page_and_text(labels, notice):
    """D17."""
    summary = summarize(Case(chart(order("oxycodone", 5, 4), condition("F11.21", labels=labels))))
    assert notice_of(summary.case.chart) == notice
    assert (SHORT_NOTICE in as_text(summary)) is bool(notice)
    assert (SHORT_NOTICE in page_html(summary)) is bool(notice)


def test_the_clinics_links_stand_beside_their_rules():
    app = create_demo("http://localhost:9")
    app.extensions["policy"] = read_policy(EXAMPLE)
    (first, *_) = [link for link in app.extensions["policy"].links if "PV-04" in link.rules]
    case = Case(replace(chart(order("oxycodone", 5, 4, days=120, authored=100))), app.extensions["policy"])
    html = page_html(summarize(case), app)
    assert first.url in html
