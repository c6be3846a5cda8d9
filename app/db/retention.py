"""What is past its time is deleted, a batch at a time, by the data map's periods. Never what still waits, what is held, or what proves."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, exists, select, update
from sqlalchemy.orm import Session

from app.db.models.connection import ConnectionRow
from app.db.models.deadline import NoticeRow, WatchRow
from app.db.models.effect import EffectRow
from app.db.models.event import EventRow
from app.db.models.example import ExampleRow
from app.db.models.finding import FindingRow
from app.db.models.gap import DifferenceRow, GapRow
from app.db.models.identity import CodeRow, ProofRow
from app.db.models.judgement import JudgementRow, OutcomeRow
from app.db.models.kin import SketchRow
from app.db.models.log import AgreementRow, ErrandRow
from app.db.models.rights import PartyRow
from app.db.models.roster import SeatRow
from app.db.models.run import DeedRow, RunRow
from app.db.models.signal import SignalRow
from app.db.models.solved import SolvedRow
from app.db.models.spending import ModelCallRow
from app.db.models.story import StoryRow
from app.db.models.talk import ConversationRow, MemoryRow, UtteranceRow
from app.db.models.ticket import TicketRow
from app.db.models.trail import HoldRow
from app.db.models.trial import TrialRow

BATCH = 500
LONGEST = "longest"
"""As long as anything else of theirs: by it their other rows are found."""


@dataclass(frozen=True)
class Rule:
    """Rows of a table that are older than the period ``kept`` are deleted; with ``blank`` they stay, emptied."""

    kept: str
    table: Any
    at: Any
    settled: tuple[ColumnElement[bool], ...] = ()
    """What has to hold besides: nothing that waits is ever past its time."""
    blank: Mapping[str, Any] | None = None


def _still(table: Any) -> ColumnElement[bool]:
    """Something of the ticket waits: an event, a batch, a run."""
    mine = table.ticket_id
    event = exists().where(EventRow.ticket_id == mine, EventRow.state == "waiting")
    effect = exists().where(EffectRow.ticket_id == mine, EffectRow.state.in_(("pending", "sending", "review")))
    run = exists().where(RunRow.ticket_id == mine, RunRow.state == "open")
    return event | effect | run


def _of_ticket(table: Any) -> tuple[ColumnElement[bool], ...]:
    held = exists().where(HoldRow.kind == "ticket", HoldRow.subject == table.ticket_id, HoldRow.lifted_at.is_(None))
    return (~_still(table), ~held)


_DECIDED = exists().where(JudgementRow.ticket_id == WatchRow.ticket_id)
_OPENED = select(TicketRow.created_at).where(TicketRow.id == WatchRow.ticket_id).scalar_subquery()
_SPOKEN = exists().where(UtteranceRow.conversation_id == ConversationRow.id)

RULES = (
    Rule("decisions", JudgementRow, JudgementRow.at, _of_ticket(JudgementRow)),
    Rule("decisions", OutcomeRow, OutcomeRow.at, (*_of_ticket(OutcomeRow), OutcomeRow.reason != ""), {"reason": ""}),
    Rule(
        "decisions",
        EffectRow,
        EffectRow.created_at,
        (*_of_ticket(EffectRow), EffectRow.requester.is_not(None) | EffectRow.receipt.is_not(None)),
        {"changes": [], "receipt": None, "expect": None, "requester": None, "domain": None},
    ),
    Rule(
        "decisions",
        RunRow,
        RunRow.updated_at,
        (*_of_ticket(RunRow), RunRow.state == "ended", RunRow.question != ""),
        {"body": {}, "judged": {}, "happened": None, "question": ""},
    ),
    Rule("decisions", DeedRow, DeedRow.updated_at, (*_of_ticket(DeedRow), DeedRow.answer.is_not(None)),
         {"inputs": {}, "answer": None}),
    Rule("decisions", EventRow, EventRow.received_at, (EventRow.state == "done", EventRow.click.is_not(None)), {"click": None}),
    Rule("decisions", WatchRow, _OPENED, (*_of_ticket(WatchRow), ~_DECIDED, cast(WatchRow.facts, Text) != "{}"),
         {"facts": {}, "turns": []}),
    Rule("decisions", SeatRow, SeatRow.at, (*_of_ticket(SeatRow), SeatRow.requester != ""), {"requester": ""}),
    Rule("decisions", UtteranceRow, UtteranceRow.at),
    Rule("decisions", ConversationRow, ConversationRow.created_at, (*_of_ticket(ConversationRow), ~_SPOKEN)),
    Rule("decisions", ErrandRow, ErrandRow.asked_at, (*_of_ticket(ErrandRow), ErrandRow.state != "waiting")),
    Rule("notices", NoticeRow, NoticeRow.created_at, (NoticeRow.state.in_(("sent", "digested")),)),
    Rule("signals", SignalRow, SignalRow.received_at, (SignalRow.state == "done",)),
    Rule("memories", MemoryRow, MemoryRow.at),
    Rule("sketches", SketchRow, SketchRow.at, _of_ticket(SketchRow)),
    Rule("proofs", CodeRow, CodeRow.ends_at),
    Rule("proofs", ProofRow, ProofRow.ends_at),
    Rule("examples", ExampleRow, ExampleRow.at),
    Rule("examples", SolvedRow, SolvedRow.solved_at),
    Rule("differences", DifferenceRow, DifferenceRow.at),
    Rule("differences", GapRow, GapRow.ruled_at, (GapRow.state != "open",)),
    Rule("figures", StoryRow, StoryRow.opened_at, (*_of_ticket(StoryRow), StoryRow.person != ""), {"person": ""}),
    Rule("figures", TrialRow, TrialRow.at, (*_of_ticket(TrialRow), TrialRow.person != ""), {"person": ""}),
    Rule("figures", AgreementRow, AgreementRow.at, (*_of_ticket(AgreementRow), AgreementRow.url != ""), {"url": ""}),
    Rule("figures", FindingRow, FindingRow.found_at, (FindingRow.gone_at.is_not(None),)),
    Rule(LONGEST, PartyRow, PartyRow.at, _of_ticket(PartyRow)),
    Rule("figures", ModelCallRow, ModelCallRow.at, (ModelCallRow.requester != "",), {"requester": ""}),
)  # fmt: skip


def held(session: Session, account_id: str) -> bool:
    """Whether the whole account has to be kept as it is."""
    mine = (HoldRow.account_id == account_id, HoldRow.kind == "account", HoldRow.lifted_at.is_(None))
    return session.scalar(select(HoldRow.id).where(*mine).limit(1)) is not None


def expire(
    session: Session, account_id: str, kept: Mapping[str, timedelta], rule: Rule, now: datetime, batch: int = BATCH
) -> int:
    """Delete or empty one batch of what is past its time; how much it was."""
    table = rule.table.__table__
    keys = list(table.primary_key.columns)
    period = max(kept.values()) if rule.kept == LONGEST else kept[rule.kept]
    old = (_mine(rule.table, account_id), rule.at < now - period, *rule.settled)
    rows = session.execute(select(*keys).where(*old).limit(batch)).all()
    for row in rows:
        same = [column == value for column, value in zip(keys, row, strict=True)]
        session.execute(update(table).where(*same).values(**rule.blank) if rule.blank else delete(table).where(*same))
    if rule.table is StoryRow:
        unnamed(session, [row[0] for row in rows])
    return len(rows)


def unnamed(session: Session, tickets: Collection[str]) -> None:
    """A story's facts say whose it is as well: they say it no longer."""
    for row in session.scalars(select(StoryRow).where(StoryRow.ticket_id.in_(tickets))):
        row.body = {**row.body, "person": ""}
    session.flush()


def _mine(table: Any, account_id: str) -> ColumnElement[bool]:
    if "account_id" in table.__table__.c and table is not JudgementRow:
        found: ColumnElement[bool] = table.account_id == account_id
        return found
    theirs = select(TicketRow.id).join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
    of_ticket: ColumnElement[bool] = table.ticket_id.in_(theirs.where(ConnectionRow.account_id == account_id))
    return of_ticket
