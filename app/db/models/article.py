"""The accounts' knowledge, as their vendors publish it, with the words that it is searched by."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ArticleRow(Base):
    """One page. ``title_words`` and ``text_words`` are stems, so that both databases find the same."""

    __tablename__ = "article"
    __table_args__ = (UniqueConstraint("connection_id", "external_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    external_id: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(String(20))
    restricted: Mapped[bool] = mapped_column(Boolean)
    updated_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    title_words: Mapped[str] = mapped_column(Text)
    text_words: Mapped[str] = mapped_column(Text)
