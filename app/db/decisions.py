"""The log of decisions: searched by what people remember of one, each with what became of its changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.db import effects
from app.db.codec import decode
from app.db.effects import Effect
from app.db.judgements import CLASSIFICATION, DECISION, DRAFT, Judged
from app.db.models.article import ArticleRow
from app.db.models.connection import ConnectionRow
from app.db.models.judgement import JudgementRow
from app.db.models.ticket import TicketRow
from app.engine.types import Classification, Decision, Draft
from connectors.types import Reply, Tag

BATCH = 200


@dataclass(frozen=True)
class Asked:
    """What is looked for; what is left empty fits all. ``ticket`` is the host's number or ours."""

    account_id: str
    since: datetime
    until: datetime
    ticket: str = ""
    category: str = ""
    tag: str = ""
    reason: str = ""
    """The code of one of its reasons, or its beginning."""
    mode: str = ""
    decision: str = ""

    def fits(self, judged: Judged) -> bool:
        """Whether a decision is one of those, as far as its own words say."""
        decision = judged.decision
        tags = {name for change in decision.changes if isinstance(change, Tag) for name in change.names}
        return (
            (not self.category or judged.classification.category == self.category)
            and (not self.tag or self.tag in tags)
            and (not self.reason or any(one.code.startswith(self.reason) for one in decision.reasons))
            and (not self.mode or decision.mode == self.mode)
        )


@dataclass(frozen=True)
class Entry:
    """One decision, where its ticket is, and the batches that it planned."""

    at: datetime
    connection_id: str
    ref: str
    judged: Judged
    effects: tuple[Effect, ...]

    @property
    def replied(self) -> Effect | None:
        """The batch that put a reply into the ticket, once the vendor had taken it."""
        sent = (one for one in self.effects if one.state == effects.SENT)
        return next((one for one in sent if any(isinstance(change, Reply) for change in one.plan.changes)), None)


Place = tuple[datetime, str]
"""Where a reading stands: the moment and the id of the last decision that was looked at."""


@dataclass(frozen=True)
class Portion:
    """Some of the decisions that fit, newest first. ``after`` is where to go on; None where there is nothing more."""

    entries: tuple[Entry, ...]
    looked: int
    """How many were looked through for these."""
    after: Place | None


def found(session: Session, asked: Asked) -> Iterator[Entry]:
    """Every decision that fits, newest first, read in portions: stop whenever you have enough."""
    yield from (entry for _, entry in _walked(session, asked, None) if entry)


def portion(session: Session, asked: Asked, size: int, most: int, after: Place | None = None) -> Portion:
    """At most ``size`` of them, and at most ``most`` looked through: what is rare is not read to the end for one page."""
    entries: list[Entry] = []
    last, looked = after, 0
    for place, entry in _walked(session, asked, after):
        if len(entries) == size or looked == most:
            return Portion(tuple(entries), looked, last)
        last, looked = place, looked + 1
        if entry:
            entries.append(entry)
    return Portion(tuple(entries), looked, None)


def _walked(session: Session, asked: Asked, last: Place | None) -> Iterator[tuple[Place, Entry | None]]:
    """Every decision that the database says may fit, with its place; nothing beside it where it does not."""
    tickets = _tickets(session, asked) if asked.ticket else None
    while True:
        rows = session.execute(_page(asked, tickets, last)).all()
        values = _values(session, [row.decision_id for row, _, _ in rows])
        for row, connection_id, ref in rows:
            judged = values.get(row.decision_id)
            entry = None
            if judged is not None and asked.fits(judged):
                entry = Entry(row.at, connection_id, ref, judged, _planned(session, judged))
            yield (row.at, row.id), entry
        if len(rows) < BATCH:
            return
        last = rows[-1][0].at, rows[-1][0].id


def _tickets(session: Session, asked: Asked) -> list[str]:
    """The account's tickets of that number, by whichever of its connections."""
    mine = select(ConnectionRow.id).where(ConnectionRow.account_id == asked.account_id)
    of = list(session.scalars(mine))
    by_ref = select(TicketRow.id).where(TicketRow.connection_id.in_(of), TicketRow.ref == asked.ticket)
    by_id = select(TicketRow.id).where(TicketRow.id == asked.ticket, TicketRow.connection_id.in_(of))
    return [*session.scalars(by_ref), *session.scalars(by_id)]


