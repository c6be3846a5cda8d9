"""``deskhand connect``: a vendor installed for an account. Each vendor's options are its connector's own ``settings``."""

import ipaddress
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.cli import files, opening
from app.cli.remedies import remedy
from app.connecting import Kind, Outcome, install, option
from app.errors import BadInput
from app.settings import from_environment
from connectors.base import Setting
from connectors.registry import BACKENDS, HELPDESKS


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
    if outcome.error:
        check |= {"trouble": outcome.trouble, "remedy": remedy(outcome.error)}
        click.echo(f"deskhand: saved, but the vendor could not be used yet: {outcome.trouble}", err=True)
        click.echo(f"deskhand: {check['remedy']}; or `deskhand disconnect {installed.id}`", err=True)
    if as_json:
        opening.print_json(
            {"connection": installed.id, "webhook_path": path, "updated": outcome.updated, "check": check}
        )
        return
    done = "changed" if outcome.updated else "saved" if outcome.trouble else "connected"
    click.echo(f"{done} {installed.vendor} as {installed.id}{', not usable yet' if outcome.trouble else ''}")
    if outcome.hears:
        click.echo(f"let it send its webhooks to https://<your host>{path}")
