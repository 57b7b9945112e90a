"""The application and its command line: every part wired together, nothing decided here."""

import argparse
import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path


def create_app(config):
    """The web application for one `config.Config`."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from audit.wiring import init_audit
    from cds.along.views import init_along
    from cds.hooks.parts import init_hooks
    from cds.outcomes.routes import init_outcomes
    from cds.reading import TYPES_READ
    from cds.referrals.routes import init_referrals
    from cds.screening.routes import init_screening
    from cds.views import init_views
    from launch.wiring import init_launch
    from operation.wiring import finish_operation, init_operation

    app = Flask(__name__)
    app.config["FHIR_TYPES"] = ("Patient", "Medication", *TYPES_READ)
    if config.trusted_proxies:
        # The scheme and the caller's address only: redirect URL and audience come from the settings.
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)
    init_operation(app, config)  # only looks on, at what really leaves
    init_audit(app, config)  # has the last word on every answer
    init_launch(app, config)
    init_views(app, config)
    init_outcomes(app, config)
    init_screening(app, config)
    init_along(app, config)
    init_referrals(app, config)
    init_hooks(app, config)
    finish_operation(app, config)
    return app


def create_demo(public_url, data=None, today=None, policy=None):
    """The application with the practice EHR under /ehr, as one WSGI application."""
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    from audit.request import not_audited
    from config import demo_config
    from launch.keys import published
    from sandbox.practice import doors, practice_ehr

    base_url = f"{public_url}/ehr"
    config = replace(demo_config(public_url, doors(base_url, "previsit-demo")), policy=policy)
    app = create_app(config)
    app.config["PRACTICE"] = True
    ehr = practice_ehr(
        base_url=base_url,
        app_url=public_url,
        client_id=config.issuers[0].client_id,
        client_secret=config.issuers[0].client_secret,
        jwks=published(key for issuer in config.issuers for key in issuer.keys),
        today=today or date.today(),
        data=Path(data) if data else None,
    )
    start = not_audited("leads to the practice EHR")(lambda: ("", 303, {"Location": "/ehr/"}))
    app.add_url_rule("/", "start", start)
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/ehr": ehr})
    return app


def main(argv=None):
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except KeyboardInterrupt:
        return 130  # as a shell reports it


def _parser():
    from cds.issuer_commands import add_commands as add_issuer_commands
    from sandbox.exposure import add_arguments
    from synth.commands import add_commands as add_synth_commands

    parser = argparse.ArgumentParser(
        prog="previsit",
        description="Pre-visit opioid summary inside the EHR, for the Six Building Blocks program.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="the app with a practice EHR and synthetic patients")
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--data", metavar="DIR", help="also load the FHIR R4 bundles of this folder")
    add_arguments(demo)
    demo.add_argument(
        "--policy", metavar="FILE", help="the clinic's policy (TOML), such as examples/policy.toml"
    )
    demo.set_defaults(run=_demo)

    serve = commands.add_parser("serve", help="the app alone, settings from the environment")
    serve.add_argument("--bind", type=_address, default="127.0.0.1:8000", metavar="HOST:PORT")
    serve.add_argument("--workers", type=_count, default=2)
    serve.add_argument("--upgrade", action="store_true", help="bring the database up to date first")
    serve.set_defaults(run=_serve)

    for name, run, told in (
        ("summarize", _summarize, "the summary of one patient's bundle, without a server"),
        ("mme", _mme, "the MME/day of one patient's bundle, with every factor and step"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("bundle", metavar="BUNDLE.json", help="a FHIR R4 bundle; - for standard input")
        command.add_argument("--as-of", type=_day, default=None, metavar="YYYY-MM-DD")
        command.add_argument(
            "--patient", default="", metavar="ID", help="which patient, when there are several"
        )
        command.add_argument("--policy", metavar="FILE", help="the clinic's policy (TOML)")
        command.set_defaults(run=run)
        if name == "summarize":
            command.add_argument("--json", action="store_true", help="the contract of docs/summary-json.md")

    rules = commands.add_parser("rules", help="the rules in force, with their sources and thresholds")
    rules.add_argument("--json", action="store_true")
    rules.add_argument("--markdown", action="store_true", help="docs/rules.md")
    rules.add_argument("--policy", metavar="FILE")
    rules.set_defaults(run=_rules)
    _add_hook_commands(commands)
    _add_policy_commands(commands)
    _add_database_commands(commands)
    _add_audit_commands(commands)
    _add_doctor(commands)
    add_issuer_commands(commands)
    add_synth_commands(commands)
    return parser


def _add_hook_commands(commands):
    hook = commands.add_parser("hook", help="the answer to one CDS Hooks request, without a server")
    hook.add_argument("service", metavar="SERVICE", help="patient-view, order-sign, ... as in /cds-services")
    hook.add_argument("request", metavar="REQUEST.json", help="the hook request; - for standard input")
    hook.add_argument("--as-of", type=_day, default=None, metavar="YYYY-MM-DD")
    hook.add_argument("--policy", metavar="FILE", help="the clinic's policy (TOML)")
    hook.set_defaults(run=_hook)

    feedback = commands.add_parser("feedback", help="what became of the cards")
    kinds = feedback.add_subparsers(required=True, metavar="KIND")
    report = kinds.add_parser("report", help="shown, accepted and overridden, by rule")
    report.set_defaults(run=_feedback_report)


def _add_policy_commands(commands):
    policy = commands.add_parser("policy", help="the clinic's policy: check a file, show every setting")
    kinds = policy.add_subparsers(required=True, metavar="KIND")
    check = kinds.add_parser("check", help="whether a file can be used, and what it changes")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=_policy_check)

    show = kinds.add_parser("show", help="every setting with its default and source")
    show.add_argument("file", metavar="FILE", nargs="?", help="the clinic's policy; without it, the defaults")
    show.add_argument("--json", action="store_true")
    show.add_argument("--markdown", action="store_true", help="docs/policy-settings.md")
    show.set_defaults(run=_policy_show)


def _add_database_commands(commands):
    from storage.commands import add_commands

    add_commands(commands).set_defaults(run=_db)


def _add_audit_commands(commands):
    from audit.commands import add_commands

    add_commands(commands).set_defaults(run=_audit)


def _add_doctor(commands):
    from operation.commands import add_commands

    add_commands(commands).set_defaults(run=_doctor)


def _day(text):
    from cds.as_of import day_from

    try:
        return day_from(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _port(text):
    if text.isascii() and text.isdigit() and 0 < int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a port; choose a number from 1 to 65535")


def _address(text):
    host, colon, port = text.rpartition(":")
    if not host or not colon:
        raise argparse.ArgumentTypeError(f"{text!r} is not an address; write it as 127.0.0.1:8000")
    return f"{host}:{_port(port)}"


def _count(text):
    if text.isascii() and text.isdigit() and 0 < int(text) <= 100:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers; choose one from 1 to 100")


def _demo(arguments):
    from functools import partial

    from cds.policy_file import BadPolicy
    from sandbox.data import DataDirectoryError
    from sandbox.exposure import TooPublic, check_exposure
    from serving import serve_demo

    demo = partial(create_demo, policy=Path(arguments.policy) if arguments.policy else None)
    try:
        check_exposure(arguments)
        return serve_demo(demo, arguments.port, arguments.data, arguments.bind, arguments.url)
    except (DataDirectoryError, TooPublic, BadPolicy) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 2


def _serve(arguments):
    from cds.policy_file import BadPolicy, read_policy
    from config import BadSetting, from_environment
    from serving import serve_production
    from storage.opening import CannotOpen
    from storage.rotation import KeyMissing
    from storage.schema import SchemaProblem

    try:
        config = from_environment(os.environ)
        if arguments.upgrade:
            config = replace(config, upgrade_at_start=True)
        # Before any worker starts: a policy that cannot be used stops here, with what to change in it.
        if config.policy:
            read_policy(config.policy)
        return serve_production(create_app, config, arguments.bind, arguments.workers)
    except (BadSetting, BadPolicy, CannotOpen, KeyMissing, SchemaProblem) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 2


def _summarize(arguments):
    from cds.commands import summarize_command

    return summarize_command(arguments, date.today())


def _mme(arguments):
    from cds.commands import mme_command

    return mme_command(arguments, date.today())


def _hook(arguments):
    from cds.hooks.command import hook_command

    return hook_command(arguments, date.today())


def _feedback_report(arguments):
    from audit.acts import REPORT_MADE
    from audit.operating import written_down
    from cds.hooks.command import feedback_report_command

    first = _with_trail(written_down(REPORT_MADE, report="feedback"), arguments)
    return first or _with_database(feedback_report_command, arguments)


def _audit(arguments):
    from audit import operating

    return _with_trail(getattr(operating, arguments.act), arguments)


def _db(arguments):
    from audit.acts import KEYS_ROTATED, PURGED
    from audit.operating import written_down
    from storage.commands import purge_command, rotate_command

    changes = {purge_command: PURGED, rotate_command: KEYS_ROTATED}.get(arguments.act)
    is_rehearsal = getattr(arguments, "rehearse", False)
    if changes and not is_rehearsal and (status := _with_trail(written_down(changes), arguments)):
        return status
    return _with_database(arguments.act, arguments)


def _with_trail(run, arguments):
    from audit.operating import on_trail
    from config import BadSetting, audit_settings_from
    from storage.opening import CannotOpen
    from storage.schema import SchemaProblem

    try:
        return on_trail(run, arguments, *audit_settings_from(os.environ))
    except (BadSetting, CannotOpen, SchemaProblem) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 2


def _doctor(arguments):
    from config import read_settings
    from operation.commands import doctor_command
    from operation.doctor.deployment import Deployment

    deployment = Deployment(os.environ, *read_settings(os.environ), ca_file=arguments.ca_file)
    return doctor_command(arguments, deployment)


def _with_database(run, arguments):
    from config import BadSetting, database_from
    from storage.opening import CannotOpen
    from storage.schema import SchemaProblem

    try:
        return run(arguments, database_from(os.environ, keys=getattr(arguments, "keys", False)))
    except (BadSetting, CannotOpen, SchemaProblem) as problem:
        print(f"previsit: {problem}", file=sys.stderr)
        return 2


def _rules(arguments):
    from cds.commands import rules_command

    return rules_command(arguments)


def _policy_check(arguments):
    from cds.policy_commands import policy_check_command

    return policy_check_command(arguments, date.today())


def _policy_show(arguments):
    from cds.policy_commands import policy_show_command

    return policy_show_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
