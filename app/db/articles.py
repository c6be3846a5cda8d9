"""The accounts' articles, version by version: kept, listed, ended. How their passages are found is in ``passages``.

Nothing is overwritten: a changed page ends the version before it, so that a search can be asked as of a date.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, type_coerce
from sqlalchemy.orm import Session

from app.db import passages
from app.db.models.article import ArticleRow
from app.db.models.base import Moment
from app.engine import pieces
from connectors.types import Article

BATCH = 200
"""Articles that are compared at once."""


def upsert(
    session: Session, account_id: str, origin: str, articles: Iterable[Article], at: datetime | None = None
) -> int:
    """Keep these articles of one origin (a connection, a folder), new or changed; says how many differed from what was kept.

    ``at`` is when they were seen, now by default. A version begins when the vendor says that it was written, unless that
    is before the end of the one it replaces.
    """
    passages.prepare(session)
    every, seen, changed = list(articles), at or datetime.now(UTC), 0
    for start in range(0, len(every), BATCH):
        batch = {article.id: article for article in every[start : start + BATCH]}
        current = _current(session, account_id, origin, batch)
        fresh = [a for a in batch.values() if a.id not in current or current[a.id].digest != digest(a)]
        _replace(session, current, [_version(account_id, origin, article) for article in fresh], seen)
        changed += len(fresh)
    return changed


def prune(session: Session, account_id: str, origin: str, keep: Collection[str], at: datetime | None = None) -> int:
    """End what the origin no longer publishes: all of its articles but these ids. Says how many. The past keeps them."""
    mine = select(ArticleRow).where(
        ArticleRow.account_id == account_id, ArticleRow.origin == origin, ArticleRow.until.is_(None)
    )
    gone = [row for row in session.scalars(mine) if row.external_id not in keep]
    _end(session, gone, at or datetime.now(UTC))
    return len(gone)


def listed(session: Session, account_id: str) -> list[Article]:
    """All current articles of an account, by title."""
    rows = session.scalars(_live(select(ArticleRow), account_id).order_by(ArticleRow.title))
    return [Article(r.external_id, r.title, r.text, r.url, r.locale, r.restricted, r.updated_at) for r in rows]


def origins(session: Session, account_id: str) -> frozenset[str]:
    """Where an account's current articles are from."""
    return frozenset(session.scalars(_live(select(ArticleRow.origin).distinct(), account_id)))


def placed(session: Session, account_id: str) -> list[tuple[str, bool]]:
    """(origin, whether it is restricted) of every current article."""
    mine = (ArticleRow.account_id == account_id, ArticleRow.until.is_(None))
    rows = session.execute(select(ArticleRow.origin, ArticleRow.restricted).where(*mine))
    return [(row.origin, row.restricted) for row in rows]


def newest(session: Session, account_id: str, origin: str) -> datetime | None:
    """When the latest of an origin's articles was updated, or None when it has none."""
    latest = select(func.max(ArticleRow.updated_at))
    found: datetime | None = session.scalar(_live(latest, account_id).where(ArticleRow.origin == origin))
    return found


def dated(session: Session, account_id: str, origin: str) -> dict[str, datetime]:
    """When each current article of an origin was last written, by its id there."""
    every = select(ArticleRow.external_id, ArticleRow.updated_at).where(
        ArticleRow.account_id == account_id, ArticleRow.origin == origin, ArticleRow.until.is_(None)
    )
    return {row.external_id: row.updated_at for row in session.execute(every)}


def moments(session: Session, account_id: str) -> list[datetime]:
    """When anything in the account's knowledge changed, oldest first: between two of them it stayed as it was."""
    mine = ArticleRow.account_id == account_id
    begun = select(ArticleRow.since).where(mine)
    ended = select(ArticleRow.until).where(mine, ArticleRow.until.is_not(None))
    return sorted({at for chosen in (begun, ended) for at in session.scalars(chosen) if at is not None})


