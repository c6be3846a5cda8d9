"""Taking rows of the trail away that are past their time, so that the rest can still be verified.

What goes leaves a signed record in the trail itself: which places are empty since, and the digest that the next row stands on.
A row that nobody signed away is missing; one under a legal hold stays where it is.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import chains, holds, trail
from app.db.models.trail import TrailRow
from app.db.trail import Entry, What
from app.engine.chain import Hole
from app.engine.signatures import Signer

BATCH = 2000


def trim(session: Session, account_id: str, signer: Signer, before: datetime, at: datetime) -> int:
    """Take sealed rows from before that moment away, a batch of them; how many went. The newest record of this kind stays."""
    kept = holds.kept(session, account_id)
    if kept.everything:
        return 0
    old = select(TrailRow).where(
        TrailRow.account_id == account_id, TrailRow.sequence.is_not(None), TrailRow.at < before
    )
    if kept.tickets:
        old = old.where(TrailRow.ticket_id.not_in(kept.tickets))
    if kept.people:
        old = old.where(TrailRow.person.not_in(kept.people))
    # What the rest is verified by stays: it may be about a row that a hold keeps.
    old = old.where(TrailRow.id != (chains.trimmed(session, account_id) or 0), TrailRow.what != What.ACKNOWLEDGED)
    rows = list(session.scalars(old.order_by(TrailRow.sequence).limit(BATCH)))
    if not rows:
        return 0
    gone = [Hole(row.sequence or 0, row.sequence or 0, row.digest) for row in rows]
    session.execute(
        delete(TrailRow).where(TrailRow.id.in_([row.id for row in rows])),
        execution_options={"synchronize_session": False},
    )
    holes = [[one.first, one.last, one.digest] for one in merged([*chains.holes(session, account_id, signer), *gone])]
    signature = signer.sign({"account": account_id, "holes": holes, "kind": "holes"})
    detail = {"removed": len(rows), "before": before.isoformat(), "holes": holes}
    signed = {"signed_by": signer.id, "signature": signature}
    trail.record(session, account_id, Entry(What.TRIMMED, "audit", why="retention", detail={**detail, **signed}, at=at))
    return len(rows)


def merged(holes: Iterable[Hole]) -> list[Hole]:
    """The same as few as possible, in order: neighbours become one, with the digest of the last."""
    found: list[Hole] = []
    for one in sorted(holes, key=lambda hole: hole.first):
        if found and found[-1].last + 1 == one.first:
            found[-1] = Hole(found[-1].first, one.last, one.digest)
        else:
            found.append(one)
    return found
