"""The outbox: planned batches of changes, from pending to sent. Every write of it happens under the ticket's lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from app import tracing
from app.db.codec import decode, decode_all, encode
from app.db.models.base import Moment
from app.db.models.connection import ConnectionRow
from app.db.models.effect import UNFINISHED, EffectRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from connectors.types import Change, Receipt, Ref

PENDING, SENDING, SENT, DROPPED, REVIEW = "pending", "sending", "sent", "dropped", "review"
QUIETLY = {"synchronize_session": False}
REFUSED = "refused for now"
"""The reason of what the vendor did not take and is asked again."""


@dataclass(frozen=True)
class Planned:
    """A batch of changes that will be made once. ``ref`` empty: the ticket that is linked by then.

    ``requester`` and ``domain`` are given for what customers read without a person's click: budgets count them.
    """

    key: str
    connection_id: str
    ref: Ref
    changes: tuple[Change, ...]
    decision_id: str = ""
    expect: str | None = None
    requester: str | None = None
    domain: str | None = None


@dataclass(frozen=True)
class Effect:
    """A planned batch and how far it got. ``started_at`` is set once an attempt may have reached the vendor."""

    id: int
    ticket_id: str
    plan: Planned
    state: str
    attempts: int = 0
    started_at: datetime | None = None
    not_before: datetime | None = None
    reason: str = ""
    receipt: Receipt | None = None
    trace: str | None = None
    since: datetime | None = None
    """When the event came that this is the first answer to."""


def plan(
    session: Session, ticket_id: str, planned: Sequence[Planned], at: datetime, since: datetime | None = None
) -> None:
    """Save batches in the order in which they will be made. ``since`` is when the event came that the first of them answers."""
    for place, one in enumerate(planned):
        session.add(
            EffectRow(
                key=one.key,
                ticket_id=ticket_id,
                decision_id=one.decision_id,
                connection_id=one.connection_id,
                ref=one.ref.id,
                changes=seal(session, EffectRow.changes, encode(one.changes), ticket_id, one.key),
                expect=one.expect,
                state=PENDING,
                requester=one.requester,
                domain=one.domain,
                created_at=at,
                trace=tracing.current(),
                since=None if place else since,
            )
        )
        session.flush()


def unfinished(session: Session, ticket_id: str) -> list[Effect]:
    """What is still to be made for this ticket, in order."""
    return [_record(row) for row in session.execute(_UNFINISHED, {"ticket": ticket_id})]


def keyed(session: Session, ticket_id: str, start: str) -> int:
    """How many batches of a ticket have a key that begins so."""
    mine = select(func.count()).where(
        EffectRow.ticket_id == ticket_id, EffectRow.key.startswith(start, autoescape=True)
    )
    return session.scalar(mine) or 0


def of_ticket(session: Session, ticket_id: str) -> list[Effect]:
    """Everything that was ever planned for this ticket, in order."""
    return [_record(row) for row in session.execute(_OF_TICKET, {"ticket": ticket_id})]


def exists(session: Session, key: str) -> bool:
    """Whether a batch of that key was ever planned."""
    return session.scalar(_EXISTS, {"key_": key}) is not None


def begin(session: Session, effect: Effect, at: datetime, ambiguous_until: datetime) -> None:
    """An attempt starts. Until it is answered nobody tries again before ``ambiguous_until``."""
    session.execute(_BEGIN, {"effect": effect.id, "at": at, "until": ambiguous_until})


def sent(session: Session, effect: Effect, receipt: Receipt) -> None:
    """The vendor has taken it."""
    _set(session, effect.id, state=SENT, receipt=encode(receipt), reason="", not_before=None)


def postpone(session: Session, effect: Effect, not_before: datetime, reason: str) -> None:
    """It will be tried again, not before that moment, and look first."""
    _set(session, effect.id, state=PENDING, not_before=not_before, reason=reason)


def end(session: Session, effect: Effect, state: str, reason: str) -> None:
    """It will not be tried again: ``dropped``, or ``review`` for a person to look at."""
    _set(session, effect.id, state=state, reason=reason, not_before=None)


def drop_decision(session: Session, ticket_id: str, decision_id: str, reason: str) -> None:
    """What is still planned for a decision is not made: it no longer fits the ticket."""
    chosen = (EffectRow.ticket_id == ticket_id, EffectRow.decision_id == decision_id)
    session.execute(
        update(EffectRow).where(*chosen, EffectRow.state.in_((PENDING, SENDING))).values(state=DROPPED, reason=reason),
        execution_options=QUIETLY,
    )


def drop_all(session: Session, ticket_id: str, reason: str) -> None:
    """Nothing that is still planned for this ticket is made: it is gone."""
    session.execute(
        update(EffectRow)
        .where(EffectRow.ticket_id == ticket_id, EffectRow.state.in_((PENDING, SENDING)))
        .values(state=DROPPED, reason=reason),
        execution_options=QUIETLY,
    )


def opening(session: Session, connection_id: str) -> bool:
    """Whether a ticket is being opened at that connection right now, so that an unknown one there may be ours."""
    return session.scalar(_OPENING, {"connection": connection_id}) is not None


@dataclass(frozen=True)
class Sent:
    """Replies that customers got without a person's click: in the ticket ever; lately here, by whom they went to, and altogether."""

    ever: int
    ticket: int
    requester: int
    domain: int
    everybody: int = 0


