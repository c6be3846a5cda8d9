"""Sealing the trail: rows get their places in the account's chain, in batches, each batch one transaction with its signed end.

Rows are taken because they have no place yet, in the order of their ids; never because they come after the last one. So an id
that commits late, as it may on PostgreSQL, is sealed later and can not be skipped, and a process that dies leaves a whole batch or none.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.db import trail
from app.db.models.trail import ChainRow, TrailRow
from app.db.statements import insert
from app.db.trail import Entry, What
from app.engine.chain import START, Break, End, Fault, Hole, Kind, Link, extended
from app.engine.signatures import Signer
from app.errors import BadInput, DeskhandError

BATCH = 500
PAGE = 1000
CHAIN = "audit-chain"
"""What an act is about that concerns the chain itself."""
_REMEDY = {
    Kind.INSERTED: "nobody sealed it: take that row out of the database, and verify again",
    Kind.UNSIGNED: "see `deskhand audit adopt` for an end, and --public-key for an anchor of another key",
}
_LATER = "nothing is sealed behind the gap yet: do it again when a clock and a worker have sealed what came since"


class EndForged(DeskhandError):
    """The end of a chain is not as it was signed: nothing is put behind it, or what was done to it would be covered up."""

    def __init__(self) -> None:
        super().__init__("the end of the audit chain is not as it was signed", "see `deskhand audit verify`")


def waiting(session: Session) -> list[str]:
    """The accounts that have rows without a place, the one that waits longest first."""
    # By when they were written: for the names alone SQLite goes through every row there is, each second.
    chosen = select(TrailRow.account_id).where(TrailRow.sequence.is_(None)).group_by(TrailRow.account_id)
    return list(session.scalars(chosen.order_by(func.min(TrailRow.at))))


def lag(session: Session, account_id: str | None = None) -> tuple[int, datetime | None]:
    """How many rows have no place yet, of one account or of all, and when the oldest of them was written."""
    chosen = select(func.count(), func.min(TrailRow.at)).where(TrailRow.sequence.is_(None))
    chosen = chosen if account_id is None else chosen.where(TrailRow.account_id == account_id)
    count, oldest = session.execute(chosen).one()
    return count, oldest


def seal(session: Session, account_id: str, signer: Signer, at: datetime, limit: int = BATCH) -> int:
    """Give the oldest rows without a place their places, and sign the new end; how many those were.

    Two who seal the same chain wait for each other. Raises EndForged.
    """
    row = _locked(session, account_id, signer, at)
    if not _trusted(session, row, signer):
        raise EndForged
    unplaced = select(TrailRow).where(TrailRow.account_id == account_id, TrailRow.sequence.is_(None))
    found = list(session.scalars(unplaced.order_by(TrailRow.id).limit(limit)))
    if not found:
        return 0
    places = list(extended(_end(row), map(content, found)))
    change = update(TrailRow.__table__).where(TrailRow.__table__.c.id == bindparam("row"))  # type: ignore[arg-type]
    session.connection().execute(
        change.values(sequence=bindparam("place"), digest=bindparam("link")),
        [{"row": one.id, "place": end.sequence, "link": end.digest} for one, end in zip(found, places, strict=True)],
    )
    _sign(row, signer, places[-1], at)
    return len(found)


def adopt(session: Session, account_id: str, signer: Signer, at: datetime) -> End:
    """Sign the end as it stands, by the key of today, after people looked into why the old signature was not right.

    Raises BadInput where it is right: what is sealed there needs nobody's word, and another end would hide a fault.
    """
    row = _locked(session, account_id, signer, at)
    if _trusted(session, row, signer):
        raise BadInput("--account", "its chain ends as it was signed, so sealing goes on there by itself")
    newest = select(TrailRow).where(TrailRow.account_id == account_id, TrailRow.sequence.is_not(None))
    last = session.scalar(newest.order_by(TrailRow.sequence.desc()).limit(1))
    end = End(last.sequence or 0, last.digest) if last else _end(row)
    _sign(row, signer, end, at)
    row.fault = ""
    return end


def _locked(session: Session, account_id: str, signer: Signer, at: datetime) -> ChainRow:
    """The chain's end, which nobody else moves until the transaction is over."""
    chosen = select(ChainRow).where(ChainRow.account_id == account_id).with_for_update()
    row = session.scalar(chosen)
    if row is None:
        new = {"sequence": START.sequence, "digest": START.digest, "signed_by": signer.id, "signature": ""}
        begun = insert(session, ChainRow).values(account_id=account_id, at=at, fault="", **new)
        session.execute(begun.on_conflict_do_nothing())
        row = session.scalars(chosen).one()
    return row


def _trusted(session: Session, row: ChainRow, signer: Signer) -> bool:
    """Whether the end is signed; a chain that has not begun has no rows."""
    if row.sequence:
        return signer.right(statement(row.account_id, _end(row)), row.signed_by, row.signature)
    sealed = select(TrailRow.id).where(TrailRow.account_id == row.account_id, TrailRow.sequence.is_not(None))
    return session.scalar(sealed.limit(1)) is None


def _sign(row: ChainRow, signer: Signer, end: End, at: datetime) -> None:
    row.sequence, row.digest, row.at = end.sequence, end.digest, at
    row.signed_by, row.signature = signer.id, signer.sign(statement(row.account_id, end))


