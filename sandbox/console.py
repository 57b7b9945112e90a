"""The CDS Hooks console: a hook fired for a practice patient, and its cards as an EHR would show them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import hook_calls, hook_drafts
from sandbox.hook_calls import HOOKS, SENDING, Call, HookServices, NotReached
from sandbox.markdown import rendered
from sandbox.people import people
from sandbox.references import Resource
from sandbox.state import current_ehr
from sandbox.vault import Vault

blueprint = Blueprint("console", __name__, url_prefix="/console")

CALL_SECONDS = 3600
INDICATORS = {"info": "For information", "warning": "Warning", "critical": "Critical"}


class CannotGoOn(Exception):
    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Console:
    services: HookServices
    calls: Vault[Call]


def init_console(app: Flask, cds_url: str, clock: Callable[[], float]) -> None:
    """`cds_url` is the address that `/cds-services` is below."""
    app.extensions["console"] = Console(HookServices(cds_url.rstrip("/")), Vault(clock))
    app.register_blueprint(blueprint)
    app.add_template_filter(rendered, "markdown")
    app.add_template_filter(hook_drafts.pretty, "pretty")


@blueprint.get("/")
def start() -> ResponseReturnValue:
    everyone = people(current_ehr())
    if not everyone:
        raise CannotGoOn("No patients are loaded.", 404)
    patient = _patient(request.args.get("patient") or everyone[0].id)
    hook = _one_of(HOOKS, request.args.get("hook") or "order-sign")
    chosen = request.args.get("draft", "oxycodone")
    text = hook_drafts.starting_text(current_ehr().store, patient, hook, chosen, _today())
    return _form_page(patient, hook, text, chosen=chosen)


@blueprint.post("/")
def send() -> ResponseReturnValue:
    """Discovery first, as the prefetch to send is said there; then the call."""
    patient, hook = _patient(request.form.get("patient", "")), _one_of(HOOKS, request.form.get("hook", ""))
    sending, text = _one_of(SENDING, request.form.get("sending", "prefetch")), request.form.get("edited", "")
    try:
        edited = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as problem:
        return _form_page(patient, hook, text, sending=sending, why=f"This is not JSON: {problem}."), 400
    services = _console().services
    service = services.for_hook(hook)
    made, left_out = hook_calls.make_request(current_ehr(), service, patient, edited, sending)
    call = Call(patient, hook, service, made, services.call(service["id"], made), left_out)
    key = _console().calls.put(call, CALL_SECONDS)
    return redirect(current_ehr().url(f"/console/{key}"), 303)


@blueprint.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    call = _call(key)
    asked = hook_calls.without_token(call.request)
    return render_template(
        "console_call.html",
        key=key,
        call=call,
        asked=asked,
        counts=_counts(asked.get("prefetch")),
        who=_name(call.patient),
        hooks=HOOKS,
        indicators=INDICATORS,
    )


@blueprint.post("/<key>/accept")
def accept(key: str) -> ResponseReturnValue:
    call, card = _call(key), _card(key)
    chosen = set(request.form.getlist("suggestion"))
    taken = [one for one in card.get("suggestions") or () if one.get("uuid") in chosen]
    if not taken:
        raise CannotGoOn("Choose one of the card's suggestions first.")
    accepted = [{"id": one["uuid"]} for one in taken]
    item = hook_calls.outcome_of(current_ehr(), card, "accepted", acceptedSuggestions=accepted)
    actions = [action for one in taken for action in one.get("actions") or ()]
    drafts, changes = hook_drafts.accepted(call.drafts, actions)
    hook = call.hook if call.hook in hook_drafts.ORDER_HOOKS else "order-sign"
    after = {"text": hook_drafts.pretty(drafts), "hook": hook, "changes": changes}
    return _outcome_page(key, call, card, item, **after)


@blueprint.post("/<key>/override")
def override(key: str) -> ResponseReturnValue:
    call, card = _call(key), _card(key)
    reasons = card.get("overrideReasons") or ()
    place = request.form.get("reason", "")
    reason = next((one for n, one in enumerate(reasons) if str(n) == place), None)
    if reason is None and reasons:
        raise CannotGoOn("Choose one of the card's reasons first.")
    why: Resource = {"reason": {k: v for k, v in reason.items() if k in ("code", "system")}} if reason else {}
    if comment := request.form.get("comment", "").strip():
        why["userComment"] = comment
    item = hook_calls.outcome_of(current_ehr(), card, "overridden", overrideReason=why)
    return _outcome_page(key, call, card, item, reason=reason)


@blueprint.post("/<key>/follow")
def follow(key: str) -> ResponseReturnValue:
    """The EHR adds its address and a launch that carries the link's appContext; only the registered app gets one."""
    ehr, call, card = current_ehr(), _call(key), _card(key)
    place = request.form.get("link", "")
    link = next((one for n, one in enumerate(card.get("links") or ()) if str(n) == place), {})
    url = str(link.get("url", ""))
    if link.get("type") != "smart" or not ehr.launch_url or _origin(url) != _origin(ehr.launch_url):
        raise CannotGoOn("This link does not lead to an app that is registered here.")
    joint = "&" if "?" in url else "?"
    context = link.get("appContext")
    launch = ehr.new_launch(call.patient, context if isinstance(context, str) else None)
    return redirect(url + joint + urlencode({"iss": ehr.fhir_address, "launch": launch}), 303)


