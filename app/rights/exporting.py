"""All that is somebody's, handed out as JSON: by the same map by which it would be erased, so that neither knows of more than the other."""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import consents, erasing, naming, rights, trail
from app.db.erasing import Subject
from app.db.models import Base
from app.db.models.datamap import CUSTOMERS, Entry, Kind
from app.db.models.rights import RightRow
from app.db.models.ticket import TicketRow
from app.db.rights import Request, Right, State
from app.db.trail import What
from app.rights import files, who
from app.services import Services

FORMAT = "deskhand-person/1"


def export(services: Services, account_id: str, person: str, by: str) -> dict[str, Any]:
    """All that is theirs, as JSON. That it was asked for and given is kept, by hashes."""
    with services.database.reading() as session:
        meant = who.meant(services, session, account_id, person)
        subject = who.subject(session, account_id, meant)
    found = naming.naming(services.database, services.keyring, account_id, subject.texts)
    lines = files.naming(services, account_id, subject.texts)
    with services.database.session() as session:
        now = services.database.now(session)
        told = gathered(session, subject, now, found) | {"asked_for": meant.typed, "lines": lines}
        counts = {name: len(part["rows"]) for name, part in told["data"].items()}
        request = Request("", account_id, Right.PORTABILITY, meant.person, by, now, rights.due(now))
        kept = rights.ask(session, request)
        rights.finish(session, kept, {"rows": counts}, State.DONE, now)
        trail.record(
            session, account_id, trail.Entry(What.PORTED, kept.id, person=meant.person, detail={"rows": counts})
        )
    return told


def gathered(
    session: Session, subject: Subject, now: datetime, found: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, Any]:
    """Table by table: what it holds, what for, how long, and the rows. ``found``: ids of rows that only name them in words."""
    data = {}
    for entry in CUSTOMERS:
        rows = _rows(session, entry, subject, (found or {}).get(entry.table, ()))
        if rows:
            data[entry.table] = {"holds": entry.holds, "purpose": entry.purpose, "kept": entry.kept, "rows": rows}
    return {
        "format": FORMAT,
        "exported_at": now.isoformat(),
        "account": subject.account_id,
        "tickets": _tickets(session, subject),
        "data": data,
        "consents": [_plain(vars(one)) for one in consents.history(session, subject.account_id, subject.people)],
        "requests": _requests(session, subject),
        "elsewhere": "What was written in the helpdesk itself stays there: ask for its own export by the tickets' numbers.",
    }


def _rows(session: Session, entry: Entry, subject: Subject, named: Sequence[Any]) -> list[dict[str, Any]]:
    table = Base.metadata.tables[entry.table]
    secret = {name for name, kind in entry.personal.items() if kind is Kind.SECRET}
    wanted = [column for column in table.columns if column.name not in secret]
    found: list[dict[str, Any]] = []
    for rule in entry.erased:
        rows = session.execute(select(*wanted).where(erasing.theirs(session, table, rule, subject)))
        found += [_plain(row._mapping) for row in rows]
    others = set(named) - {one.get("id") for one in found}
    if others:
        rows = session.execute(select(*wanted).where(table.c.id.in_(sorted(others))))
        found += [_plain(row._mapping) for row in rows]
    return found


def _tickets(session: Session, subject: Subject) -> list[Mapping[str, Any]]:
    mine = select(TicketRow.id, TicketRow.connection_id, TicketRow.ref, TicketRow.created_at)
    rows = session.execute(mine.where(TicketRow.id.in_(subject.tickets)).order_by(TicketRow.created_at))
    return [_plain(row._mapping) for row in rows]


def _requests(session: Session, subject: Subject) -> list[Mapping[str, Any]]:
    columns = (RightRow.id, RightRow.kind, RightRow.state, RightRow.asked_at, RightRow.due_at, RightRow.done_at)
    mine = (RightRow.account_id == subject.account_id, RightRow.person.in_(subject.people))
    return [_plain(row._mapping) for row in session.execute(select(*columns).where(*mine))]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