def statement(account_id: str, end: End) -> Mapping[str, Any]:
    """What is signed about the end of a chain."""
    return {"account": account_id, "digest": end.digest, "kind": "end", "sequence": end.sequence}


def content(row: TrailRow) -> Mapping[str, Any]:
    """Everything that a row says, as it is chained."""
    return {
        "id": row.id,
        "account": row.account_id,
        "at": row.at.isoformat(timespec="microseconds"),
        "who": row.who,
        "authority": row.authority,
        "what": row.what,
        "subject": row.subject,
        "ticket": row.ticket_id,
        "person": row.person,
        "why": row.why,
        "detail": row.detail,
    }


# --- looking ------------------------------------------------------------------------------------------------


def accounts(session: Session) -> list[str]:
    """Every account that has a chain, the installation's own (empty) first."""
    return list(session.scalars(select(ChainRow.account_id).order_by(ChainRow.account_id)))


def chain(session: Session, account_id: str) -> ChainRow | None:
    """The account's chain as it is stored, to be read only."""
    return session.get(ChainRow, account_id)


def signed_end(session: Session, account_id: str, signer: Signer) -> End | None:
    """Where the chain ends, if that is signed by a known key; None otherwise."""
    row = session.get(ChainRow, account_id)
    if row is None or not signer.right(statement(account_id, _end(row)), row.signed_by, row.signature):
        return None
    return _end(row)


def links(session: Session, account_id: str, since: End = START) -> Iterator[Link]:
    """The sealed rows after a place, in order, a page at a time: a long chain needs no more memory than a short one."""
    after = since.sequence
    sealed = select(TrailRow).where(TrailRow.account_id == account_id, TrailRow.sequence.is_not(None))
    while True:
        page = list(session.scalars(sealed.where(TrailRow.sequence > after).order_by(TrailRow.sequence).limit(PAGE)))
        for row in page:
            yield Link(row.sequence or 0, row.digest, content(row))
        if len(page) < PAGE:
            return
        after = page[-1].sequence or 0
        session.expunge_all()


def holes(session: Session, account_id: str, signer: Signer) -> list[Hole]:
    """What retention took away, by its newest record whose signature is right."""
    trimmed = select(TrailRow.detail).where(TrailRow.account_id == account_id, TrailRow.what == "trimmed")
    for detail in session.scalars(trimmed.order_by(TrailRow.id.desc())):
        signed = {"account": account_id, "holes": detail.get("holes"), "kind": "holes"}
        if signer.right(signed, detail.get("signed_by", ""), detail.get("signature", "")):
            return [Hole(*one) for one in detail["holes"]]
    return []


def acknowledge(session: Session, account_id: str, signer: Signer, fault: Fault, reason: str) -> None:
    """Sign that people know of this fault as it stands, as an act of the chain's own. Raises BadInput where one cannot go on behind it."""
    if fault.at is None:
        raise BadInput(f"row {fault.sequence} is {fault.kind}", _REMEDY.get(fault.kind, _LATER))
    broken = _statement(account_id, fault.at)
    signed = {
        "signed_by": signer.id,
        "signature": signer.sign(broken),
        "fault": str(fault.kind),
        "first": fault.sequence,
    }
    trail.record(session, account_id, Entry(What.ACKNOWLEDGED, CHAIN, why=reason, detail={**broken, **signed}))


def acknowledged(session: Session, account_id: str, signer: Signer) -> list[Break]:
    """The breaks of which people know, by a record whose signature is right."""
    records = select(TrailRow.detail).where(TrailRow.account_id == account_id, TrailRow.what == What.ACKNOWLEDGED)
    found = []
    for detail in session.scalars(records):
        broken = Break(detail.get("sequence", 0), detail.get("digest", ""), detail.get("due", ""))
        if signer.right(_statement(account_id, broken), detail.get("signed_by", ""), detail.get("signature", "")):
            found.append(broken)
    return found


def _statement(account_id: str, broken: Break) -> dict[str, Any]:
    place = {"sequence": broken.sequence, "digest": broken.digest, "due": broken.due}
    return {"account": account_id, "kind": "break", **place}


def trimmed(session: Session, account_id: str) -> int | None:
    """The row of the newest record of what retention took away."""
    newest = select(TrailRow.id).where(TrailRow.account_id == account_id, TrailRow.what == "trimmed")
    return session.scalar(newest.order_by(TrailRow.id.desc()).limit(1))


def checked(session: Session, account_id: str, at: datetime, fault: str) -> None:
    """Keep what a check found; an empty ``fault`` means that all was well."""
    session.execute(
        update(ChainRow).where(ChainRow.account_id == account_id).values(checked_at=at, fault=fault),
        execution_options={"synchronize_session": False},
    )


def faults(session: Session) -> dict[str, str]:
    """What the last check of each chain found wrong, by account."""
    wrong = select(ChainRow.account_id, ChainRow.fault).where(ChainRow.fault != "").order_by(ChainRow.account_id)
    return {row.account_id: row.fault for row in session.execute(wrong)}


def _end(row: ChainRow) -> End:
    return End(row.sequence, row.digest)
