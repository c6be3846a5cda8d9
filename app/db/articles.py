"""The accounts' articles: kept, listed, and searched by words with SQLite's FTS5 or PostgreSQL's tsvector.

Both search the same stems, so that both find the same pages; which of those answer is told from how much of the question they hold.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, column, delete, func, literal_column, select, table, text
from sqlalchemy.orm import Session

from app.db.models.article import ArticleRow
from app.engine.types import Passage
from app.engine.words import meaningful, stems
from connectors.types import Article

FLOOR = 0.4
"""The least share of the question's words that a page must hold to count as an answer."""
_MOST_WORDS = 24
"""Of a question that are looked for."""
_ENOUGH = 8
"""Words of a long question that make a whole."""
_CANDIDATES = 30
_SAME_LANGUAGE = 0.1
_WORDS = "article_words"
"""The FTS5 table; PostgreSQL has an index of that name instead."""
_VECTOR = "setweight(to_tsvector('simple', title_words), 'A') || setweight(to_tsvector('simple', text_words), 'B')"


def upsert(session: Session, account_id: str, connection_id: str, articles: Iterable[Article]) -> int:
    """Keep these articles of one connection, new or changed; says how many differed from what was kept."""
    _prepare(session)
    changed = 0
    for article in articles:
        row = session.scalar(
            select(ArticleRow).where(
                ArticleRow.account_id == account_id,
                ArticleRow.connection_id == connection_id,
                ArticleRow.external_id == article.id,
            )
        )
        if row is None or row.digest != _digest(article):
            _write(session, row or ArticleRow(account_id=account_id, connection_id=connection_id), article)
            changed += 1
    return changed


def prune(session: Session, account_id: str, connection_id: str, keep: Collection[str]) -> int:
    """Forget what the vendor no longer publishes: all of the connection's articles but these ids. Says how many."""
    rows = session.scalars(
        select(ArticleRow).where(ArticleRow.account_id == account_id, ArticleRow.connection_id == connection_id)
    )
    gone = [row.id for row in rows if row.external_id not in keep]
    if gone:
        _unindex(session, gone)
        session.execute(delete(ArticleRow).where(ArticleRow.id.in_(gone)))
    return len(gone)


def listed(session: Session, account_id: str) -> list[Article]:
    """All articles of an account, by title."""
    rows = session.scalars(select(ArticleRow).where(ArticleRow.account_id == account_id).order_by(ArticleRow.title))
    return [Article(r.external_id, r.title, r.text, r.url, r.locale, r.restricted, r.updated_at) for r in rows]


def newest(session: Session, account_id: str, connection_id: str) -> datetime | None:
    """When the latest of a connection's articles was updated, or None when it has none."""
    latest = select(func.max(ArticleRow.updated_at)).where(
        ArticleRow.account_id == account_id, ArticleRow.connection_id == connection_id
    )
    return session.scalar(latest)


def version(session: Session, account_id: str) -> str:
    """A hash that changes whenever any of the account's articles does."""
    every = select(ArticleRow.external_id, ArticleRow.digest).where(ArticleRow.account_id == account_id)
    whole = hashlib.sha256()
    for external_id, digest in session.execute(every.order_by(ArticleRow.id)):
        whole.update(f"{external_id}\x1f{digest}\x1e".encode())
    return whole.hexdigest()[:16]


def search(session: Session, account_id: str, query: str, limit: int, locale: str = "") -> list[Passage]:
    """At most ``limit`` pages that hold enough of the question's words, best first; none when none does."""
    wanted = [w for w in meaningful(query) if not w.isdigit()][:_MOST_WORDS]
    if not wanted or not _prepared(session):
        return []
    scored = [(_score(row, wanted), row) for row in _candidates(session, account_id, wanted)]
    good = [pair for pair in scored if pair[0] >= FLOOR]
    # Stable: pages of one score stay in the order of their rank.
    good.sort(key=lambda pair: -pair[0] - _SAME_LANGUAGE * _same_language(pair[1].locale, locale))
    return [_passage(row, score) for score, row in good[:limit]]


def _digest(article: Article) -> str:
    parts = (article.title, article.text, article.url, article.locale, str(article.restricted))
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _write(session: Session, row: ArticleRow, article: Article) -> None:
    row.external_id, row.title, row.text, row.url = article.id, article.title, article.text, article.url
    row.locale, row.restricted, row.updated_at = article.locale, article.restricted, article.updated_at
    row.digest = _digest(article)
    row.title_words, row.text_words = " ".join(stems(article.title)), " ".join(stems(article.text))
    session.add(row)
    session.flush()
    if _is_sqlite(session):
        _unindex(session, [row.id])
        session.execute(
            text(f"insert into {_WORDS} (rowid, title_words, text_words) values (:id, :title, :body)"),  # noqa: S608
            {"id": row.id, "title": row.title_words, "body": row.text_words},
        )


def _unindex(session: Session, numbers: Sequence[int]) -> None:
    if _is_sqlite(session) and _prepared(session):
        forget = text(f"delete from {_WORDS} where rowid = :id")  # noqa: S608
        session.execute(forget, [{"id": number} for number in numbers])


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _prepare(session: Session) -> None:
    """Make the words searchable. It is an index over the table, not data, so it comes with the first article."""
    if _is_sqlite(session):
        session.execute(text(f"create virtual table if not exists {_WORDS} using fts5(title_words, text_words)"))
    else:
        session.execute(text(f"create index if not exists {_WORDS} on article using gin (({_VECTOR}))"))


def _prepared(session: Session) -> bool:
    if not _is_sqlite(session):
        return True
    return session.scalar(text("select 1 from sqlite_master where name = :name"), {"name": _WORDS}) is not None


def _candidates(session: Session, account_id: str, wanted: Sequence[str]) -> list[ArticleRow]:
    """The account's pages with any of the words, best ranked first."""
    own = select(ArticleRow).where(ArticleRow.account_id == account_id).limit(_CANDIDATES)
    if _is_sqlite(session):
        words = table(_WORDS, column("rowid"))
        match = literal_column(_WORDS).op("match")(" OR ".join(f'"{word}"' for word in wanted))
        rank = func.bm25(literal_column(_WORDS), 4.0, 1.0)
        ranked = own.join(words, words.c.rowid == ArticleRow.id).where(match).order_by(rank, ArticleRow.id)
        return list(session.scalars(ranked))
    vector: ColumnElement[str] = literal_column(f"({_VECTOR})")
    asked = func.to_tsquery("simple", " | ".join(f"'{word}'" for word in wanted))
    match = vector.op("@@")(asked)
    return list(session.scalars(own.where(match).order_by(func.ts_rank_cd(vector, asked).desc(), ArticleRow.id)))


def _score(row: ArticleRow, wanted: Sequence[str]) -> float:
    """The share of the question's words that the page holds, 0 to 1; one word alone answers only a short question."""
    title, body = set(row.title_words.split()), set(row.text_words.split())
    hits = [1.0 if word in title else 0.8 for word in wanted if word in title or word in body]
    if len(hits) < min(2, len(wanted) - 1):
        return 0.0
    return min(1.0, sum(hits) / min(len(wanted), _ENOUGH))


def _same_language(one: str, other: str) -> bool:
    return bool(one and other) and one[:2].lower() == other[:2].lower()


def _passage(row: ArticleRow, score: float) -> Passage:
    return Passage(
        source=row.external_id,
        title=row.title,
        url=row.url,
        text=row.text,
        score=round(score, 3),
        restricted=row.restricted,
        locale=row.locale,
        version=row.digest[:12],
    )
