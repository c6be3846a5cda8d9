"""Every table, by subject. Importing this package makes the metadata whole; nothing outside ``app.db`` does."""

from app.db.models import account, clock, connection, effect, event, evidence, judgement, problem, ticket
from app.db.models.base import Base

__all__ = ["Base", "account", "clock", "connection", "effect", "event", "evidence", "judgement", "problem", "ticket"]
