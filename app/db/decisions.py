"""The log of decisions: searched by what people remember of one, each with what became of its changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
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


def found(session: Session, asked: Asked) -> Iterator[Entry]:
    """Every decision that fits, newest first, read in portions: stop whenever you have enough."""
    last: tuple[datetime, str] | None = None
    while True:
        rows = session.execute(_page(asked, last)).all()
        heads = [row for row in rows if row[0].kind == DECISION]
        if not heads:
            return
        values = _values(session, [head[0].decision_id for head in heads])
        for row, connection_id, ref in heads:
            judged = values.get(row.decision_id)
            if judged is not None and asked.fits(judged):
                yield Entry(row.at, connection_id, ref, judged, _planned(session, judged))
        last = heads[-1][0].at, heads[-1][0].id


def _page(asked: Asked, last: tuple[datetime, str] | None) -> Select[JudgementRow, str, str]:
    chosen = (
        select(JudgementRow, TicketRow.connection_id, TicketRow.ref)
        .join(TicketRow, TicketRow.id == JudgementRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(ConnectionRow.account_id == asked.account_id, JudgementRow.kind == DECISION)
        .where(JudgementRow.at >= asked.since, JudgementRow.at < asked.until)
    )
    if asked.ticket:
        chosen = chosen.where((TicketRow.ref == asked.ticket) | (TicketRow.id == asked.ticket))
    if asked.decision:
        chosen = chosen.where(JudgementRow.decision_id == asked.decision)
    if last:
        at, id = last
        chosen = chosen.where((JudgementRow.at < at) | ((JudgementRow.at == at) & (JudgementRow.id < id)))
    return chosen.order_by(JudgementRow.at.desc(), JudgementRow.id.desc()).limit(BATCH)


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