def _page(asked: Asked, tickets: Sequence[str] | None, last: Place | None) -> Select[JudgementRow, str, str]:
    chosen = (
        select(JudgementRow, TicketRow.connection_id, TicketRow.ref)
        .join(TicketRow, TicketRow.id == JudgementRow.ticket_id)
        .where(JudgementRow.account_id == asked.account_id, JudgementRow.kind == DECISION)
        .where(JudgementRow.at >= asked.since, JudgementRow.at < asked.until)
    )
    if tickets is not None:
        chosen = chosen.where(JudgementRow.ticket_id.in_(tickets))
    if asked.decision:
        chosen = chosen.where(JudgementRow.id == asked.decision)
    if asked.category:
        chosen = chosen.where(JudgementRow.category == asked.category[:200])
    if asked.mode:
        chosen = chosen.where(JudgementRow.mode == asked.mode)
    if last:
        at, id = last
        chosen = chosen.where((JudgementRow.at < at) | ((JudgementRow.at == at) & (JudgementRow.id < id)))
    return chosen.order_by(JudgementRow.at.desc(), JudgementRow.id.desc()).limit(BATCH)


@dataclass(frozen=True)
class Sample:
    """The newest decisions of one category, of all that there are: how they were recognised, by their tickets' numbers."""

    category: str
    total: int
    recognised: tuple[tuple[str, Classification], ...]


def sampled(session: Session, account_id: str, since: datetime, each: int) -> list[Sample]:
    """For every category since then, the newest ``each`` decisions, the commonest category first. Drafts are not read."""
    mine = (JudgementRow.account_id == account_id, JudgementRow.at >= since)
    counted = select(JudgementRow.category, func.count()).where(*mine).group_by(JudgementRow.category)
    totals = sorted(session.execute(counted).all(), key=lambda row: (-row[1], row[0]))
    return [Sample(name, total, _recognised(session, mine, name, each)) for name, total in totals]


def _recognised(
    session: Session, mine: Sequence[ColumnElement[bool]], category: str, each: int
) -> tuple[tuple[str, Classification], ...]:
    chosen = select(JudgementRow.decision_id, TicketRow.ref).join(TicketRow, TicketRow.id == JudgementRow.ticket_id)
    chosen = chosen.where(*mine, JudgementRow.category == category).order_by(
        JudgementRow.at.desc(), JudgementRow.id.desc()
    )
    refs = {row[0]: row[1] for row in session.execute(chosen.limit(each))}
    bodies = select(JudgementRow).where(JudgementRow.decision_id.in_(refs), JudgementRow.kind == CLASSIFICATION)
    known = {row.decision_id: decode(Classification, row.body) for row in session.scalars(bodies)}
    return tuple((ref, known[name]) for name, ref in refs.items() if name in known)


def _values(session: Session, decisions: Sequence[str]) -> dict[str, Judged]:
    """Decision -> all that it rests on; one that is not whole is left out."""
    bodies: dict[str, dict[str, JudgementRow]] = {}
    for row in session.scalars(select(JudgementRow).where(JudgementRow.decision_id.in_(decisions))):
        bodies.setdefault(row.decision_id, {})[row.kind] = row
    return {
        name: Judged(
            kinds[DECISION].ticket_id,
            decode(Classification, kinds[CLASSIFICATION].body),
            decode(Draft, kinds[DRAFT].body),
            decode(Decision, kinds[DECISION].body),
        )
        for name, kinds in bodies.items()
        if kinds.keys() == {CLASSIFICATION, DRAFT, DECISION}
    }


def _planned(session: Session, judged: Judged) -> tuple[Effect, ...]:
    every = effects.of_ticket(session, judged.ticket_id)
    return tuple(one for one in every if one.plan.decision_id == judged.decision.id)


def current(session: Session, account_id: str, source: str, url: str) -> str:
    """What stands on a page of the account's knowledge today, by its id there or its address; empty where it is gone."""
    mine = select(ArticleRow.text).where(ArticleRow.account_id == account_id, ArticleRow.until.is_(None))
    text = session.scalar(mine.where(ArticleRow.external_id == source).limit(1)) if source else None
    return text or (session.scalar(mine.where(ArticleRow.url == url).limit(1)) if url else None) or ""
