"""Each state of a referral and each way from one to the next, from records and from what was recorded here."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chart.outcomes import Outcome, OutcomeKind
from chart.records import Gap, Unavailable
from rules.case import Case
from rules.policy import Policy
from rules.referrals.loop import NEXT, State
from rules.referrals.loops import loops
from rules.referrals.open_loop import RULE
from rules.rule import Status
from tests.builders import AS_OF, appointment, days_ago, document, encounter, referral, task
from tests.rules.situations import no_opioid

BH, SUD, PEER = "306227000", "1254709001", "461481000124109"
R = "ServiceRequest/r"
KIND = OutcomeKind


def sent(code=BH, on=20, **changes):
    return referral(code, on=on, id=R, **changes)


def news(status, on=10, **changes):
    return task(R, status, on=on, **changes)


def visit(status="booked", on=-7, **changes):
    return appointment("Referral visit", on=on, status=status, based_on=(R,), **changes)


def seen(on=5, **changes):
    return encounter(on=on, based_on=(R,), **changes)


def report(on=3, code="57133-1", **changes):
    return document(code, on=on, **changes)


def told(kind, on=5, rule_id="RF-01", about=R, **changes):
    made = Outcome(id=f"Outcome/{kind.name}-{on}", rule_id=rule_id, kind=kind, on=days_ago(on), about=about)
    return replace(made, **changes)


def case(*records, outcomes=(), policy=None):
    return no_opioid(*records, policy=policy, outcomes=tuple(outcomes))


def states(*records, outcomes=()):
    return [loop.state for loop in loops(case(*records, outcomes=outcomes))]


FROM_RECORDS = [
    # an order alone
    ([sent(status="draft")], State.DRAFTED),
    ([sent()], State.SENT),
    ([sent(status="on-hold")], State.SENT),
    ([sent(status="unknown")], State.SENT),
    ([sent(status="completed")], State.CLOSED),
    # its task
    ([sent(), news("draft")], State.SENT),
    ([sent(), news("requested")], State.SENT),
    ([sent(), news("received")], State.ACKNOWLEDGED),
    ([sent(), news("accepted")], State.ACKNOWLEDGED),
    ([sent(), news("in-progress")], State.ACKNOWLEDGED),
    ([sent(), news("on-hold")], State.ACKNOWLEDGED),
    ([sent(), news("completed")], State.ATTENDED),
    ([sent(), news("rejected")], State.LOST),
    ([sent(), news("failed")], State.LOST),
    ([sent(), news("cancelled")], State.LOST),
    ([sent(), task("ServiceRequest/another", "completed")], State.SENT),
    ([sent(status="draft"), news("accepted")], State.ACKNOWLEDGED),
    ([sent(status="completed"), news("requested")], State.SENT),  # the task is still open
    ([sent(status="completed"), news("completed")], State.CLOSED),
    # its visit
    ([sent(), visit()], State.BOOKED),
    ([sent(), visit("pending")], State.BOOKED),
    ([sent(), visit("cancelled")], State.SENT),
    ([sent(), visit("fulfilled", on=5)], State.ATTENDED),
    ([sent(), visit("arrived", on=0)], State.ATTENDED),
    ([sent(), visit("noshow", on=5)], State.LOST),
    ([sent(), visit("noshow", on=5), visit(on=-3)], State.BOOKED),  # booked anew
    ([sent(), news("accepted"), visit()], State.BOOKED),
    ([sent(), seen()], State.ATTENDED),
    ([sent(), seen(status="cancelled")], State.SENT),
    ([sent(), visit(on=5), seen()], State.ATTENDED),
    ([sent(), appointment("Mental health intake")], State.BOOKED),  # by its name
    ([sent(), appointment("Mental health intake", on=30)], State.SENT),  # before the order
    ([sent(), appointment("Eye clinic")], State.SENT),
    ([sent(), appointment("Mental health intake", based_on=("ServiceRequest/x",))], State.SENT),
    # its report
    ([sent(), report()], State.REPORTED),
    ([sent(), news("completed"), report()], State.REPORTED),  # read, told, then closed
    ([sent(), seen(), report()], State.REPORTED),
    ([sent(), report(on=25)], State.SENT),
    ([sent(), report(status="superseded")], State.SENT),
    ([sent(), report(code="34109-9", related=(R,))], State.REPORTED),
    ([sent(), report(related=("ServiceRequest/another",))], State.SENT),
    ([sent(), news("rejected", on=2), report(on=5)], State.LOST),
    ([sent(), news("rejected", on=9), report(on=5)], State.REPORTED),
    # not for the list
    ([sent(status="revoked")], None),
    ([sent(status="draft", intent="proposal")], None),
    ([referral(text="Referral to ophthalmology", id=R)], None),
]


@pytest.mark.parametrize(("records", "state"), FROM_RECORDS)
def test_what_the_record_tells(records, state):
    assert states(*records) == ([state] if state else [])


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (KIND.REFERRAL_OFFERED, State.OFFERED),
        (KIND.REFERRAL_ACCEPTED, State.OFFERED),
        (KIND.REFERRAL_DECLINED, State.DECLINED),
        (KIND.REFERRAL_SENT, State.SENT),
        (KIND.REFERRAL_ACKNOWLEDGED, State.ACKNOWLEDGED),
        (KIND.REFERRAL_BOOKED, State.BOOKED),
        (KIND.REFERRAL_ATTENDED, State.ATTENDED),
        (KIND.REFERRAL_REPORT_RECEIVED, State.REPORTED),
        (KIND.REFERRAL_CLOSED, State.CLOSED),
        (KIND.REFERRAL_LOST, State.LOST),
        (KIND.REFERRAL_IN_CARE, State.CLOSED),
        (KIND.NOT_APPLICABLE, None),
        (KIND.SNOOZED, None),
    ],
)
def test_what_is_known_in_this_app_alone(kind, state):
    assert states(outcomes=[told(kind, about="")]) == ([state] if state else [])


CHAIN = [
    KIND.REFERRAL_OFFERED, KIND.REFERRAL_ACCEPTED, KIND.REFERRAL_SENT, KIND.REFERRAL_ACKNOWLEDGED,
    KIND.REFERRAL_BOOKED, KIND.REFERRAL_ATTENDED, KIND.REFERRAL_REPORT_RECEIVED, KIND.REFERRAL_CLOSED,
]  # fmt: skip


@pytest.mark.parametrize("length", range(1, len(CHAIN) + 1))
def test_each_step_recorded_here_moves_it_on(length):
    made = [told(kind, on=20 - n, about="") for n, kind in enumerate(CHAIN[:length])]
    (loop,) = loops(case(outcomes=made))
    assert loop.state is loops(case(outcomes=made[-1:]))[0].state
    assert len(loop.steps) == length
    assert bool(loop.next_step) is (loop.state is not State.CLOSED)


@pytest.mark.parametrize(
    ("records", "outcomes", "expected"),
    [
        # what is recorded joins what the record tells
        ([sent()], [told(KIND.REFERRAL_BOOKED)], [State.BOOKED]),
        ([sent(), report()], [told(KIND.REFERRAL_CLOSED, on=1)], [State.CLOSED]),
        ([sent(), report(on=1)], [told(KIND.REFERRAL_CLOSED, on=5)], [State.REPORTED]),  # news since
        ([sent(), news("accepted", on=2)], [told(KIND.REFERRAL_LOST, on=5)], [State.ACKNOWLEDGED]),
        ([sent(), news("accepted", on=9)], [told(KIND.REFERRAL_LOST, on=5)], [State.LOST]),
        ([sent(), news("rejected", on=9)], [told(KIND.REFERRAL_SENT, on=5)], [State.SENT]),
        ([sent(), news("rejected", on=9)], [told(KIND.REFERRAL_CLOSED, on=5)], [State.CLOSED]),
        # what this app put into the EHR is a draft until it is signed there
        ([sent(status="draft")], [told(KIND.REFERRAL_SENT, on=20)], [State.DRAFTED]),
        ([sent(status="draft")], [told(KIND.REFERRAL_BOOKED, on=2)], [State.BOOKED]),
        ([sent(status="active")], [told(KIND.REFERRAL_SENT, on=20)], [State.SENT]),
        # without a name for the order, to the order of that kind that came before, or the offer's after
        ([sent()], [told(KIND.REFERRAL_BOOKED, about="")], [State.BOOKED]),
        ([sent(on=3)], [told(KIND.REFERRAL_OFFERED, on=5, about="")], [State.SENT]),
        ([sent(on=200)], [told(KIND.REFERRAL_OFFERED, about="")], [State.SENT, State.OFFERED]),
        ([sent(SUD)], [told(KIND.REFERRAL_BOOKED, about="")], [State.SENT, State.BOOKED]),
        # taken back, begun anew, of an order that is no longer there
        ([sent()], [told(KIND.REFERRAL_BOOKED), told(KIND.WITHDRAWN)], [State.SENT]),
        ([], [told(KIND.REFERRAL_SENT, about=""), told(KIND.WITHDRAWN, about="")], []),
        (
            [],
            [told(KIND.REFERRAL_DECLINED, on=9, about=""), told(KIND.REFERRAL_OFFERED, on=2, about="")],
            [State.OFFERED],
        ),
        ([], [told(KIND.REFERRAL_SENT, about="ServiceRequest/gone")], [State.SENT]),
        ([sent(PEER)], [told(KIND.REFERRAL_BOOKED, rule_id="RF-04")], [State.BOOKED]),
        ([sent(PEER)], [told(KIND.REFERRAL_BOOKED, rule_id="RF-04", about="")], [State.SENT]),
    ],
)
def test_records_and_what_was_recorded_are_one_story(records, outcomes, expected):
    assert states(*records, outcomes=outcomes) == expected


def test_an_answer_of_a_later_day_is_not_yet_known():
    assert states(sent(), outcomes=[told(KIND.REFERRAL_BOOKED, on=-1)]) == [State.SENT]


@pytest.mark.parametrize(
    ("records", "outcomes", "wait"),
    [
        ([], [told(KIND.REFERRAL_OFFERED, about="")], 30),
        ([], [told(KIND.REFERRAL_OFFERED, about="", rule_id="RF-02")], 7),
        ([], [told(KIND.REFERRAL_SENT, about="")], 30),
        ([], [told(KIND.REFERRAL_SENT, about="", rule_id="RF-02")], 7),
        ([sent(on=5, status="draft")], [], 30),
        ([sent(on=5)], [], 30),
        ([sent(on=5, priority="urgent")], [], 7),
        ([sent(SUD, on=5)], [], 7),
        ([sent(on=5), news("accepted")], [], 60),
        ([sent(on=5), visit(on=-30)], [], 60),
        ([sent(on=5), visit(on=-90)], [], 96),  # the day after the visit
        ([sent(on=5), seen(on=1)], [], 60),
        ([sent(on=5), report(on=1)], [], None),
        ([sent(on=5, status="completed")], [], None),
        ([], [told(KIND.REFERRAL_DECLINED, about="")], None),
        ([sent(on=40)], [told(KIND.REFERRAL_SENT, on=5)], 30),  # sent again
    ],
)
def test_the_next_sign_is_expected_by_the_policys_timers(records, outcomes, wait):
    (loop,) = loops(case(*records, outcomes=outcomes))
    assert (loop.due_on - days_ago(5)).days == wait if wait else loop.due_on is None


def test_the_timers_are_the_clinics():
    policy = Policy(referral_routine_days=21, referral_result_days=45, referral_urgent_days=3)
    waits = [
        (loops(case(*records, policy=policy))[0].due_on - days_ago(5)).days
        for records in ([sent(on=5)], [sent(on=5), news("accepted")], [sent(on=5, priority="stat")])
    ]
    assert waits == [21, 45, 3]


@pytest.mark.parametrize("on", [None, "2026-02"])
def test_a_day_that_is_not_known_is_asked_about_no_later_than_it_could_be(on):
    (loop,) = loops(case(sent(on=on)))
    assert loop.due_on == (AS_OF if on is None else date(2026, 3, 3))


def test_a_lost_one_is_due_at_once():
    (loop,) = loops(case(sent(on=5), news("rejected", on=3)))
    assert loop.is_overdue(AS_OF)
    assert loop.due_on == AS_OF


def test_a_note_that_could_answer_several_answers_none():
    other = referral(SUD, on=30, id="ServiceRequest/other")
    assert set(states(sent(), other, report())) == {State.SENT}
    assert set(states(sent(), other, report(related=(R,)))) == {State.SENT, State.REPORTED}


def test_a_visit_that_names_no_referral_belongs_to_the_latest_before_it():
    early = referral(BH, on=90, id="ServiceRequest/early")
    found = {loop.key: loop.state for loop in loops(case(early, sent(), appointment("Counseling")))}
    assert found == {"ServiceRequest/early": State.SENT, R: State.BOOKED}


def test_a_report_in_the_tasks_output_is_its_report():
    note = report(code="34109-9")
    assert states(sent(), news("completed", outputs=(note.id,)), note) == [State.REPORTED]


@pytest.mark.parametrize("kind", ["Condition", "ServiceRequest"])
def test_what_was_recorded_is_not_told_to_whom_its_records_are_withheld(kind):
    hidden = Unavailable(kind, Gap.WITHHELD, "Some information is not shown because of privacy settings")
    made = told(KIND.REFERRAL_SENT, about="", rule_id="RF-02")
    seen_by = no_opioid(outcomes=(made,), unavailable=(hidden,))
    assert loops(seen_by) == ()


def test_one_known_here_alone_is_followed_up_too():
    late = told(KIND.REFERRAL_SENT, on=30, about="", value="Harbor Telehealth")
    found = RULE.assess(case(outcomes=[late]))
    assert found.status is Status.INDICATED
    assert found.guidance.reasons[0].text == (
        "Behavioural health to Harbor Telehealth, 31 Jan 2026: sent, 30 days ago"
    )


def test_news_of_one_referral_lets_no_other_rest():
    other = referral(PEER, on=40, id="ServiceRequest/other")
    made = told(KIND.REFERRAL_BOOKED, rule_id="RF-04", on=0)
    found = RULE.assess(case(sent(PEER, on=35), other, outcomes=[made]))
    assert found.status is Status.INDICATED
    assert found.guidance.outcome is None


def test_every_state_that_is_not_an_end_says_what_to_do():
    assert set(State) - set(NEXT) == {State.CLOSED, State.DECLINED}


@given(
    st.lists(
        st.tuples(st.sampled_from([k for k in KIND if k.name.startswith("REFERRAL")]), st.integers(0, 90))
    )
)
def test_whatever_was_recorded_there_is_one_state_and_every_step_is_kept(made):
    outcomes = [told(kind, on=on, about="") for kind, on in sorted(made, key=lambda m: -m[1])]
    found = loops(Case(case(outcomes=outcomes).chart))
    assert len(found) == bool(outcomes)
    for loop in found:
        assert loop.state in {step.state for step in loop.steps}
        assert (loop.due_on is None) is (loop.state in (State.REPORTED, State.CLOSED, State.DECLINED))
