"""``deskhand replay``: old tickets through today's configuration. Writes to no host and keeps nothing but the report that is asked for."""

import itertools
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from app.cli import opening, playing
from app.db import accounts, lessons
from app.engine.configuration import Configuration
from app.engine.replaying import Played, Tally, allowed, learned, summary
from app.errors import BadInput
from app.nlp.personal import mask
from app.reports.exports import Export
from app.reports.page import Shown, page
from app.reports.replay import tallied
from app.reports.rows import PIECE
from app.services import Services

UNSURE = (
    "Deskhand was sure of none of them. Names and keywords alone are enough to guess, and never to act: give tickets that people "
    "have labelled with `deskhand account add NAME --config FILE --examples FILE`."
)
AT_ONCE = 100
"""Lessons that are kept together."""


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
@click.option("--export", "file", required=True, type=FILE, help="Old tickets: JSON lines or CSV, ours or a vendor's.")
@click.option("--html", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write a report to look at.")
@click.option("--learn", "keep", is_flag=True, help="Keep what people's answers say about today's drafts, as evidence.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=_cores,
    help="Processes that judge at once; one a core by default.",
)
@opening.as_json
def replay(account_name: str, file: Path, report: Path | None, keep: bool, processes: int, as_json: bool) -> None:
    """Show what Deskhand would have done with old tickets, and how often it would have been right. Sends nothing."""
    services = opening.services()
    with services.database.reading() as session:
        account = accounts.named(session, account_name)
        now = services.database.now(session)
    configuration, classifier = services.configuration(account.id), services.classifier(account.id).version
    tally, shown = Tally(), Shown(lambda text: mask(text).text)
    with lines(file) as given:
        export = Export(given)
        every = tallied(playing.played(services, account.id, export, processes), tally)
        taught = _learned(services, account.id, shown.watch(every), now if keep else None)
    if not export.read:
        why = export.reasons[0] if export.reasons else "the file is empty"
        raise BadInput("--export", f"no ticket could be read: {why}")
    told = {**summary(tally, configuration), "skipped": export.skipped, "reasons": export.reasons, "lessons": taught}
    if report:
        about = {"engine": classifier, "skipped": export.skipped, "doubled": export.doubled}
        report.write_text(page(tally, shown, configuration, about, now), encoding="utf-8")
    if as_json:
        opening.print_json(told)
        return
    _show(tally, configuration, account_name)
    for reason in export.reasons:
        click.echo(f"left out   {reason}")
    if taught:
        click.echo(f"learned    {taught} lessons about what is in force; see `deskhand evidence`")
    if report:
        click.echo(f"report     {report}")


def _show(tally: Tally, configuration: Configuration, account_name: str) -> None:
    rows = [
        (
            name,
            str(line.filed),
            _share(line.coverage),
            f"{line.correct} of {line.n}" if line.n else "never sure",
            f"{line.bound:.1%}" if line.n else "-",
            str(allowed(line, configuration.category(name))),
        )
        for name, line in sorted(tally.lines.items(), key=lambda item: (-item[1].filed, item[0]))
    ]
    columns = ("category", "filed", "coverage", "right where sure", "proven", "could be")
    opening.print_table(f"{tally.tickets} tickets through {account_name}", columns, rows)
    whole = tally.total
    if whole.n:
        click.echo(
            f"\nIn all: sure of {_share(whole.coverage)}, {whole.correct} of {whole.n} right, at least {whole.bound:.1%} proven; "
            f"{whole.sendable} replies would have gone out, had there been evidence."
        )
    else:
        click.echo(f"\n{UNSURE}")
    if tally.unlabelled or tally.unasked:
        click.echo(
            f"Not counted: {tally.unlabelled} filed under none of the categories, {tally.unasked} without a customer's word."
        )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _learned(services: Services, account_id: str, every: Iterable[Played], now: datetime | None) -> int:
    """Go through them all; with the time now, save what they teach about what is in force. Says how many lessons are new."""
    known, fresh = services.knowledge(account_id).version if now else "", 0
    said = (what for played in every if now and (what := learned(played, account_id, known, now)))
    while some := list(itertools.islice(said, AT_ONCE)):
        with services.database.session() as session:
            fresh += sum(lessons.save(session, what) for what in some)
    return fresh


@contextmanager
def lines(file: Path) -> Iterator[Iterator[str]]:
    """The file's lines, one at a time, very long ones in pieces, with a bar on standard error that shows how far it is read.

    Raises BadInput for a file that is no text in UTF-8.
    """
    size = file.stat().st_size
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    try:
        with (
            file.open(encoding="utf-8") as stream,
            Progress(*columns, console=Console(stderr=True), transient=True) as bar,
        ):
            task = bar.add_task("reading", total=size)
            yield _counted(stream, bar, task)
    except UnicodeDecodeError as error:
        raise BadInput("--export", "give a text file in UTF-8") from error


def _counted(stream: TextIO, bar: Progress, task: TaskID) -> Iterator[str]:
    while piece := stream.readline(PIECE):
        bar.advance(task, len(piece.encode()))
        yield piece
