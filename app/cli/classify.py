"""``deskhand classify``: what the language engine thinks of each line of a file. Asks no host and stores nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from app.cli import opening
from app.cli.account import read
from app.engine.configuration import ConfigurationError
from app.errors import BadInput
from app.nlp.lines import BadLine, classify_lines, examples
from app.nlp.tier import tier
from app.settings import sentence_model

CONFIG = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)


@click.command()
@click.option(
    "--config", "file", required=True, type=CONFIG, help="The configuration with the categories, YAML or JSON."
)
@click.option("--examples", "known", type=FILE, help='Labelled lines: {"text", "labels"}, or CSV with text,category.')
@click.option(
    "--in", "asked", required=True, type=FILE, help='Lines: {"text"}, or CSV with a column text; - for input.'
)
@opening.as_json
def classify(file: Path, known: Path | None, asked: Path, as_json: bool) -> None:
    """Say of each line what it is about, how sure that is, its mood, and what in it is personal."""
    try:
        taught = examples(_lines(known, "--examples")) if known else []
    except BadLine as error:
        raise BadInput("--examples", str(error)) from error
    lines, runs = _lines(asked, "--in"), tier(*sentence_model())
    told = classify_lines(read(file), taught, lines, tier=runs, now=datetime.now(UTC), name=file.name)
    try:
        for answer in told:
            click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _shown(answer))
    except ConfigurationError as error:
        raise BadInput("--config", str(error)) from error
    except BadLine as error:
        raise BadInput("--in", str(error)) from error


def _lines(file: Path, option: str) -> list[str]:
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            return list(stream)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(option, "give a text file in UTF-8 that can be read") from error


def _shown(answer: dict[str, Any]) -> str:
    """One line for a person: the best category, how sure it is, and what follows."""
    best = answer["labels"][0] if answer["labels"] else {"name": "", "p": 0.0}
    name = "out of scope" if answer["out_of_scope"] else best["name"] or "unknown"
    sure = "automatic" if answer["automatic"] else "a person decides"
    mood = f"{answer['language'] or '??'} {answer['emotion']}"
    return f"{name:<28} {best['p']:.2f}  {sure:<17} {mood:<14} {json.dumps(answer['flags'])}"
