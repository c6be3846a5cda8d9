"""``deskhand account``: our customers and their configuration."""

import json
import tempfile
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
@click.option(
    "--examples",
    "known",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Labelled tickets to learn from, instead of those given before: JSON lines with text and labels, or CSV.",
)
@opening.as_json
def add(name: str, file: Path, known: Path | None, as_json: bool) -> None:
    """Add an account, or publish the next version of its configuration, and what its tickets are recognised by."""
    text = read(file)
    try:
        load(text, name=file.name)
    except ConfigurationError as error:
        raise BadInput("--config", str(error)) from error
    taught = _taught(read(known)) if known else None
    services = opening.services()
    with services.database.session() as session:
        at = datetime.now(UTC)
        try:
            record = accounts.named(session, name)
        except UnknownRecord:
            record = accounts.add(session, name, at)
        configured = accounts.configure(session, record.id, file.name, text, at)
    if taught is not None:
        _keep(services.examples_file(record.id), taught)
    if as_json:
        opening.print_json({"account": record.id, "name": record.name, "version": configured.version})
    else:
        click.echo(f"account {record.name}: version {configured.version} of {file.name} is in force")


def _taught(text: str) -> str:
    """The examples as JSON lines, without what is personal in them: only that is kept."""
    from app.nlp.lines import BadLine, examples  # noqa: PLC0415  # slow to load, and rarely wanted
    from app.nlp.personal import mask  # noqa: PLC0415

    try:
        found = examples(text.splitlines(keepends=True))
    except BadLine as error:
        raise BadInput("--examples", str(error)) from error
    rows = ({"text": mask(example.text).text, "labels": list(example.labels)} for example in found)
    return "".join(f"{json.dumps(row)}\n" for row in rows)


def _keep(file: Path, text: str) -> None:
    """Write a file for us alone, whole or not at all."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as part:
        part.write(text)
    Path(part.name).replace(file)


def read(file: Path) -> str:
    """A configuration file's text. Raises BadInput when it is no text."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(str(file), "give a text file in UTF-8 that can be read") from error
