"""Which clock leads, and when each periodic job ran last."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class LeaderRow(Base):
    """Who leads until when. One row for each office held."""

    __tablename__ = "leader"

    office: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    until: Mapped[datetime]


class BeatRow(Base):
    """When a periodic job was last begun."""

    __tablename__ = "beat"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