@blueprint.errorhandler(CannotGoOn)
def _cannot_go_on(problem: CannotGoOn) -> ResponseReturnValue:
    g.why = str(problem)
    return render_template("error.html", why=str(problem)), problem.status


@blueprint.errorhandler(NotReached)
def _not_reached(problem: NotReached) -> ResponseReturnValue:
    return _cannot_go_on(CannotGoOn(str(problem), 502))


def _form_page(patient: str, hook: str, text: str, **more: Any) -> str:
    ehr = current_ehr()
    return render_template(
        "console.html",
        people=people(ehr),
        patient=patient,
        who=_name(patient),
        hook=hook,
        hooks=HOOKS,
        sendings=SENDING,
        drafts=hook_drafts.choices(ehr.store, patient),
        is_for_orders=hook in hook_drafts.ORDER_HOOKS,
        text=text,
        **more,
    )


def _outcome_page(key: str, call: Call, card: Resource, item: Resource, **more: Any) -> str:
    reported = _console().services.feedback(call.service["id"], item) if card.get("uuid") else None
    page = {"key": key, "call": call, "card": card, "item": item, "reported": reported}
    return render_template("console_outcome.html", **page, who=_name(call.patient), hooks=HOOKS, **more)


def _console() -> Console:
    found: Console = current_app.extensions["console"]
    return found


def _call(key: str) -> Call:
    if call := _console().calls.get(key):
        return call
    raise CannotGoOn("This request is no longer kept. Send it again from the console.", 404)


def _card(key: str) -> Resource:
    place = request.form.get("card", "")
    for n, card in enumerate(_call(key).answer.cards):
        if str(n) == place:
            return card
    raise CannotGoOn("There is no such card.", 404)


def _patient(given: str) -> str:
    if current_ehr().store.get("Patient", given):
        return given
    raise CannotGoOn("No such patient.", 404)


def _one_of(known: dict[str, str], given: str) -> str:
    if given in known:
        return given
    raise CannotGoOn(f"Choose one of: {', '.join(known)}.")


def _counts(prefetch: Any) -> list[tuple[str, str]]:
    """Key -> how much was sent under it."""
    return [(key, _amount(value)) for key, value in (prefetch or {}).items()]


def _amount(value: Any) -> str:
    if value is None:
        return "nothing"
    found = len(value.get("entry", ())) if value.get("resourceType") == "Bundle" else 1
    return f"{found} record{'' if found == 1 else 's'}"


def _name(patient: str) -> str:
    return next(one.name for one in people(current_ehr()) if one.id == patient)


def _today() -> Any:
    return datetime.fromtimestamp(current_ehr().clock(), UTC).date()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
