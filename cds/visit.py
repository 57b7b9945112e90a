"""One visit's summary for whoever looks: the chart, what was recorded here, the clinic's policy and the role."""

from flask import render_template

from audit.acts import PART2_SHOWN
from audit.request import also
from cds.day import chosen_day
from cds.notice import holds_part2
from cds.outcomes.reading import with_outcomes
from cds.page import page_of
from cds.reading import chart_of, server_of
from cds.roles import Action, Viewer, may, policy, role_of, sections
from cds.summary import Summary, case_of, summarize
from chart.records import Chart
from launch.browser import form_token
from launch.session import LaunchSession
from rules.rule import Role


def summary_of(chart: Chart, session: LaunchSession, role: Role) -> Summary:
    summary = summarize(case_of(with_outcomes(chart, session), policy(), role))
    tell_part2(summary)
    return summary


def visit_page(summary: Summary, session: LaunchSession, viewer: Viewer) -> str:
    """The whole page; the front desk's holds appointments and logistics only (specification 7.3)."""
    role = viewer.role
    context = page_of(summary, "the EHR", sections(role)) | {
        "handle": session.handle,
        "form_token": form_token(session.handle),
        "user": session.user,
        "role": role,
        "roles": () if viewer.is_told else tuple(Role),
        "may_record": may(role, Action.RECORD),
        "may_send": may(role, Action.SEND),
        "may_take_along": may(role, Action.TAKE_ALONG),
    }
    return render_template("front_desk.html" if role is Role.FRONT_DESK else "summary.html", **context)


def shell_page(chart: Chart, session: LaunchSession) -> str:
    """Whose chart it is, while the rest is read."""
    return render_template(
        "reading.html", chart=chart, handle=session.handle, form_token=form_token(session.handle)
    )


def so_far_page(summary: Summary, role: Role) -> str:
    """What is known while the rest is awaited; nothing clinical for the front desk."""
    if role is Role.FRONT_DESK:
        return ""
    return render_template("so_far.html", **page_of(summary, "the EHR", sections(role)))


def summary_to_take(session: LaunchSession) -> Summary:
    """Read anew, as this role may see it, without what must never leave the screen."""
    role = role_of(session, server_of(session))
    chart = with_outcomes(chart_of(session, chosen_day()), session)
    summary = summarize(case_of(chart, policy(), role, is_for_paper=True))
    tell_part2(summary)
    return summary


def tell_part2(summary: Summary) -> None:
    """A record of its own in the audit trail, where records of a substance use program are shown."""
    if holds_part2(summary.case.chart):
        also(PART2_SHOWN, holds_part2=True)
