"""What commands that touch our records begin with: settings, services, tables up to date. And how they print."""

import json
import os
import pwd
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import logs
from app.db import accounts, migrations, trail
from app.db.trail import Entry, What
from app.errors import DatabaseDown
from app.services import Services
from app.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def services() -> Services:
    """Our services on a database that is up to date; what the command does is recorded as the operator's.

    Raises SettingsError or DatabaseDown.
    """
    settings = Settings.load()
    logs.set_up(settings.log_level)
    opened = Services(settings)
    if migrations.pending(opened.database):
        migrations.upgrade(opened.database)
    context = click.get_current_context()
    context.with_resource(_operated(opened, context))
    return opened


@contextmanager
def _operated(opened: Services, context: click.Context) -> Iterator[None]:
    """Whatever the command does is the operator's act; a command that recorded none itself is one as a whole."""
    with trail.acting(trail.OPERATOR, f"cli:{login()}") as acts:
        try:
            yield
        finally:  # also where the command ends with a code of its own
            if not acts.recorded:
                _record(opened, context)


def _record(opened: Services, context: click.Context) -> None:
    with suppress(DatabaseDown), opened.database.session() as session:  # who cannot write has changed nothing
        named = str(context.params.get("account_name") or context.params.get("name") or "")
        account_id = next((one.id for one in accounts.every(session) if one.name == named), trail.INSTALLATION)
        command = context.command_path.removeprefix(context.find_root().command_path)
        trail.record(session, account_id, Entry(What.OPERATED, f"deskhand{command}"))


def login() -> str:
    """Who is at the keyboard, as the machine knows them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user without a name
        return str(os.getuid())


def in_utc(day: datetime | None) -> datetime | None:
    """A moment as somebody typed it: without a zone it is UTC."""
    return day if day is None or day.tzinfo else day.replace(tzinfo=UTC)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table on standard output, as wide as it needs to be when that is no terminal; without rows, that there is nothing."""
    if not rows:
        click.echo(f"{title}: nothing yet")
        return
    table = Table(title=title, title_justify="left", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    wide = None if sys.stdout.isatty() else 200
    Console(width=wide, highlight=False, markup=False).print(table)