def replies(session: Session, ticket_id: str, requester: tuple[str, str], now: datetime, within: timedelta) -> Sent:
    """Count them; ``requester`` is the person's id and mail domain. Planned ones count: they are on their way."""
    person, domain = requester
    values = {"ticket": ticket_id, "since": now - within, "person": person, "domain_": domain}
    ever, mine, theirs, domains, all_ = session.execute(_REPLIES, values).one()
    return Sent(ever or 0, mine or 0, theirs or 0, (domains or 0) if domain else 0, all_ or 0)


def _set(session: Session, effect_id: int, **values: Any) -> None:
    session.execute(_SET, {"effect": effect_id, **values})


# Built once: every run asks these again and again, and building a statement costs more than running it.
_EFFECT = cast(Table, EffectRow.__table__)
_SET = update(_EFFECT).where(_EFFECT.c.id == bindparam("effect"))
_BEGIN = _SET.values(
    state=SENDING,
    attempts=_EFFECT.c.attempts + 1,
    started_at=func.coalesce(_EFFECT.c.started_at, bindparam("at", type_=Moment())),
    not_before=bindparam("until", type_=Moment()),
)
_OF_TICKET = select(_EFFECT).where(EffectRow.ticket_id == bindparam("ticket")).order_by(EffectRow.id)
_UNFINISHED = _OF_TICKET.where(EffectRow.state.in_((PENDING, SENDING)))
_EXISTS = select(EffectRow.id).where(EffectRow.key == bindparam("key_"))
_UNSURE = and_(EffectRow.state == PENDING, EffectRow.started_at.is_not(None), EffectRow.reason != REFUSED)
_OPENING = (
    select(EffectRow.id)
    .where(EffectRow.connection_id == bindparam("connection"), EffectRow.key.startswith("open-"))
    # Said in the index's own words: without them every batch of the connection was looked at.
    .where(UNFINISHED, or_(EffectRow.state == SENDING, _UNSURE))
    .limit(1)
)
_OURS = select(ConnectionRow.id).where(
    ConnectionRow.account_id
    == select(ConnectionRow.account_id)
    .join(TicketRow, TicketRow.connection_id == ConnectionRow.id)
    .where(TicketRow.id == bindparam("ticket"))
    .scalar_subquery()
)


def _count(*conditions: Any) -> Any:
    """How many automatic replies are on their way or there, of those that the conditions choose."""
    visible = (EffectRow.state != DROPPED, EffectRow.requester.is_not(None))
    return select(func.count()).select_from(EffectRow).where(*visible, *conditions).scalar_subquery()


_LATELY = EffectRow.created_at > bindparam("since", type_=Moment())
_THIS = EffectRow.ticket_id == bindparam("ticket")
_THEIRS = (_LATELY, EffectRow.connection_id.in_(_OURS))
_REPLIES = select(
    _count(_THIS),
    _count(_THIS, _LATELY),
    _count(EffectRow.requester == bindparam("person"), *_THEIRS),
    _count(EffectRow.domain == bindparam("domain_"), *_THEIRS),
    _count(*_THEIRS),
)


def _record(row: Row[Any]) -> Effect:
    planned = Planned(
        row.key,
        row.connection_id,
        Ref(row.ref),
        decode_all(Change, row.changes),
        row.decision_id,
        row.expect,
        row.requester,
        row.domain,
    )
    receipt = decode(Receipt, row.receipt) if row.receipt else None
    return Effect(
        row.id,
        row.ticket_id,
        planned,
        row.state,
        row.attempts,
        row.started_at,
        row.not_before,
        row.reason,
        receipt,
        row.trace,
        row.since,
    )
