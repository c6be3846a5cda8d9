"""What is remembered of people who proved who they are: one row each, under a keyed hash of their address."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.codec import decode, encode
from app.db.models.talk import MemoryRow
from app.db.protecting import seal
from app.engine.memory import KEPT, Memory


def find(session: Session, account_id: str, person: str, now: datetime) -> Memory | None:
    """What is remembered of them; None for nothing, or what is too old to be."""
    row = session.scalar(_OF, {"account": account_id, "person": person})
    return decode(Memory, row.known) if row is not None and now - row.at <= KEPT else None


def keep(session: Session, account_id: str, person: str, memory: Memory) -> None:
    """Remember it, in place of what was before."""
    row = session.scalar(_OF, {"account": account_id, "person": person})
    if row is None:
        row = MemoryRow(id=ids.fresh(), account_id=account_id, person=person)
        session.add(row)
    row.known = seal(session, MemoryRow.known, encode(memory), person, row.id, account_id)
    row.at = memory.at
    session.flush()


def drop(session: Session, account_id: str, person: str) -> None:
    """Forget one person."""
    mine = (MemoryRow.account_id == account_id, MemoryRow.person == person)
    session.execute(delete(MemoryRow).where(*mine), execution_options={"synchronize_session": False})


def forget(session: Session, before: datetime) -> int:
    """Everything that was last spoken of before then. How much it was."""
    gone = delete(MemoryRow).where(MemoryRow.at < before).returning(MemoryRow.id)
    return len(session.scalars(gone).all())


# Built once: every turn asks this, and building a statement costs more than running it.
_OF = select(MemoryRow).where(MemoryRow.account_id == bindparam("account"), MemoryRow.person == bindparam("person"))
