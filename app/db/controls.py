"""What auditors ask about, from our tables: who read what, who has access, who changed what, what waited, what people asked for.

Facts alone: what they mean is ``app.engine.compliance``' to say. Nothing here holds a word of a customer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.db import findings
from app.db.codec import decode
from app.db.consents import Purpose, latest
from app.db.models.access import AccessRow
from app.db.models.account import ConfigurationRow
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow
from app.db.models.event import EventRow
from app.db.models.kin import SketchRow
from app.db.models.lesson import PromotionRow
from app.db.models.rights import PartyRow, RightRow
from app.db.models.run import RunRow
from app.db.models.spending import ModelCallRow
from app.db.models.trail import ChainRow, TrailRow
from app.db.trail import What
from app.engine.compliance.facts import Chain, Changed, Consents, Read, Request, Token, Took, Violation, Waited
from app.engine.workflows.types import Progress
from connectors.operations import OPERATIONS
from connectors.types import Receipt

MOST = 2000
"""Of each sort the newest that are looked at."""
PROMPT = timedelta(minutes=15)
"""What came in has to be dealt with by then."""
AT_ONCE = timedelta(seconds=10)
"""Between a change and its line in the trail."""
PERSONAL = frozenset(one.title for one in OPERATIONS.values() if one.owner)
"""What reads a person's data is called in a run."""


@dataclass(frozen=True)
class Whose:
    """Whose records of which time, as of ``now``."""

    account_id: str
    since: datetime
    until: datetime
    now: datetime


def sealed(session: Session) -> dict[str, int] | None:
    """Column that has to be sealed -> rows that were looked at in the pass that is on or was last; None where nobody has looked."""
    seen = {one.source: one for one in findings.scans(session) if one.until is not None}
    columns = {
        f"{source.table.name}.{column.name}": seen[source.name].seen
        for source in findings.sources()
        for column in source.sealed
        if source.name in seen
    }
    return columns or None


def reads(session: Session, whose: Whose) -> tuple[Read, ...]:
    """The newest runs that read a person's data at a backend, and whether that is on record; one that was erased says no more."""
    chosen = select(RunRow).where(RunRow.account_id == whose.account_id, RunRow.created_at >= whose.since)
    chosen = chosen.where(RunRow.created_at < whose.until).order_by(RunRow.created_at.desc()).limit(MOST)
    runs = [row for row in session.scalars(chosen) if row.body and _reads(decode(Progress, row.body))]
    about = {row.ticket_id for row in runs}
    links = _links(session, sorted(about))
    noted = select(TrailRow.ticket_id).where(
        TrailRow.account_id == whose.account_id,
        TrailRow.what == str(What.LOOKED_UP),
        TrailRow.at >= whose.since,
        TrailRow.ticket_id != "",
    )
    known = set(session.scalars(noted.distinct()))
    return tuple(
        Read(row.ticket_id, row.created_at, row.ticket_id in known or _noted(row), links.get(row.ticket_id, ""))
        for row in runs
    )


def _reads(progress: Progress) -> bool:
    return any(source.rpartition(" (")[0] in PERSONAL for source in progress.sources)


def _noted(row: RunRow) -> bool:
    """Whether the run itself says whose data it looked at."""
    return any(isinstance(step, dict) and "access" in step for step in (row.body.get("outputs") or {}).values())


def requests(session: Session, whose: Whose) -> tuple[Request, ...]:
    """What people asked about their data in that time, and what was due in it."""
    chosen = select(RightRow).where(RightRow.account_id == whose.account_id, RightRow.state != "refused")
    chosen = chosen.where(RightRow.asked_at < whose.until, RightRow.due_at >= whose.since)
    answered_before = or_(RightRow.done_at.is_(None), RightRow.done_at >= whose.since)
    return tuple(
        Request(row.kind, row.asked_at, row.due_at, row.done_at)
        for row in session.scalars(chosen.where(answered_before).order_by(RightRow.asked_at, RightRow.id))
    )


