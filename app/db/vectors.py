"""What the passages mean to an encoder, as bytes: which are still to be made, kept, and read into one matrix."""

import sys
from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from app.db.models.article import ArticleRow, PassageRow, VectorRow
from app.db.passages import valid
from app.db.statements import insert
from app.engine.pieces import PATH, sentences

Numbers = NDArray[np.float16]
_ARTICLE, _OF = ArticleRow, ArticleRow.id == PassageRow.article_id
SENTENCES = 2
"""The first part that is a sentence: part 0 is the whole passage, part 1 its heading. Passages are found by those two."""
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Unmade:
    """A passage that the encoder has not seen, and the texts that it is to read: the whole, the heading, each sentence."""

    id: int
    digest: str
    texts: tuple[str, ...]


def unmade(session: Session, account_id: str, encoder: str, limit: int) -> list[Unmade]:
    """The next passages without vectors, current ones only, in the order in which they came."""
    made = exists().where(VectorRow.passage_id == PassageRow.id, VectorRow.encoder == encoder)
    rows = session.execute(
        select(PassageRow, ArticleRow.title)
        .join(ArticleRow, ArticleRow.id == PassageRow.article_id)
        .where(PassageRow.account_id == account_id, ArticleRow.until.is_(None), ~made)
        .order_by(PassageRow.id)
        .limit(limit)
    ).all()
    return [Unmade(row.id, row.digest, tuple(_texts(title, row))) for row, title in rows]


def keep(session: Session, encoder: str, made: Iterable[tuple[int, int, Numbers]]) -> None:
    """Keep vectors as (passage, part, numbers). One that another process kept meanwhile stays."""
    rows = [
        {"passage_id": n, "encoder": encoder, "part": part, "numbers": numbers.astype("<f2").tobytes()}
        for n, part, numbers in made
    ]
    if rows:
        session.execute(insert(session, VectorRow).on_conflict_do_nothing(), rows)


def known(session: Session, account_id: str, encoder: str, digests: Collection[str]) -> dict[str, dict[int, Numbers]]:
    """Vectors that passages of the same words have already, by digest and part: another version of a page, mostly."""
    rows = session.execute(
        select(PassageRow.digest, VectorRow.part, VectorRow.numbers)
        .join(VectorRow, VectorRow.passage_id == PassageRow.id)
        .where(PassageRow.account_id == account_id, VectorRow.encoder == encoder, PassageRow.digest.in_(digests))
    )
    found: dict[str, dict[int, Numbers]] = {}
    for digest, part, numbers in rows:
        found.setdefault(digest, {})[part] = np.frombuffer(numbers, "<f2")
    return found


@dataclass(frozen=True)
class Current:
    """Passages by their numbers, in order, each with the version that it is of and its locale."""

    passages: NDArray[np.int64]
    articles: NDArray[np.int64]
    locales: tuple[str, ...]


def current(session: Session, account_id: str, at: datetime | None = None) -> Current:
    """The passages that are valid now, or were at a moment."""
    chosen = select(PassageRow.id, PassageRow.article_id, ArticleRow.locale).join(_ARTICLE, _OF)
    chosen = chosen.where(PassageRow.account_id == account_id, valid(at)).order_by(PassageRow.id)
    passages, articles, locales = array("q"), array("q"), []
    for passage, article, locale in session.execute(chosen):
        passages.append(passage)
        articles.append(article)
        locales.append(sys.intern(locale))
    return Current(np.array(passages, np.int64), np.array(articles, np.int64), tuple(locales))


def read(
    session: Session, encoder: str, passages: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The vectors of those passages as a matrix, and which passage each row is of."""
    owners: list[int] = []
    rows: list[NDArray[np.float32]] = [np.zeros((0, width), np.float32)]
    for start in range(0, len(passages), _AT_ONCE):
        numbers = passages[start : start + _AT_ONCE]
        chosen = select(VectorRow.passage_id, VectorRow.numbers).where(
            VectorRow.encoder == encoder,
            VectorRow.part < SENTENCES,
            VectorRow.passage_id.between(int(numbers[0]), int(numbers[-1])),
        )
        wanted = set(map(int, numbers))
        found = [(n, raw) for n, raw in session.execute(chosen) if n in wanted and len(raw) == 2 * width]
        owners += [n for n, _ in found]
        rows.append(np.frombuffer(b"".join(raw for _, raw in found), "<f2").reshape(-1, width).astype(np.float32))
    return np.array(owners, np.int64), np.concatenate(rows)


def close(
    session: Session, encoder: str, passages: Iterable[int], width: int
) -> dict[int, dict[int, NDArray[np.float32]]]:
    """Every vector of a few passages, by passage and part."""
    found: dict[int, dict[int, NDArray[np.float32]]] = {}
    for n, part, raw in session.execute(_CLOSE, {"encoder": encoder, "passages": list(passages)}):
        if len(raw) == 2 * width:
            found.setdefault(n, {})[part] = np.frombuffer(raw, "<f2").astype(np.float32)
    return found


def _texts(title: str, row: PassageRow) -> Iterable[str]:
    yield "\n".join(part for part in (title, row.heading, row.text) if part)
    heading = row.heading.rpartition(PATH)[2]
    yield heading or title
    for sentence in sentences(row.text):
        yield f"{heading or title}. {sentence}"


# Built once: every turn asks these, and building a statement costs more than running it.
_CLOSE = select(VectorRow.passage_id, VectorRow.part, VectorRow.numbers).where(
    VectorRow.encoder == bindparam("encoder"), VectorRow.passage_id.in_(bindparam("passages", expanding=True))
)
