"""The accounts' knowledge: each version of each page, in passages with the words and the vectors that they are searched by."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ArticleRow(Base):
    """One version of one page: valid from ``since`` until ``until``, which is empty while it is the current one.

    ``origin`` is the connection that published it, or the folder, file or address that it was read from.
    """

    __tablename__ = "article"
    __table_args__ = (
        Index(
            "uq_article_current",
            "account_id",
            "origin",
            "external_id",
            unique=True,
            sqlite_where=text("until is null"),
            postgresql_where=text("until is null"),
        ),
        Index(None, "account_id", "id"),
        Index(None, "account_id", "until"),
        # Versions are told apart by their numbers, so that a number is never given twice.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    origin: Mapped[str] = mapped_column(String(400))
    external_id: Mapped[str] = mapped_column(String(1000))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(20))
    restricted: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class PassageRow(Base):
    """One piece of a version, never changed. ``title_words`` and ``text_words`` are stems, so that both databases find the same."""

    __tablename__ = "passage"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    section: Mapped[int]
    heading: Mapped[str] = mapped_column(Text)
    anchor: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    title_words: Mapped[str] = mapped_column(Text)
    text_words: Mapped[str] = mapped_column(Text)


class VectorRow(Base):
    """What a passage means to one encoder: part 0 is the whole of it, part 1 its heading, then each sentence. Half-precision numbers."""

    __tablename__ = "vector"

    passage_id: Mapped[int] = mapped_column(ForeignKey("passage.id"), primary_key=True)
    encoder: Mapped[str] = mapped_column(String(40), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    numbers: Mapped[bytes] = mapped_column(LargeBinary)
