"""The command line: one line for each command, whose module is loaded only when it is used. What commands do lives elsewhere."""

import sys
from importlib import import_module

import click

from app import logs
from app.errors import BadInput, DeskhandError, SettingsError, UnknownRecord
from app.hardening import harden
from connectors.errors import ConnectorError

COMMANDS = {
    "up": "app.cli.running:up",
    "web": "app.cli.running:web",
    "worker": "app.cli.running:worker",
    "clock": "app.cli.running:clock",
    "broker": "app.cli.running:broker",
    "demo": "app.cli.running:demo",
    "db": "app.cli.database:db",
    "check": "app.cli.check:check",
    "account": "app.cli.account:account",
    "connect": "app.cli.connect:connect",
    "disconnect": "app.cli.connection:disconnect",
    "resume": "app.cli.connection:resume",
    "doctor": "app.cli.doctor:doctor",
    "health": "app.cli.health:health",
    "simulate": "app.cli.simulate:simulate",
    "evidence": "app.cli.evidence:shown",
    "promote": "app.cli.evidence:promote",
    "examples": "app.cli.training:taught",
    "retrain": "app.cli.training:retrain",
    "gaps": "app.cli.gaps:shown",
    "experiment": "app.cli.experiment:shown",
    "taxonomy": "app.cli.taxonomy:taxonomy",
    "metrics": "app.cli.metrics:shown",
    "invoice": "app.cli.invoice:billed",
    "decisions": "app.cli.decisions:searched",
    "undo": "app.cli.decisions:taken_back",
    "recall": "app.cli.decisions:recalled",
    "dispute": "app.cli.invoice:dispute",
    "replay": "app.cli.replay:replay",
    "classify": "app.cli.classify:classify",
    "deadline": "app.cli.deadline:deadline",
    "report": "app.cli.report:report",
    "compliance": "app.cli.compliance:compliance",
    "index": "app.cli.knowledge:index",
    "search": "app.cli.knowledge:search",
    "backup": "app.cli.backup:backup",
    "restore": "app.cli.backup:restore",
    "erase": "app.cli.rights:erase",
    "export": "app.cli.rights:export",
    "consent": "app.cli.rights:consent",
    "rights": "app.cli.rights:asked",
    "data": "app.cli.protection:data",
    "keys": "app.cli.protection:keys",
    "package": "app.cli.package:package",
    "audit": "app.cli.audit:audit",
}
USAGE = (BadInput, SettingsError, UnknownRecord)
"""What the person at the keyboard can put right: exit code 2, as for a wrong option. Every other trouble is 1."""


class Commands(click.Group):
    """Finds a command by its line in ``COMMANDS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load that command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


@click.group(cls=Commands)
@click.version_option(package_name="deskhand")
def cli() -> None:
    """Deskhand: a plugin for the helpdesk a team already has."""


def main() -> None:
    """Run the command line. Our own errors become one line on standard error, never a traceback."""
    harden()
    logs.set_up("WARNING")
    try:
        cli()
    except (DeskhandError, ConnectorError) as error:
        click.echo(f"deskhand: {error}", err=True)
        sys.exit(2 if isinstance(error, USAGE) else 1)
