"""A ticket with a saved decision, as a turn would have left it, for tests of what is shown of it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.db import connections, deeds, effects, ids, judgements, runs
from app.db.deeds import Deed
from app.db.effects import Planned
from app.db.judgements import Judged
from app.db.models.ticket import TicketRow
from app.engine.configuration.steps import Workflow
from app.engine.types import Before, Decision, Draft, Mode, Proposal, Work
from app.engine.workflows.types import Progress
from connectors.types import Change, Ref, Tag
from tests.builders import a_classification, a_draft, a_passage
from tests.web.conftest import Receiver

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
EFFECT = "dh-1-0-0"


@dataclass(frozen=True)
class Kept:
    """What was saved: our id of the ticket, and the decision's."""

    ticket: str
    connection: str
    ref: str
    decision: str = "d1"


def decided(
    mode: Mode = Mode.ASSIST, text: str = "Open [Your orders](https://shop.example/orders).", **about: str
) -> Judged:
    draft = a_draft(text, passages=(a_passage(url="https://help.example/track"),))
    judged = a_classification()
    decision = Decision(
        "d1",
        Ref("35436"),
        "r1",
        "m1",
        mode,
        mode,
        judged.reasons,
        (),
        at=AT,
        digest="dig",
        about=about,
        before=Before(),
    )
    return Judged("", judged, draft, decision)


def keep(
    receiver: Receiver,
    connection: str,
    judged: Judged,
    *sent: Change,
    quiet: bool = False,
    offer: bool = False,
    ref: str = "35436",
) -> Kept:
    """Save it for a ticket of that connection; ``sent`` is what the host has taken."""
    ticket = ids.ticket(connection, ref)
    with receiver.services.database.session() as session:
        since = AT if quiet else None
        session.add(
            TicketRow(
                id=ticket, connection_id=connection, ref=ref, fence=0, attempts=0, quiet_since=since, created_at=AT
            )
        )
        session.flush()
        draft = _offering(session, receiver, ticket, judged.draft) if offer else judged.draft
        account = connections.account_of(session, connection)
        judgements.save(session, account, replace(judged, ticket_id=ticket, draft=draft), AT)
        if sent:
            effects.plan(session, ticket, [Planned("d1", connection, Ref(ref), sent, "d1")], AT)
            session.connection().exec_driver_sql("update effect set state = 'sent'")
    return Kept(ticket, connection, ref)


def _offering(session: Session, receiver: Receiver, ticket: str, draft: Draft) -> Draft:
    progress = Progress(Workflow("returns", "returns", ()))
    record = runs.Record("", ticket, receiver.account, "returns", "m1", progress, a_classification())
    record = runs.begin(session, record, AT)
    deeds.add(session, Deed(EFFECT, record.id, ticket, receiver.account, "open_return", "shop", {}, deeds.PROPOSED), AT)
    return replace(draft, work=Work("returns", proposals=(Proposal(EFFECT, "Open a return", ("order 1234",)),)))


TAGGED = Tag(("deskhand", "deskhand_order-status"))
