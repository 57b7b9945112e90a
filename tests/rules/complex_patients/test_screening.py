"""CX-01, CX-03, CX-04, CX-05, CX-06: positive for anyone, asked for in long-term therapy only."""

from dataclasses import replace

import pytest

from chart.records import Gap, Unavailable
from rules.complex_patients import alcohol, anxiety, depression, substances, trauma
from rules.policy import Policy
from rules.rule import Priority, Status
from tests.builders import condition, form, observation
from tests.rules.situations import long_term, no_opioid, situation

INDICATED, ADDRESSED, UPCOMING = Status.INDICATED, Status.ADDRESSED, Status.UPCOMING
NOT_INDICATED, UNDETERMINED = Status.NOT_INDICATED, Status.UNDETERMINED


@pytest.mark.parametrize(
    ("rule", "code", "under", "at"),
    [
        (depression, "44261-6", 9, 10), (anxiety, "70274-6", 9, 10), (trauma, "102017-1", 2, 3),
        (alcohol, "75626-2", 2, 3), (alcohol, "75624-7", 7, 8), (substances, "82667-7", 2, 3),
        (substances, "68524-8", 0, 1), (depression, "55758-7", 2, 3),
    ],
)  # fmt: skip
def test_cut_offs(rule, code, under, at):
    for make in (long_term, no_opioid):
        assert rule.evaluate(make(observation(code, under))).status is ADDRESSED
        positive = rule.evaluate(make(observation(code, at)))
        assert (positive.status, positive.priority) == (INDICATED, Priority.HIGH)


@pytest.mark.parametrize(
    ("sex", "status"), [("male", ADDRESSED), ("female", INDICATED), ("unknown", INDICATED)]
)
def test_audit_c_of_three_by_sex(sex, status):
    assert alcohol.evaluate(long_term(observation("75626-2", 3), sex=sex)).status is status
    assert alcohol.evaluate(long_term(observation("75626-2", 4), sex=sex)).status is INDICATED


@pytest.mark.parametrize(("cutoff", "status"), [(3, INDICATED), (4, ADDRESSED)])
def test_pc_ptsd_cut_off_is_the_clinics(cutoff, status):
    case = long_term(observation("102017-1", 3), policy=Policy(pc_ptsd5_positive=cutoff))
    assert trauma.evaluate(case).status is status


@pytest.mark.parametrize("rule", [depression, anxiety, trauma, alcohol, substances])
def test_nothing_on_file(rule):
    due = rule.evaluate(long_term())
    assert (due.status, due.priority, due.rests_on_absence) == (INDICATED, Priority.ROUTINE, True)
    assert due.reasons[0].text.startswith("No current ")
    assert rule.evaluate(no_opioid()).status is NOT_INDICATED
    assert rule.evaluate(situation(ltot="undetermined")).status is UNDETERMINED
    assert rule.evaluate(long_term(policy=Policy(tools_in_use=()))).status is NOT_INDICATED


@pytest.mark.parametrize("rule", [depression, anxiety, trauma, alcohol, substances])
@pytest.mark.parametrize("kind", ["Observation", "QuestionnaireResponse"])
def test_nothing_on_file_where_the_ehr_refused(rule, kind):
    refused = Unavailable(kind, Gap.REFUSED, "Scores were not shared")
    for make in (long_term, no_opioid):
        assessed = rule.RULE.assess(make(unavailable=(refused,)))
        assert assessed.status is UNDETERMINED
        assert "not shared" in assessed.guidance.reasons[0].text


@pytest.mark.parametrize(
    ("days_ago", "status"), [(350, ADDRESSED), (351, UPCOMING), (365, UPCOMING), (366, INDICATED)]
)
def test_yearly_tools_come_due(days_ago, status):
    assert depression.evaluate(long_term(observation("44261-6", 4, on=days_ago))).status is status


def test_other_tools_are_asked_again_only_after_a_positive_result():
    assert anxiety.evaluate(long_term(observation("70274-6", 4, on=500))).status is ADDRESSED
    assert anxiety.evaluate(long_term(observation("70274-6", 14, on=500))).status is INDICATED


def test_an_old_positive_result_is_asked_about_wherever_an_opioid_is_in_use():
    old = observation("44261-6", 17, on=120)
    assert depression.evaluate(situation(old, ltot="not long-term")).status is INDICATED
    assert depression.evaluate(no_opioid(old)).status is NOT_INDICATED
    assert "PHQ-9: 17" in depression.evaluate(no_opioid(old)).reasons[0].text


def test_incomplete_is_asked_again_and_says_what_is_missing():
    found = depression.evaluate(long_term(form({"44250-9": 1, "44259-0": 1})))
    assert found.status is INDICATED
    assert "questions 2, 4, 5, 6, 7, 8, 9 are not answered" in found.reasons[0].text
    answered = depression.evaluate(long_term(form({"44250-9": 1, "44255-8": 1, "44259-0": 1})))
    assert answered.status is ADDRESSED  # the PHQ-2 in it is complete
    assert "PHQ-9: at least 3" in answered.reasons[1].text


@pytest.mark.parametrize(
    ("short", "full", "status"),
    [
        ((3, 5), (9, 5), ADDRESSED),  # the PHQ-9 of the same day answers it
        ((3, 5), (9, 30), INDICATED),  # an earlier one does not
        ((6, 30), (9, 5), ADDRESSED),
        ((2, 5), (12, 30), INDICATED),
        ((2, 5), (12, 100), ADDRESSED),  # positive long ago, two questions negative since
    ],
)
def test_phq2_and_phq9_together(short, full, status):
    records = [observation("55758-7", short[0], on=short[1]), observation("44261-6", full[0], on=full[1])]
    assert depression.evaluate(long_term(*records)).status is status


def test_a_positive_phq2_asks_for_the_phq9():
    assert "full PHQ-9" in depression.evaluate(long_term(observation("55758-7", 3))).advice


def test_screens_pause_outside_the_guideline_and_positive_ones_do_not():
    cancer_pain = condition("G89.3")
    assert depression.evaluate(long_term(cancer_pain)).status is NOT_INDICATED
    assert depression.evaluate(long_term(cancer_pain, observation("44261-6", 12))).status is INDICATED


@pytest.mark.parametrize(
    ("answer", "status"), [("Never", ADDRESSED), ("Less than monthly", INDICATED), ("Weekly", INDICATED)]
)
def test_first_part_of_the_taps(answer, status):
    assert substances.evaluate(no_opioid(form({"96843-8": answer}))).status is status


def test_an_alcohol_answer_of_the_taps_asks_for_more():
    found = alcohol.evaluate(no_opioid(form({"75889-6": "Monthly"})))
    assert found.status is INDICATED
    assert found.reasons[-1].text == "The AUDIT-C tells more"


def test_labels_follow_the_records():
    label = ("system", "R")
    case = no_opioid(replace(observation("44261-6", 12), labels=frozenset({label})))
    assert label in depression.evaluate(case).reasons[0].labels
