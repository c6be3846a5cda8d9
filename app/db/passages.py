"""The passages of the accounts' articles: kept, found by their words, and read with what they say. Vectors are in ``vectors``.

SQLite's FTS5 and PostgreSQL's tsvector search the same stems. An account is a word of every one of its passages, so that
nobody's search reads another account's words; what is not current any more carries another word.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from weakref import WeakSet

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from app.db.models.account import AccountRow
from app.db.models.article import ArticleRow, PassageRow
from app.engine.pieces import Piece, pieces
from app.engine.words import stems

_WORDS = "passage_fts"
"""The FTS5 table; PostgreSQL has an index of that name instead."""
_COUNTS = "passage_fts_counts"
_VECTOR = "(setweight(to_tsvector('simple', title_words), 'A') || setweight(to_tsvector('simple', text_words), 'B'))"
_ARTICLE, _OF = ArticleRow, ArticleRow.id == PassageRow.article_id
_PREPARED: WeakSet[Engine] = WeakSet()
"""Databases whose words were found searchable; no index goes again."""
_RARE = 20_000
"""Words are counted one by one no further than this."""


@dataclass(frozen=True)
class Found:
    """A passage with what its article's version says about it."""

    id: int
    article: int
    section: int
    source: str
    title: str
    url: str
    heading: str
    text: str
    restricted: bool
    locale: str
    version: str
    words: frozenset[str]
    """The stems of title, heading and text."""
    origin: str = ""
    """Where its article is from: a connection's id, a folder's address."""


def add(session: Session, articles: Sequence[ArticleRow]) -> None:
    """Keep the passages of versions that were just added."""
    rows = [_row(article, piece) for article in articles for piece in pieces(article.text) or (Piece(0, "", "", ""),)]
    session.add_all(rows)
    session.flush()
    if _is_sqlite(session):
        _index(session, [(row.id, row.title_words, row.text_words, f"{row.account_id}now") for row in rows])


def end(session: Session, articles: Sequence[int]) -> None:
    """The passages of these versions are not current any more."""
    if not articles or not _is_sqlite(session):
        return
    rows = session.execute(
        select(PassageRow.id, PassageRow.title_words, PassageRow.text_words, PassageRow.account_id).where(
            PassageRow.article_id.in_(articles)
        )
    ).all()
    if not rows:
        return
    forget = text(f"delete from {_WORDS} where rowid = :id")  # noqa: S608
    session.execute(forget, [{"id": row.id} for row in rows])
    _index(session, [(row.id, row.title_words, row.text_words, f"{row.account_id}past") for row in rows])


def prepare(session: Session) -> None:
    """Make the words searchable. It is an index over the table, not data, so it comes with the first article."""
    if _is_sqlite(session):
        session.execute(text(f"create virtual table if not exists {_WORDS} using fts5(owner, title_words, text_words)"))
        session.execute(text(f"create virtual table if not exists {_COUNTS} using fts5vocab({_WORDS}, 'row')"))
    else:
        session.execute(text(f"create index if not exists {_WORDS} on passage using gin ({_VECTOR})"))


def by_words(
    session: Session, account_id: str, wanted: Sequence[str], limit: int, at: datetime | None = None
) -> dict[int, float]:
    """The passages with any of these stems, best ``limit``, and how well each fits; the numbers compare within one answer."""
    if not wanted or not _prepared(session):
        return {}
    if _is_sqlite(session):
        found = session.execute(_ranked(at), _matches(account_id, wanted, limit, at))
    else:
        found = session.execute(_by_words_postgresql(account_id, wanted, at).limit(limit))
    return {row[0]: float(row[1]) for row in found}


