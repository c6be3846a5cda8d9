"""What people consented to: each word is kept as it was said, and the newest counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.rights import ConsentRow


class Purpose(StrEnum):
    """What somebody may be asked about."""

    MEMORY = "memory"
    """To be known again in their next ticket."""
    LEARNING = "learning"
    """That what they wrote, masked, teaches categories and knowledge."""
    MODEL = "model"
    """That a language model is asked about what they wrote."""


@dataclass(frozen=True)
class Consent:
    """One word. ``person`` is a keyed hash; ``source`` where it was said: a field of the host, ``api``, ``cli``."""

    person: str
    purpose: Purpose
    given: bool
    source: str
    at: datetime


def record(session: Session, account_id: str, said: Consent) -> bool:
    """Keep it. False when the same is known to stand already."""
    if latest(session, account_id, (said.person,), said.purpose) is said.given:
        return False
    values = {
        "person": said.person,
        "purpose": said.purpose,
        "given": said.given,
        "source": said.source[:60],
        "at": said.at,
    }
    session.add(ConsentRow(id=ids.fresh(), account_id=account_id, **values))
    session.flush()
    return True


def latest(session: Session, account_id: str, people: Collection[str], purpose: Purpose) -> bool | None:
    """What was said last by whoever has one of these names; None: nothing. Of two words at once the no counts."""
    return session.scalar(_LATEST, {"account": account_id, "people": list(people), "purpose": purpose})


def history(session: Session, account_id: str, people: Collection[str]) -> list[Consent]:
    """Everything that was said, oldest first."""
    mine = (ConsentRow.account_id == account_id, ConsentRow.person.in_(people))
    rows = session.scalars(select(ConsentRow).where(*mine).order_by(ConsentRow.at, ConsentRow.id))
    return [Consent(row.person, Purpose(row.purpose), row.given, row.source, row.at) for row in rows]


# Built once: every turn asks this, and building a statement costs more than running it.
_LATEST = (
    select(ConsentRow.given)
    .where(ConsentRow.account_id == bindparam("account"), ConsentRow.purpose == bindparam("purpose"))
    .where(ConsentRow.person.in_(bindparam("people", expanding=True)))
    .order_by(ConsentRow.at.desc(), ConsentRow.given, ConsentRow.id.desc())
    .limit(1)
)
