"""What people did beside us: kept once for each decision, anew at each look while the ticket goes on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.codec import decode, encode
from app.db.models.log import AgreementRow
from app.engine.agreeing import Agreement


@dataclass(frozen=True)
class Kept:
    """One agreement, and where its ticket is."""

    ticket_id: str
    url: str
    said: Agreement


def keep(session: Session, account_id: str, kept: Kept) -> None:
    """Keep what is known by now in place of what was. The first look's time stays: that is when people acted."""
    row = session.get(AgreementRow, kept.said.decision)
    if row is None:
        row = AgreementRow(
            decision_id=kept.said.decision, account_id=account_id, ticket_id=kept.ticket_id, at=kept.said.at
        )
        session.add(row)
    row.url, row.body = kept.url, encode(kept.said)
    session.flush()


def between(session: Session, account_id: str, since: datetime, until: datetime) -> list[Kept]:
    """Everything that people did in that time, oldest first."""
    chosen = select(AgreementRow).where(
        AgreementRow.account_id == account_id, AgreementRow.at >= since, AgreementRow.at < until
    )
    rows = session.scalars(chosen.order_by(AgreementRow.at, AgreementRow.decision_id))
    return [Kept(row.ticket_id, row.url, decode(Agreement, row.body)) for row in rows]


def counted(session: Session, account_id: str, since: datetime, until: datetime) -> tuple[int, int]:
    """On how many tickets people agreed with our category, and on how many they said anything about it."""
    said = [one.said.category.equal for one in between(session, account_id, since, until)]
    known = [equal for equal in said if equal is not None]
    return sum(known), len(known)