def mark(session: Session, account_id: str) -> tuple[int, datetime | None]:
    """Cheap to ask, and another one when an article was added, changed or ended: whether ``version`` must be asked anew.

    What another transaction adds or ends late, behind what is there already, shows by ``count`` alone.
    """
    newest, ended = session.execute(_MARK, {"account": account_id}).one()
    return newest or 0, ended


def count(session: Session, account_id: str) -> int:
    """How many articles are current; goes through all of them."""
    return session.scalar(_live(select(func.count()), account_id)) or 0


def version(session: Session, account_id: str, at: datetime | None = None) -> str:
    """A hash that changes whenever any of the account's articles does; with ``at``, of those that counted then."""
    every = select(ArticleRow.origin, ArticleRow.external_id, ArticleRow.digest)
    counting = every.where(ArticleRow.account_id == account_id, passages.valid(at))
    whole = hashlib.sha256()
    for parts in session.execute(counting.order_by(ArticleRow.origin, ArticleRow.external_id)):
        whole.update("\x1f".join([*parts, "\x1e"]).encode())
    return whole.hexdigest()[:16]


def digest(article: Article) -> str:
    """A hash of everything that an answer could depend on, and of how pages are split."""
    parts = (article.title, article.text, article.url, article.locale, str(article.restricted), pieces.VERSION)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def _live(chosen: Select[Any], account_id: str) -> Select[Any]:
    return chosen.where(ArticleRow.account_id == account_id, ArticleRow.until.is_(None))


def _current(session: Session, account_id: str, origin: str, names: Collection[str]) -> dict[str, ArticleRow]:
    own = _live(select(ArticleRow), account_id).where(ArticleRow.origin == origin)
    return {row.external_id: row for row in session.scalars(own.where(ArticleRow.external_id.in_(names)))}


def _version(account_id: str, origin: str, article: Article) -> ArticleRow:
    return ArticleRow(
        account_id=account_id,
        origin=origin,
        external_id=article.id,
        title=article.title,
        text=article.text,
        url=article.url,
        locale=article.locale,
        restricted=article.restricted,
        updated_at=article.updated_at,
        digest=digest(article),
    )


def _replace(session: Session, current: Mapping[str, ArticleRow], rows: Sequence[ArticleRow], seen: datetime) -> None:
    """Begin versions of one origin, and end those before them at the same moment."""
    if not rows:
        return
    floors = _ended(session, rows)
    for row in rows:
        floor = floors.get(row.external_id)
        # When it was written, as its origin says, or when it was seen where that cannot be: no two versions overlap.
        row.since = row.updated_at if floor is None or row.updated_at > floor else max(seen, floor)
        if before := current.get(row.external_id):
            _end(session, [before], row.since)
    session.add_all(rows)
    session.flush()
    passages.add(session, rows)


def _ended(session: Session, rows: Sequence[ArticleRow]) -> dict[str, datetime]:
    """When the newest version of each of these that there was before ended, or began if it goes on."""
    ended = type_coerce(func.max(func.coalesce(ArticleRow.until, ArticleRow.since)), Moment)
    earlier = select(ArticleRow.external_id, ended).where(
        ArticleRow.account_id == rows[0].account_id,
        ArticleRow.origin == rows[0].origin,
        ArticleRow.external_id.in_([row.external_id for row in rows]),
    )
    return {row.external_id: row[1] for row in session.execute(earlier.group_by(ArticleRow.external_id))}


def _end(session: Session, rows: Sequence[ArticleRow], at: datetime) -> None:
    for row in rows:
        row.until = max(at, row.since)
    session.flush()
    for start in range(0, len(rows), BATCH):
        passages.end(session, [row.id for row in rows[start : start + BATCH]])


# Built once: every turn asks this, and building a statement costs more than running it.
_MINE = ArticleRow.account_id == bindparam("account")
_MARK = select(
    select(func.max(ArticleRow.id)).where(_MINE).scalar_subquery(),
    type_coerce(select(func.max(ArticleRow.until)).where(_MINE).scalar_subquery(), Moment),
)
