"""What is taken along says what the page says: every status, number, gap and notice, in text, short and PDF."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from cds.along.fonts import drawable, fonts_for
from cds.along.pdf import as_pdf
from cds.along.short import as_short
from cds.contract import as_json
from cds.summary import case_of, summarize
from cds.text import as_text
from chart.records import Gap
from chart.terms import ACT_CODE
from rules.labels import SHORT_NOTICE
from rules.policy import Policy
from rules.rule import Role, Status
from tests.builders import chart, condition, consent
from tests.cds.pages import PATIENTS, practice_chart, practice_summary, summary_of, with_gap

HEAVIEST = "harold-brandvold"


def words(text):
    return " ".join(text.split())


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("name", PATIENTS)
def test_the_note_holds_every_answer_with_its_reasons_and_due_day(name):
    summary = practice_summary(name)
    note, told = words(as_text(summary, is_full=False)), as_json(summary)
    for answer in told["guidance"] + told["referrals"]:
        if answer["status"] == "not indicated":
            continue
        assert answer["title"] in note
        assert all(words(reason["text"]) in note for reason in answer["reasons"])
    assert f"Opioids: {summary.case.mme}" in note
    assert not re.search(r"\[(PV|CX|RF|PR|PA)-\d", note)


@pytest.mark.parametrize("kind", [k for k in Gap if k is not Gap.NOT_SUPPORTED])
def test_what_could_not_be_read_goes_along(kind):
    summary = summary_of(with_gap(chart(), "MedicationRequest", kind))
    for text in (as_text(summary, is_full=False), as_short(summary)):
        assert f"MedicationRequest records {kind.value}" in text
        assert "No opioid in use" not in text


@pytest.mark.parametrize("name", PATIENTS)
def test_the_short_version_names_everything_open(name):
    summary = practice_summary(name)
    short = as_short(summary)
    for answer in (*summary.guidance, *summary.referrals):
        if answer.status in (Status.INDICATED, Status.UPCOMING, Status.UNDETERMINED):
            assert answer.rule.title in short
    for answer in summary.safety:
        assert all(reason.text in short for reason in answer.guidance.reasons)
    assert len(short) < 3500


@pytest.mark.parametrize("name", [HEAVIEST, "augustine-pellerin", "delia-whitfield"])
def test_the_pdf_takes_two_sheets_at_most_and_is_the_same_each_time(name):
    summary = practice_summary(name)
    pdf = as_pdf(summary)
    assert pdf.startswith(b"%PDF-")
    assert 1 <= pages_of(pdf) <= 2
    assert as_pdf(summary) == pdf


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="needs pdftotext")
def test_the_pdf_says_what_the_note_says():
    summary = practice_summary(HEAVIEST)
    read = subprocess.run(["pdftotext", "-", "-"], input=as_pdf(summary), capture_output=True, check=True)
    letters = re.sub(r"\W+", "", read.stdout.decode())
    for answer in summary.to_do:
        assert re.sub(r"\W+", "", answer.rule.title) in letters


@pytest.mark.parametrize(
    "name",
    ["王小明", "김철수", "ประยุทธ์", "नरेन्द्र", "Nguyễn Thị Hương", "محمد علي", "אוקסי", "አበበ", "Łukasz Þórr"],
)
def test_a_name_in_any_script_has_letters_on_paper(name):
    assert "\ufffd" not in drawable(name)
    patient = replace(chart().patient, name=name)
    assert pages_of(as_pdf(summary_of(replace(chart(), patient=patient)))) >= 1


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("a\u202eb", "ab"), ("a\x07b", "ab"), ("a\nb", "a b"), ("a\u2028b", "a b"), ("\U0001f9ea", "\ufffd")],
)
def test_what_cannot_be_drawn_is_marked_and_nothing_turns_the_text(text, drawn):
    assert drawable(text) == drawn


def test_fonts_are_loaded_only_where_a_text_needs_them():
    assert fonts_for("Delia Whitfield, 40 MME/day × 1.5") == ()
    assert [path.stem for path in fonts_for("नरेन्द्र")] == ["NotoSansDevanagari-Regular"]


def test_a_name_of_400_letters_stays_on_the_paper():
    patient = replace(chart().patient, name="Abcdefghij" * 40)
    assert pages_of(as_pdf(summary_of(replace(chart(), patient=patient)))) <= 2


SDV, PART2 = (ACT_CODE, "SDV"), (ACT_CODE, "42CFRPart2")


def labelled(record, *marks):
    return replace(record, labels=frozenset(marks))


@pytest.mark.parametrize(
    ("label", "records", "is_taken"),
    [(SDV, (), False), (PART2, (), False), (PART2, (consent(PART2),), True), ((ACT_CODE, "PSY"), (), True)],
)
def test_partner_safety_never_and_program_records_only_with_consent_leave_the_screen(
    label, records, is_taken
):
    told = condition("F11.20", text="Told in confidence")
    given = chart(labelled(told, label), *records)
    case = case_of(given, Policy(part2_display="show with notice"), Role.PRESCRIBER, is_for_paper=True)
    assert bool(case.chart.conditions) is is_taken
    text = as_text(summarize(case), is_full=False)
    assert (SHORT_NOTICE in text) is (is_taken and label == PART2)
    if not is_taken:
        assert "Told in confidence" not in text
        assert "Some information is not shown because of privacy settings" in text


def test_the_chart_as_read_is_the_page_and_not_the_terminal():
    """Past opioid records are counted in the note and named in the terminal's text."""
    summary = summary_of(practice_chart(HEAVIEST))
    assert "earlier or other opioid records, not counted" in as_text(summary, is_full=False)
    assert as_text(summary).count("its supply ended") > as_text(summary, is_full=False).count(
        "its supply ended"
    )
