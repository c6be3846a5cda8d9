"""The command line: one line for each command, whose module is loaded only when it is used. What commands do lives elsewhere."""

import sys
from importlib import import_module

import click

from app import logs
from app.errors import BadInput, DeskhandError, SettingsError, UnknownRecord
from app.hardening import harden
from connectors.errors import ConnectorError

COMMANDS = {
    "up": ("app.cli.running:up", "Run web, workers and clock, with the embedded broker unless REDIS_URL is set."),
    "web": ("app.cli.running:web", "Run the web server: the webhooks' door."),
    "worker": ("app.cli.running:worker", "Run one worker."),
    "clock": ("app.cli.running:clock", "Run the clock: it rings again what waits, and asks the hosts what changed."),
    "broker": ("app.cli.running:broker", "Run the embedded broker on the data directory."),
    "demo": (
        "app.cli.running:demo",
        "Show the whole thing on this machine, with the vendors played: no account, no key.",
    ),
    "db": ("app.cli.database:db", "The database's tables."),
    "check": (
        "app.cli.check:check",
        "Validate a configuration: each setting works, is the host's part, is not done yet, or is an error.",
    ),
    "account": ("app.cli.account:account", "Accounts and their configuration."),
    "connect": ("app.cli.connect:connect", "Connect an account to a vendor, or change a connection that is there."),
    "disconnect": ("app.cli.connection:disconnect", "Remove a connection, by its id."),
    "resume": ("app.cli.connection:resume", "Let a paused connection go on, by its id, once the vendor answers again."),
    "doctor": (
        "app.cli.doctor:doctor",
        "Look at this machine, Redis, the database, keys, the work and every connection.",
    ),
    "health": (
        "app.cli.health:health",
        "End with 0 while this machine's processes of that kind are well: for containers, which restart what is not.",
    ),
    "simulate": ("app.cli.simulate:simulate", "Show the decision and every reason for a text or a ticket."),
    "evidence": (
        "app.cli.evidence:shown",
        "Show for each category what people's judgements prove, and what is missing before it may answer by itself.",
    ),
    "promote": ("app.cli.evidence:promote", "Let a category act by itself, if what people judged proves that it may."),
    "examples": ("app.cli.training:taught", "What people taught about categories, beyond the account's own file."),
    "retrain": ("app.cli.training:retrain", "Train a new model from what people taught."),
    "gaps": ("app.cli.gaps:shown", "Show where the knowledge falls short of what people answer, and rule on it."),
    "experiment": ("app.cli.experiment:shown", "Show what is tried, and what can be said of it by now."),
    "taxonomy": (
        "app.cli.taxonomy:taxonomy",
        "Show the issue types of old tickets: how common, how complex, what they take, and which to automate first.",
    ),
    "metrics": (
        "app.cli.metrics:shown",
        "Show how the desk is doing: what was resolved and lasted, how long it took, and what it cost.",
    ),
    "invoice": ("app.cli.invoice:billed", "Show what a month costs, line by line with its tickets."),
    "decisions": (
        "app.cli.decisions:searched",
        "Search what was decided, and why; with --id everything about one: hashes, versions, rejected alternatives, receipts, inverse.",
    ),
    "undo": (
        "app.cli.decisions:taken_back",
        "Take back what was written into tickets, as far as nobody has changed it since.",
    ),
    "recall": (
        "app.cli.decisions:recalled",
        "Show who was told something that a page said; with --do each ticket gets a note with a draft of a correction and is reopened.",
    ),
    "dispute": (
        "app.cli.invoice:dispute",
        "Say that a line of the ledger is wrong: it is not charged, and stands there with who said so.",
    ),
    "replay": (
        "app.cli.replay:replay",
        "Show what Deskhand would have done with old tickets, and how often it would have been right.",
    ),
    "classify": (
        "app.cli.classify:classify",
        "Say of each line what it is about, how sure that is, its mood, and what in it is personal.",
    ),
    "deadline": ("app.cli.deadline:deadline", "Say when an answer is due by a configuration, and why."),
    "report": ("app.cli.report:report", "Show how it went."),
    "compliance": ("app.cli.compliance:compliance", "Check what PCI-DSS, GDPR and SOC 2 ask for."),
    "index": (
        "app.cli.knowledge:index",
        "Take in folders or files (Markdown, HTML, PDF, OpenAPI), sitemaps (https://...), and exports of solved tickets (.jsonl).",
    ),
    "search": (
        "app.cli.knowledge:search",
        "Find passages for each question of a file, and say whether one of them answers it.",
    ),
    "backup": (
        "app.cli.backup:backup",
        "Write everything that the database holds into one sealed file, while everything runs.",
    ),
    "restore": ("app.cli.backup:restore", "Load a backup into an empty database."),
    "erase": ("app.cli.rights:erase", "Erase one person from every store, with a signed proof."),
    "export": (
        "app.cli.rights:export",
        "Write all that is kept of one person into a JSON file, as docs/data-protection.md describes it.",
    ),
    "consent": ("app.cli.rights:consent", "Keep what a person consented to or withdrew, or show what is known."),
    "rights": (
        "app.cli.rights:asked",
        "What was asked about people's data: by when it has to be done, how far it is, and the proof.",
    ),
    "data": ("app.cli.protection:data", "What is kept about whom."),
    "keys": ("app.cli.protection:keys", "The keys that what is kept is sealed with."),
    "package": (
        "app.cli.package:package",
        "Write the package of our app at VENDOR, checked by that vendor's published rules.",
    ),
    "audit": ("app.cli.audit:audit", "Who did what: verify that nothing of it was changed, export it, place holds."),
}
"""Each command: where it is, and its first words, so that a list of them loads none."""
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
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List them by their first words: loading all of them for that took seconds."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


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
