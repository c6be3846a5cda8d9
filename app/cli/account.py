"""``deskhand account``: our customers and their configuration."""

from datetime import UTC, datetime
from pathlib import Path

import click

from app.cli import opening
from app.db import accounts
from app.engine.configuration import ConfigurationError, load
from app.errors import BadInput, UnknownRecord


@click.group()
def account() -> None:
    """Accounts and their configuration."""


@account.command()
@click.argument("name")
@click.option(
    "--config",
    "file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The account's configuration, YAML or JSON.",
)
@opening.as_json
def add(name: str, file: Path, as_json: bool) -> None:
    """Add an account, or publish the next version of its configuration."""
    text = read(file)
    try:
        load(text, name=file.name)
    except ConfigurationError as error:
        raise BadInput("--config", str(error)) from error
    services = opening.services()
    with services.database.session() as session:
        at = datetime.now(UTC)
        try:
            record = accounts.named(session, name)
        except UnknownRecord:
            record = accounts.add(session, name, at)
        configured = accounts.configure(session, record.id, file.name, text, at)
    if as_json:
        opening.print_json({"account": record.id, "name": record.name, "version": configured.version})
    else:
        click.echo(f"account {record.name}: version {configured.version} of {file.name} is in force")


def read(file: Path) -> str:
    """A configuration file's text. Raises BadInput when it is no text."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(file), "give a text file in UTF-8 that can be read") from error