def frequencies(session: Session, account_id: str, words: Iterable[str]) -> dict[str, int]:
    """In about how many passages each of these stems stands."""
    wanted = sorted(set(words))
    if not wanted or not _prepared(session):
        return dict.fromkeys(wanted, 0)
    if _is_sqlite(session) and not _shared(session, account_id):
        counts = table(_COUNTS, column("term"), column("doc"))
        known = {
            row.term: row.doc
            for row in session.execute(select(counts.c.term, counts.c.doc).where(counts.c.term.in_(wanted)))
        }
        return {word: int(known.get(word, 0)) for word in wanted}
    return {word: _counted(session, account_id, word) for word in wanted}


def places(session: Session, numbers: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Of which version each of those passages is, and in which locale, by their numbers."""
    wanted = select(PassageRow.id, PassageRow.article_id, ArticleRow.locale).join(_ARTICLE, _OF)
    rows = session.execute(wanted.where(PassageRow.id.in_(list(numbers))))
    return {row.id: (row.article_id, row.locale) for row in rows}


def read(session: Session, numbers: Iterable[int]) -> Mapping[int, Found]:
    """Those passages, by their numbers."""
    rows = session.execute(_CHOSEN, {"numbers": list(numbers)})
    return {row.id: _found(row) for row in rows}


def sections(session: Session, found: Sequence[Found], longest: int) -> list[str]:
    """For each passage the whole section that it is part of, or the passage alone when that is longer than ``longest``."""
    if not found:
        return []
    chosen = select(PassageRow.article_id, PassageRow.section, PassageRow.text).order_by(PassageRow.id)
    of, within = {one.article for one in found}, {one.section for one in found}
    said: dict[tuple[int, int], list[str]] = {}
    for article, section, words in session.execute(
        chosen.where(PassageRow.article_id.in_(of), PassageRow.section.in_(within))
    ):
        said.setdefault((article, section), []).append(words)
    whole = ("\n\n".join(said[one.article, one.section]) for one in found)
    return [text if len(text) <= longest else one.text for text, one in zip(whole, found, strict=True)]


def count(session: Session, account_id: str) -> int:
    """How many passages are current."""
    live = select(func.count()).select_from(PassageRow).join(_ARTICLE, _OF)
    return session.scalar(live.where(PassageRow.account_id == account_id, ArticleRow.until.is_(None))) or 0


def _row(article: ArticleRow, piece: Piece) -> PassageRow:
    heading = piece.heading
    return PassageRow(
        account_id=article.account_id,
        article_id=article.id,
        section=piece.section,
        heading=heading,
        anchor=piece.anchor,
        text=piece.text,
        digest=hashlib.sha256("\x1f".join((article.title, heading, piece.text)).encode("utf-8", "replace")).hexdigest(),
        title_words=" ".join(stems(f"{article.title}\n{heading}")),
        text_words=" ".join(stems(piece.text)),
    )


def _index(session: Session, rows: Iterable[tuple[int, str, str, str]]) -> None:
    insert = text(f"insert into {_WORDS} (rowid, owner, title_words, text_words) values (:id, :owner, :title, :body)")  # noqa: S608
    session.execute(insert, [{"id": n, "owner": owner, "title": title, "body": body} for n, title, body, owner in rows])


def valid(at: datetime | None) -> ColumnElement[bool]:
    """The versions that count now, or that counted at a moment."""
    if at is None:
        return ArticleRow.until.is_(None)
    return and_(ArticleRow.since <= at, or_(ArticleRow.until.is_(None), ArticleRow.until > at))


def _matches(account_id: str, wanted: Sequence[str], limit: int, at: datetime | None) -> dict[str, str | int]:
    """What ``_ranked`` is asked with: words, and the same words of the account's own passages."""
    owners = f'owner:"{account_id}now"' if at is None else f'owner:("{account_id}now" OR "{account_id}past")'
    said = " OR ".join(f'"{word}"' for word in wanted)
    asked = f"{{title_words text_words}} : ({said})"
    return {"asked": asked, "ours": f"{owners} AND {asked}", "most": limit}


@lru_cache(maxsize=8)
def _ranked(at: datetime | None) -> Select[Any]:
    """Ranked by BM25; a word of a title counts four times. What is current is known without a look at the articles."""
    words = table(_WORDS, column("rowid"))
    match = literal_column(_WORDS).op("match")
    # Ranking counts every word of its match through all that it stands in, so the account's own word is in another one.
    # The sign keeps SQLite from asking for one row after the other.
    mine = select(words.c.rowid).where(match(bindparam("ours")))
    rank = (-func.bm25(literal_column(_WORDS), 0.0, 4.0, 1.0)).label("rank")
    found = select(words.c.rowid, rank).where(match(bindparam("asked")), literal_column("+passage_fts.rowid").in_(mine))
    found = found.order_by(literal_column("rank").desc(), words.c.rowid).limit(bindparam("most"))
    if at is None:
        return found
    return found.join(PassageRow, PassageRow.id == words.c.rowid).join(_ARTICLE, _OF).where(valid(at))


def _by_words_postgresql(account_id: str, wanted: Sequence[str], at: datetime | None) -> Select[Any]:
    """Ranked by how many of the words stand there, titles first."""
    vector: ColumnElement[str] = literal_column(_VECTOR)
    asked = func.to_tsquery("simple", " | ".join(f"'{word}'" for word in wanted))
    rank = func.ts_rank(vector, asked).label("rank")
    found = select(PassageRow.id, rank).join(_ARTICLE, _OF).where(PassageRow.account_id == account_id, valid(at))
    return found.where(vector.op("@@")(asked)).order_by(rank.desc(), PassageRow.id)


def _shared(session: Session, account_id: str) -> bool:
    """Whether other accounts keep passages here, so that SQLite's own counts are not this account's."""
    others = select(AccountRow.id).where(AccountRow.id != account_id)
    kept = select(PassageRow.id).where(PassageRow.account_id == AccountRow.id).exists()
    return session.scalar(others.where(kept).limit(1)) is not None


def _counted(session: Session, account_id: str, word: str) -> int:
    if _is_sqlite(session):
        words = table(_WORDS, column("rowid"))
        ours = f'owner:("{account_id}now" OR "{account_id}past") AND {{title_words text_words}} : "{word}"'
        held = select(words.c.rowid).where(literal_column(_WORDS).op("match")(ours)).limit(_RARE)
        return session.scalar(select(func.count()).select_from(held.subquery())) or 0
    asked = func.to_tsquery("simple", f"'{word}'")
    holds = literal_column(_VECTOR).op("@@")(asked)
    some = select(PassageRow.id).where(PassageRow.account_id == account_id, holds).limit(_RARE)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _prepared(session: Session) -> bool:
    engine = session.get_bind().engine
    if not _is_sqlite(session) or engine in _PREPARED:
        return True
    found = session.scalar(text("select 1 from sqlite_master where name = :name"), {"name": _WORDS}) is not None
    if found:
        _PREPARED.add(engine)
    return found


_READ = (
    *(PassageRow.id, PassageRow.article_id, PassageRow.section, PassageRow.heading, PassageRow.anchor, PassageRow.text),
    *(PassageRow.title_words, PassageRow.text_words, ArticleRow.external_id, ArticleRow.title, ArticleRow.url),
    *(ArticleRow.restricted, ArticleRow.locale, ArticleRow.digest, ArticleRow.origin),
)
"""What a passage is read with: not its article's whole text."""
_CHOSEN = select(*_READ).join(_ARTICLE, _OF).where(PassageRow.id.in_(bindparam("numbers", expanding=True)))


def _found(row: Any) -> Found:
    # A host's own anchors are not ours to guess: only what was read from an address or a folder carries them.
    url = f"{row.url}#{row.anchor}" if row.anchor and "://" in row.origin else row.url
    return Found(
        id=row.id,
        article=row.article_id,
        section=row.section,
        source=row.external_id,
        title=row.title,
        url=url,
        heading=row.heading,
        text=row.text,
        restricted=row.restricted,
        locale=row.locale,
        version=row.digest[:12],
        words=frozenset(f"{row.title_words} {row.text_words}".split()),
        origin=row.origin,
    )
