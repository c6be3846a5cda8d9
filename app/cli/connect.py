"""``deskhand connect``: a vendor installed for an account. Each vendor's options are its connector's own ``settings``."""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.cli import files, opening
from app.cli.remedies import remedy
from app.db import accounts, connections
from app.db.connections import Installed
from app.engine import fields
from app.errors import BadInput
from app.services import Services
from app.settings import from_environment
from connectors.base import Connection, Doubts, Helpdesk, Prepares, Setting
from connectors.errors import AuthFailed, BadPayload, ConnectorError, NotFound, RateLimited, Refused, Unsupported
from connectors.operations import Backend, FileSetting, Signals
from connectors.registry import BACKENDS, HELPDESKS

Kind = type[Helpdesk] | type[Backend]

FIELD = "field:"
"""Before the name of one of our fields, in a connection's settings: its id at the vendor."""

REFUSALS = (NotFound, Refused, AuthFailed, Unsupported)
"""A vendor's no to one thing: no reason to doubt the rest."""
LEFT_OUT = "notes and tags are written without them; create them there, or let the token, then connect again"


class Vendors(click.Group):
    """One command for each vendor in the registry, helpdesks and backends alike."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every vendor's name."""
        return sorted([*HELPDESKS, *BACKENDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command for that vendor, made from its connector."""
        if cmd_name in BACKENDS:
            return _command(cmd_name, BACKENDS[cmd_name])
        return _command(cmd_name, HELPDESKS[cmd_name]) if cmd_name in HELPDESKS else None


@click.group(cls=Vendors)
def connect() -> None:
    """Connect an account to a vendor, or change a connection that is there."""


def _command(vendor: str, kind: Kind) -> click.Command:
    options: list[click.Parameter] = [
        click.Option(["--account", "account_name"], required=True, metavar="NAME", help="The account, by name."),
        click.Option(["--base-url"], default="", metavar="URL", help="Where the vendor's API is (https)."),
        click.Option(
            ["--secret-file"],
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A JSON object with any of the settings below: they stay out of the process list.",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."),
        *(click.Option([option(one.name), one.name], help=_help(vendor, one)) for one in kind.settings),
    ]

    def run(account_name: str, base_url: str, secret_file: Path | None, as_json: bool, **given: str | None) -> None:
        told = {name: value for name, value in given.items() if value is not None}
        values = {**from_environment(_variables(vendor, kind)), **_from_file(secret_file, kind), **told}
        values = files.contents(kind.settings, values)
        outcome = install(opening.services(), account_name, vendor, _address(base_url), values)
        _report(outcome, as_json)

    return click.Command(vendor, params=options, callback=run, help=f"Connect {vendor}, or change its connection.")


def option(name: str) -> str:
    """``--signing-secret`` for ``signing_secret``."""
    return f"--{name.replace('_', '-')}"


# --- what was given ---------------------------------------------------------------------------------------------


def _help(vendor: str, one: Setting) -> str:
    return f"{one.help} [{'required; ' if one.required else ''}or {_variable(vendor, one)} in the environment]"


def _variable(vendor: str, one: Setting) -> str:
    return f"DESKHAND_{vendor}_{one.name}".upper()


def _variables(vendor: str, kind: Kind) -> dict[str, str]:
    return {one.name: _variable(vendor, one) for one in kind.settings}


def _from_file(path: Path | None, kind: Kind) -> dict[str, str]:
    """The settings in a secret file. Raises BadInput for what is no such file, without quoting it."""
    if path is None:
        return {}
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise BadInput("--secret-file", "give a file that holds one JSON object") from error
    if not isinstance(body, dict) or not all(isinstance(value, str) for value in body.values()):
        raise BadInput("--secret-file", "give one JSON object whose values are all text")
    values = {name.replace("-", "_"): value for name, value in body.items()}
    if strange := sorted(values.keys() - {one.name for one in kind.settings}):
        raise BadInput("--secret-file", f"{', '.join(strange)}: not a setting of this vendor; see --help")
    return values


def _address(url: str) -> str:
    """The address if a secret may travel there: https, or anything on loopback. A bare name is the vendor's to read."""
    parts = urlsplit(url)
    if "://" not in url or parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        return url.rstrip("/")
    raise BadInput("--base-url", "give an https address (http only to this machine: 127.0.0.1 or localhost)")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --- installing -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of it; the connection is saved in any case. ``trouble`` says why it cannot be used yet, ``warnings``
    what will be missing when it is.
    """

    installed: Installed
    updated: bool
    found: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    remedy: str = ""
    warnings: tuple[str, ...] = ()
    hears: bool = True
    """Whether it is told anything by webhook."""


def install(services: Services, account_name: str, vendor: str, base_url: str, values: Mapping[str, str]) -> Outcome:
    """Ask the vendor who we are, have our fields made, and save the connection, also when the vendor is away.

    Raises BadInput or UnknownRecord; nothing is saved then.
    """
    kind: Kind = services.backends[vendor] if vendor in services.backends else services.helpdesks[vendor]
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        there = connections.of_account(session, account.id)
    there = [one for one in there if one.vendor == vendor]
    before = _same(there, kind, base_url, values) or _moved(services, there, kind, values)
    opened = services.vault.open(before.sealed, place=before.id) if before else {}
    known = {**(before.settings if before else {}), **opened, **values}
    _check(kind, known)
    secret = {one.name for one in kind.settings if one.secret}
    new = Installed(
        before.id if before else connections.new_id(),
        account.id,
        vendor,
        base_url,
        {name: value for name, value in known.items() if name not in secret},
        "",
    )
    secrets = {name: value for name, value in known.items() if name in secret}
    new = replace(new, sealed=services.vault.seal(secrets, place=new.id))
    connector = _build(kind, Connection(new.id, base_url, new.settings, secrets))
    hears = vendor in services.helpdesks or isinstance(connector, Signals)
    outcome = _introduce(connector, Outcome(new, before is not None, hears=hears), values)
    _save(services, outcome.installed, anew=before is None)
    return outcome


def _same(there: list[Installed], kind: Kind, base_url: str, values: Mapping[str, str]) -> Installed | None:
    """The vendor's connection to the same installation, if there is one: address, and the id that ``_named`` names."""
    names = _named(kind)
    for one in there:
        if one.base_url == base_url and all(values.get(n, one.settings.get(n)) == one.settings.get(n) for n in names):
            return one
    return None


def _named(kind: Kind) -> list[str]:
    """The first required open setting: a workspace's or an app's id, where the vendor has one."""
    open_ = (one for one in kind.settings if one.required and not one.secret and not isinstance(one, FileSetting))
    return [one.name for one in open_][:1]


def _moved(services: Services, there: list[Installed], kind: Kind, values: Mapping[str, str]) -> Installed | None:
    """The connection whose address is put right here: all that was given is as before, and nobody answers at the old one.

    Two installations may share their secrets; two addresses of which one is dead are one installation that moved.
    """
    for one in there:
        known = {**one.settings, **services.vault.open(one.sealed, place=one.id)}
        required = [name for name in _needed(kind) if name in values]
        alike = required and all(known.get(name, "") == value for name, value in values.items())
        if alike and not _answers(services, one):
            return one
    return None


def _needed(kind: Kind) -> list[str]:
    return [one.name for one in kind.settings if one.required]


def _answers(services: Services, installed: Installed) -> bool:
    """Whether the vendor is at this address: one that does not like our token is there all the same."""
    try:
        opening.system(services, installed).check()
    except (AuthFailed, RateLimited):
        return True
    except ConnectorError:
        return False
    return True


def _check(kind: Kind, values: Mapping[str, str]) -> None:
    """Raises BadInput, which names the option, for what is missing or does not have the right shape."""
    for one in kind.settings:
        value = values.get(one.name, "")
        if one.required and not value:
            raise BadInput(option(one.name), f"is needed: {one.help}")
        if value and one.pattern and not re.fullmatch(one.pattern, value):
            raise BadInput(option(one.name), f"does not look right: {one.help}")


def _build(kind: Kind, connection: Connection) -> Helpdesk | Backend:
    try:
        return kind(connection)
    except ConnectorError as error:
        if isinstance(error, BadPayload) and error.path == "base_url":
            raise BadInput("--base-url", error.remedy) from error
        raise BadInput("the connection cannot be made", str(error)) from error


def _save(services: Services, installed: Installed, *, anew: bool) -> None:
    with services.database.session() as session:
        if anew:
            connections.add(session, installed, datetime.now(UTC))
        else:
            connections.change(session, installed)


def _introduce(connector: Helpdesk | Backend, outcome: Outcome, given: Mapping[str, str]) -> Outcome:
    """Learn who we are there and make our fields. A host that is away, or lacks the extras, only leaves a word."""
    try:
        found = connector.check()
        ours = {one.name for one in connector.settings if not one.secret}
        learnt = {name: value for name, value in found.items() if name in ours and name not in given}
        outcome = replace(outcome, found=found, installed=_with(outcome.installed, learnt))
        if isinstance(connector, Prepares):
            made, missing = _prepared(connector, fields.TITLES)
            outcome = replace(outcome, installed=_with(outcome.installed, {FIELD + n: v for n, v in made.items()}))
            outcome = replace(outcome, warnings=(_missing(missing),) if missing else ())
        if isinstance(connector, Doubts):
            outcome = replace(outcome, warnings=(*outcome.warnings, *connector.doubts()))
    except ConnectorError as error:
        if isinstance(error, BadPayload) and error.path == "base_url":
            raise BadInput("--base-url", error.remedy) from error
        outcome = replace(outcome, trouble=f"{type(error).__name__}: {error}", remedy=remedy(error))
    return outcome


def _prepared(connector: Prepares, wanted: Mapping[str, str]) -> tuple[Mapping[str, str], list[str]]:
    """The ids of our fields, and the titles of those that we may not create: tickets are worked on without them."""
    try:
        return connector.prepare(wanted), []
    except REFUSALS:
        made: dict[str, str] = {}
        missing = []
        for name, title in wanted.items():
            try:
                made.update(connector.prepare({name: title}))
            except REFUSALS:
                missing.append(title)
        return made, missing


def _missing(titles: list[str]) -> str:
    return f"these fields are not there and may not be created with this token: {', '.join(titles)}; {LEFT_OUT}"


def _with(installed: Installed, more: Mapping[str, str]) -> Installed:
    return replace(installed, settings={**installed.settings, **more})


def _report(outcome: Outcome, as_json: bool) -> None:
    installed = outcome.installed
    path = f"/webhooks/{installed.vendor}/{installed.id}"
    check: dict[str, Any] = {
        "ok": not outcome.trouble,
        "found": dict(outcome.found),
        "warnings": list(outcome.warnings),
    }
    for warning in outcome.warnings:
        click.echo(f"deskhand: {warning}", err=True)
    if outcome.trouble:
        check |= {"trouble": outcome.trouble, "remedy": outcome.remedy}
        click.echo(f"deskhand: saved, but the vendor could not be used yet: {outcome.trouble}", err=True)
        click.echo(f"deskhand: {outcome.remedy}; or `deskhand disconnect {installed.id}`", err=True)
    if as_json:
        opening.print_json(
            {"connection": installed.id, "webhook_path": path, "updated": outcome.updated, "check": check}
        )
        return
    done = "changed" if outcome.updated else "saved" if outcome.trouble else "connected"
    click.echo(f"{done} {installed.vendor} as {installed.id}{', not usable yet' if outcome.trouble else ''}")
    if outcome.hears:
        click.echo(f"let it send its webhooks to https://<your host>{path}")
