"""Takes a source in: what is new or changed since the last time, a few documents at a time. Stopped, it goes on where it was."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.db import articles, problems
from app.db.database import Database
from app.db.problems import Problem
from app.kb.sources.types import Place, Source, Unreadable
from connectors.types import Article

log = logging.getLogger(__name__)
BATCH = 50
"""Pages that are kept together."""


@dataclass
class Taken:
    """What became of a source: pages by what was done with them, and documents that could not be read."""

    documents: int = 0
    changed: int = 0
    gone: int = 0
    unreadable: int = 0


def ingest(
    database: Database,
    account_id: str,
    source: Source,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Taken:
    """Read what changed, end what is gone. Never raises for a bad document: a problem is kept that names it and its remedy.

    A document that cannot be read keeps the version that was kept before; so does all of a source that cannot be reached.
    """
    taken, batch, keep = Taken(), list[Article](), set[str]()
    try:
        places = list(source.places())
    except Unreadable as reason:
        _report(database, source.origin, reason)
        return Taken(unreadable=1)
    with database.reading() as session:
        now, known = database.now(session), articles.dated(session, account_id, source.origin)
    for place in places:
        taken.documents += 1
        before = {name for name in known if name == place.name or name.startswith(f"{place.name}#")}
        if place.updated_at is not None and before and all(known[name] >= place.updated_at for name in before):
            keep |= before
        else:
            found = _read(database, place, taken)
            keep |= {page.id for page in found} or before
            batch += found
        if len(batch) >= BATCH:
            taken.changed += _kept(database, account_id, source.origin, batch, now)
        progress(taken.documents, len(places))
    taken.changed += _kept(database, account_id, source.origin, batch, now)
    with database.session() as session:
        taken.gone = articles.prune(session, account_id, source.origin, keep, now)
    log.info(
        "source.taken", extra={"documents": taken.documents, "changed": taken.changed, "unreadable": taken.unreadable}
    )
    return taken


def _kept(database: Database, account_id: str, origin: str, batch: list[Article], now: datetime) -> int:
    with database.session() as session:
        changed = articles.upsert(session, account_id, origin, batch, now)
    batch.clear()
    return changed


def _read(database: Database, place: Place, taken: Taken) -> list[Article]:
    try:
        return list(place.read().pages)
    except Unreadable as reason:
        taken.unreadable += 1
        _report(database, place.name, reason)
        return []


def _report(database: Database, name: str, reason: Unreadable) -> None:
    with database.session() as session:
        problem = Problem("source_unreadable", f"{name}: {reason}", reason.remedy)
        problems.report(session, problem, database.now(session))
