"""What accepted suggestions do to the console's drafts, and how cards' Markdown is shown."""

import pytest

from sandbox.hook_drafts import accepted, bundle
from sandbox.markdown import rendered

DRAFT = {"resourceType": "MedicationRequest", "id": "draft-1", "status": "draft"}
ORDER = "MedicationRequest/draft-1"


def test_what_suggestions_do_to_the_drafts():
    made = {"resourceType": "ServiceRequest", "status": "draft"}
    actions = [
        {"type": "create", "resource": made},
        {"type": "delete", "resourceId": "MedicationRequest/draft-1"},
        {"type": "delete", "resourceId": "MedicationRequest/on-file"},
        {"type": "strange", "description": "What?"},
    ]
    drafts, changes = accepted(bundle([DRAFT]), actions)
    assert [one["resource"] for one in drafts["entry"]] == [{**made, "id": "draft-2"}]
    assert ["Not done" in change.told for change in changes] == [False, False, True, True]
    assert accepted(None, actions[:1])[0]["entry"]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>"),
        ("told:\n- a\n  - b\n- c", "<p>told:</p>\n<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("- a\n\n    - b", "<ul><li>a</li></ul>\n<ul><li>b</li></ul>"),
        ("**a\\_b**", "<p><strong>a_b</strong></p>"),
        ("**open", "<p><strong>open</strong></p>"),
        ("&lt;b&gt; &amp;lt;", "<p>&lt;b&gt; &amp;lt;</p>"),
        ('<img src="x" onerror=y>', "<p>&lt;img src=&#34;x&#34; onerror=y&gt;</p>"),
        ("", ""),
    ],
)
def test_markdown_is_a_small_part_and_the_rest_is_text(text, html):
    assert str(rendered(text)) == html


def test_a_new_draft_takes_no_other_drafts_id():
    second = {**DRAFT, "id": "draft-2"}
    actions = [{"type": "delete", "resourceId": ORDER}, {"type": "create", "resource": DRAFT}]
    drafts, _ = accepted(bundle([DRAFT, second]), actions * 2)
    ids = [one["resource"]["id"] for one in drafts["entry"]]
    assert len(set(ids)) == len(ids) == 2
