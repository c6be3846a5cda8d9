"""Who can be given tickets at a connection, and who has which. A seat is held when it is planned and taken once the vendor has it so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.db.codec import decode, encode
from app.db.models.roster import SeatRow, TeammateRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from app.db.statements import insert
from app.engine.assigning import Taken
from connectors.types import Ref, Teammate

HELD, TAKEN, LEFT = "held", "taken", "left"
LATELY = timedelta(days=7)
"""What fairness counts over."""
HOLDS_FOR = timedelta(hours=6)
"""A seat that was planned and never confirmed stops counting after this."""
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Seat:
    """One ticket that somebody has."""

    ticket_id: str
    ref: Ref
    agent: str


@dataclass(frozen=True)
class Sitting:
    """Who is to have a ticket, whose ticket it is, and how much it weighs."""

    ticket_id: str
    connection_id: str
    agent: str
    requester: str
    weight: float


def replace(session: Session, connection_id: str, people: Sequence[Teammate], now: datetime) -> frozenset[str]:
    """Keep these people in place of those known before; gives the ids of who is gone."""
    for one in people:
        known = seal(session, TeammateRow.known, encode(one), connection_id, one.id)
        values = {"known": known, "read_at": now}
        row = insert(session, TeammateRow).values(connection_id=connection_id, id=one.id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["connection_id", "id"], set_=values))
    here = {one.id for one in people}
    before = set(session.scalars(select(TeammateRow.id).where(TeammateRow.connection_id == connection_id)))
    gone = frozenset(before - here)
    for id in gone:
        session.execute(
            delete(TeammateRow).where(TeammateRow.connection_id == connection_id, TeammateRow.id == id),
            execution_options=QUIETLY,
        )
    return gone


def people(session: Session, connection_id: str, *, alone: bool = False) -> list[Teammate]:
    """Everybody there, by id. ``alone``: until this transaction ends nobody else gives tickets away at this connection."""
    chosen = select(TeammateRow).where(TeammateRow.connection_id == connection_id).order_by(TeammateRow.id)
    rows = session.scalars(chosen.with_for_update() if alone else chosen)
    return [decode(Teammate, row.known) for row in rows]


def taken(session: Session, connection_id: str, now: datetime, *, but: str = "") -> Mapping[str, Taken]:
    """What each agent has there, without the ticket ``but``."""
    counts = or_(SeatRow.state == TAKEN, and_(SeatRow.state == HELD, SeatRow.at > now - HOLDS_FOR))
    total = func.coalesce(func.sum(SeatRow.weight).filter(counts), 0.0)
    lately = func.coalesce(func.sum(SeatRow.weight).filter(SeatRow.at > now - LATELY), 0.0)
    chosen = (
        select(SeatRow.agent, total, lately, func.max(SeatRow.at))
        .where(SeatRow.connection_id == connection_id, SeatRow.ticket_id != but)
        .where(or_(SeatRow.at > now - LATELY, SeatRow.state != LEFT))
        .group_by(SeatRow.agent)
    )
    return {agent: Taken(load, sum_, last) for agent, load, sum_, last in session.execute(chosen)}


def last_of(session: Session, connection_id: str, requester: str, *, but: str) -> str:
    """Who had this requester's last other ticket, or nobody."""
    if not requester:
        return ""
    chosen = select(SeatRow.agent).where(SeatRow.connection_id == connection_id, SeatRow.requester == requester)
    return session.scalar(chosen.where(SeatRow.ticket_id != but).order_by(SeatRow.at.desc()).limit(1)) or ""


def of_ticket(session: Session, ticket_id: str) -> tuple[str, str] | None:
    """Who has it and in which state, or None."""
    row = session.execute(select(SeatRow.agent, SeatRow.state).where(SeatRow.ticket_id == ticket_id)).one_or_none()
    return (row.agent, row.state) if row else None


def sit(session: Session, new: Sitting, state: str, now: datetime) -> None:
    """Somebody is to have, or has, the ticket. Seen again with the same person, only its weight and state change."""
    same = of_ticket(session, new.ticket_id)
    values = {"agent": new.agent, "weight": new.weight, "state": state, "requester": new.requester[:200]}
    values |= {} if same and same[0] == new.agent and same[1] != LEFT else {"at": now}
    row = insert(session, SeatRow).values(
        ticket_id=new.ticket_id, connection_id=new.connection_id, **({"at": now} | values)
    )
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_=values))


def settle(session: Session, ticket_id: str, state: str, *, was: str = "") -> None:
    """The seat's new state, if there is one (and ``was`` it so, where given)."""
    mine = update(SeatRow).where(SeatRow.ticket_id == ticket_id)
    session.execute((mine.where(SeatRow.state == was) if was else mine).values(state=state), execution_options=QUIETLY)


def seats_of(session: Session, connection_id: str, agents: Sequence[str], limit: int = 500) -> list[Seat]:
    """Open tickets of these people, the oldest first."""
    chosen = (
        select(SeatRow.ticket_id, TicketRow.ref, SeatRow.agent)
        .join(TicketRow, TicketRow.id == SeatRow.ticket_id)
        .where(SeatRow.connection_id == connection_id, SeatRow.agent.in_(list(agents)), SeatRow.state != LEFT)
        .order_by(SeatRow.at)
        .limit(limit)
    )
    return [Seat(row.ticket_id, Ref(row.ref), row.agent) for row in session.execute(chosen)]
