"""``deskhand index`` and ``deskhand search``: knowledge in, passages out."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from app.cli import opening
from app.db import accounts, passages
from app.engine.ports import ANSWERS, Knowledge
from app.errors import BadInput
from app.kb import solved
from app.kb.embedding import embed
from app.kb.index import HybridIndex
from app.kb.ingest import Taken, ingest
from app.kb.sources.folder import Folder
from app.kb.sources.sitemap import Sitemap
from app.nlp.personal import mask
from app.services import Services

FILE = click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True)
ACCOUNT = click.option("--account", "account_name", required=True, metavar="NAME", help="The account, by name.")
TOLD = ("documents", "changed", "gone", "unreadable")


@click.command()
@ACCOUNT
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@opening.as_json
def index(account_name: str, sources: tuple[str, ...], as_json: bool) -> None:
    """Take in folders or files (Markdown, HTML, PDF, OpenAPI), sitemaps (https://...), and exports of solved tickets (.jsonl).

    Only what changed since the last time is read. It can be stopped at any moment and goes on where it was.
    """
    services = opening.services()
    with services.database.reading() as session:
        account_id = accounts.named(session, account_name).id
    with Progress(console=Console(stderr=True), transient=True) as bars:
        told = {source: _taken(services, account_id, source, bars) for source in sources}
        _embedded(services, account_id, bars)
    if as_json:
        opening.print_json({"sources": told})
    else:
        opening.print_table(
            "Taken in", ("source", *TOLD), [(s, *(str(one[key]) for key in TOLD)) for s, one in told.items()]
        )
    if bad := sum(one["unreadable"] for one in told.values()):
        click.echo(f"deskhand: {bad} could not be read; `deskhand doctor` names them", err=True)


@click.command()
@ACCOUNT
@click.option(
    "--in", "asked", required=True, type=FILE, help='Lines: {"query"}, or CSV with a column query; - for input.'
)
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="Passages for each question.")
@click.option(
    "--as-of", "at", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="What could be known then (UTC)."
)
@opening.as_json
def search(account_name: str, asked: Path, limit: int, at: datetime | None, as_json: bool) -> None:
    """Find passages for each question of a file, and say whether one of them answers it."""
    services = opening.services()
    with services.database.reading() as session:
        account_id = accounts.named(session, account_name).id
    moment = at.replace(tzinfo=UTC) if at else None
    knowledge = HybridIndex(services.database, account_id, services.encoder, at=moment)
    for query in _queries(asked):
        answer = found(knowledge, query, limit)
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _shown(query, answer))


def found(knowledge: Knowledge, query: str, limit: int = 5) -> dict[str, Any]:
    """What is found for one question. It is answerable when a page that a customer may read answers it."""
    best = knowledge.search(query, limit=limit)
    return {
        "passages": [
            {"source": p.source, "title": p.title, "url": p.url, "text": p.text, "score": p.score} for p in best
        ],
        "answerable": any(p.score >= ANSWERS and not p.restricted for p in best),
    }


def _taken(services: Services, account_id: str, source: str, bars: Progress) -> dict[str, int]:
    bar = bars.add_task(source, total=None)
    if source.endswith(".jsonl") and Path(source).is_file():
        return _solved(services, account_id, Path(source))
    place = Sitemap(source) if source.startswith(("https://", "http://")) else Folder(Path(source))

    def show(done: int, whole: int) -> None:
        bars.update(bar, completed=done, total=whole)

    taken: Taken = ingest(services.database, account_id, place, progress=show)
    return {key: getattr(taken, key) for key in TOLD}


def _solved(services: Services, account_id: str, file: Path) -> dict[str, int]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        cases = list(solved.exported(lines))
    changed = solved.take(
        services.database, account_id, file.resolve().as_uri()[-400:], cases, lambda text: mask(text).text
    )
    return {"documents": len(cases), "changed": changed, "gone": 0, "unreadable": 0}


def _embedded(services: Services, account_id: str, bars: Progress) -> None:
    if services.encoder is None:
        return
    with services.database.reading() as session:
        bar = bars.add_task("meanings", total=passages.count(session, account_id))
    embed(services.database, account_id, services.encoder, progress=lambda made: bars.advance(bar, made))
    solved.embed(services.database, account_id, services.encoder, progress=lambda made: bars.advance(bar, made))


def _queries(file: Path) -> Iterator[str]:
    """The question of each line. Raises BadInput, which names the line."""
    try:
        with click.open_file(str(file), encoding="utf-8") as stream:
            lines = [line for line in stream if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("--in", "give a text file in UTF-8 that can be read") from error
    if lines and not lines[0].lstrip("\ufeff ").startswith("{"):
        rows = csv.DictReader(lines)
        if "query" not in (rows.fieldnames or ()):
            raise BadInput("--in", "give JSON lines with a query, or CSV with a column named query")
        yield from (row["query"] or "" for row in rows)
        return
    for number, line in enumerate(lines, 1):
        try:
            yield str(json.loads(line)["query"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(f"--in, line {number}", 'give a JSON object with a "query"') from error


def _shown(query: str, answer: dict[str, Any]) -> str:
    best = answer["passages"][0] if answer["passages"] else None
    verdict = "answered by" if answer["answerable"] else "near" if best else "nothing found"
    return f"{query[:60]:<60}  {verdict:<13} {best['title'] if best else ''}"