def consents(session: Session, whose: Whose, allows: Callable[[str, bool | None], bool]) -> Consents:
    """Tickets that a language model was asked about, and those of them where the customer's word on that does not allow it."""
    mine = (ModelCallRow.account_id == whose.account_id, ModelCallRow.at >= whose.since, ModelCallRow.at < whose.until)
    asked = select(ModelCallRow.ticket_id, func.min(ModelCallRow.at)).where(*mine).group_by(ModelCallRow.ticket_id)
    tickets = {row[0]: row[1] for row in session.execute(asked.limit(MOST))}
    links = _links(session, list(tickets))
    missing = [
        Waited(
            f"A language model was asked against a customer's word, or without one: ticket {one}",
            at,
            links.get(one, ""),
        )
        for one, at in tickets.items()
        if not allows(Purpose.MODEL, latest(session, whose.account_id, _people(session, one), Purpose.MODEL))
    ]
    return Consents(len(tickets), tuple(missing))


def _people(session: Session, ticket_id: str) -> list[str]:
    """Every name of everybody who wrote in a ticket, as keyed hashes."""
    rows = session.scalars(select(PartyRow).where(PartyRow.ticket_id == ticket_id))
    return [name for row in rows for name in (row.person, row.mail, row.phone) if name]


def tokens(session: Session, whose: Whose) -> tuple[Token, ...]:
    """The tokens that count now."""
    chosen = select(AccessRow).where(AccessRow.account_id == whose.account_id, AccessRow.revoked_at.is_(None))
    chosen = chosen.where(or_(AccessRow.ends_at.is_(None), AccessRow.ends_at > whose.now))
    rows = session.scalars(chosen.order_by(AccessRow.created_at, AccessRow.id))
    return tuple(Token(row.id, row.created_at, row.ends_at, bool(row.label.strip())) for row in rows)


def signed_in(session: Session, whose: Whose) -> int:
    """How often somebody signed in, by the trail."""
    return _count(session, whose, What.SIGNED_IN)


def _count(session: Session, whose: Whose, what: What) -> int:
    mine = (TrailRow.account_id == whose.account_id, TrailRow.at >= whose.since, TrailRow.at < whose.until)
    return session.scalar(select(func.count()).select_from(TrailRow).where(*mine, TrailRow.what == str(what))) or 0


def changes(session: Session, whose: Whose) -> tuple[Changed, ...]:
    """Versions of the configuration and promotions in that time; the trail's word counts where the row has no name."""
    there = select(ConfigurationRow).where(ConfigurationRow.account_id == whose.account_id)
    there = there.where(ConfigurationRow.created_at >= whose.since, ConfigurationRow.created_at < whose.until)
    published = _acts(session, whose, What.PUBLISHED)
    found = [
        Changed(
            f"configuration version {row.version}",
            row.created_at,
            bool(row.by) or any(abs(at - row.created_at) <= AT_ONCE for at in published),
        )
        for row in session.scalars(there.order_by(ConfigurationRow.version))
    ]
    risen = select(PromotionRow).where(PromotionRow.account_id == whose.account_id, PromotionRow.kind == "promoted")
    risen = risen.where(PromotionRow.at >= whose.since, PromotionRow.at < whose.until)
    found += [
        Changed(f"promotion of {row.category} for {row.action}", row.at, bool(row.by))
        for row in session.scalars(risen.order_by(PromotionRow.at, PromotionRow.id))
    ]
    return tuple(found)


def _acts(session: Session, whose: Whose, what: What) -> list[datetime]:
    mine = (TrailRow.account_id == whose.account_id, TrailRow.what == str(what), TrailRow.who != "")
    return list(session.scalars(select(TrailRow.at).where(*mine, TrailRow.at >= whose.since - AT_ONCE)))


def received(session: Session, whose: Whose) -> int:
    """Events that came in."""
    mine = (ConnectionRow.account_id == whose.account_id, EventRow.received_at >= whose.since)
    asked = select(func.count()).select_from(EventRow).join(ConnectionRow, ConnectionRow.id == EventRow.connection_id)
    return session.scalar(asked.where(*mine, EventRow.received_at < whose.until)) or 0


