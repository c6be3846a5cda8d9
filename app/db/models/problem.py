"""What an admin must read."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ProblemRow(Base):
    """One thing that went wrong and stays wrong until somebody acts. Never holds what a customer wrote, nor a secret.

    The same problem again only raises ``times`` and ``last_at``: nobody can fill the table from outside.
    """

    __tablename__ = "problem"
    __table_args__ = (Index(None, "last_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str | None] = mapped_column(ForeignKey("connection.id"))
    ticket_id: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text, default="")
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
