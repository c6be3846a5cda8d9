"""What commands that touch our records begin with: settings, services, tables up to date. And how they print."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app import logs
from app.db import migrations
from app.services import Services
from app.settings import Settings

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def services() -> Services:
    """Our services on a database that is up to date. Raises SettingsError or DatabaseDown."""
    settings = Settings.load()
    logs.set_up(settings.log_level)
    opened = Services(settings)
    if migrations.pending(opened.database):
        migrations.upgrade(opened.database)
    return opened


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    click.echo(json.dumps(value, ensure_ascii=False))


def print_table(title: str, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table on standard output, as wide as it needs to be when that is no terminal."""
    table = Table(title=title, title_justify="left", show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    wide = None if sys.stdout.isatty() else 200
    Console(width=wide, highlight=False, markup=False).print(table)