def waited(session: Session, whose: Whose) -> tuple[Waited, ...]:
    """What came in and still waits too long, what was given up, and connections that are paused."""
    mine = ConnectionRow.account_id == whose.account_id
    late = select(EventRow.ticket_id, EventRow.state, EventRow.received_at)
    late = late.join(ConnectionRow, ConnectionRow.id == EventRow.connection_id).where(mine)
    late = late.where(EventRow.received_at >= whose.since, EventRow.received_at < whose.until)
    too_late = (EventRow.state == "waiting") & (EventRow.received_at < whose.now - PROMPT)
    late = late.where(or_(EventRow.state == "parked", too_late)).order_by(EventRow.id).limit(MOST)
    events = session.execute(late).all()
    stuck = select(EffectRow.ticket_id, EffectRow.created_at)
    stuck = stuck.join(ConnectionRow, ConnectionRow.id == EffectRow.connection_id).where(
        mine, EffectRow.state == "review"
    )
    stuck = stuck.where(EffectRow.created_at >= whose.since, EffectRow.created_at < whose.until)
    effects = session.execute(stuck.order_by(EffectRow.id).limit(MOST)).all()
    links = _links(session, [row.ticket_id for row in (*events, *effects)])
    words = {"parked": "An event was given up", "waiting": "An event waits"}
    paused = select(ConnectionRow).where(mine, ConnectionRow.state == "paused", ConnectionRow.created_at < whose.until)
    return (
        *(
            Waited(f"{words[row.state]}: ticket {row.ticket_id}", row.received_at, links.get(row.ticket_id, ""))
            for row in events
        ),
        *(
            Waited(f"A write needs a person: ticket {row.ticket_id}", row.created_at, links.get(row.ticket_id, ""))
            for row in effects
        ),
        *(Waited(f"The connection to {row.vendor} is paused", row.created_at) for row in session.scalars(paused)),
    )


def took(session: Session, whose: Whose) -> Took | None:
    """How long first writes took, the newest; None where nothing was written for an event."""
    newest = select(EffectRow.since, EffectRow.receipt)
    newest = newest.join(ConnectionRow, ConnectionRow.id == EffectRow.connection_id).where(
        ConnectionRow.account_id == whose.account_id, EffectRow.state == "sent", EffectRow.since.is_not(None)
    )
    newest = newest.where(EffectRow.created_at >= whose.since, EffectRow.created_at < whose.until)
    rows = session.execute(newest.order_by(EffectRow.id.desc()).limit(MOST)).all()
    waits = sorted(decode(Receipt, row.receipt).at - row.since for row in rows if row.receipt)
    return Took(len(waits), waits[(len(waits) * 95 - 1) // 100]) if waits else None


def chain(session: Session, whose: Whose) -> Chain | None:
    """How the account's trail was when it was verified last, and what became known of it; None where nothing is sealed yet."""
    row = session.get(ChainRow, whose.account_id)
    if row is None:
        return None
    acts = select(TrailRow.detail, TrailRow.at).where(
        TrailRow.account_id == whose.account_id, TrailRow.what == What.ACKNOWLEDGED
    )
    acts = acts.where(TrailRow.at >= whose.since, TrailRow.at < whose.until).order_by(TrailRow.id)
    known = [
        Violation(f"{one.detail.get('fault')} at row {one.detail.get('first')}", one.at)
        for one in session.execute(acts)
    ]
    return Chain(row.checked_at, row.fault, row.sequence, tuple(known))


def _links(session: Session, tickets: Sequence[str]) -> dict[str, str]:
    """Where tickets are at their host."""
    chosen = select(SketchRow.ticket_id, SketchRow.url).where(
        SketchRow.ticket_id.in_(list(dict.fromkeys(tickets))[:MOST])
    )
    return {row.ticket_id: row.url for row in session.execute(chosen)}
