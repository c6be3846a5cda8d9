"""Alarms that reach people: each once until it is over, one message for all that are new, and never nobody."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import alarms, notices, problems
from app.db.notices import Notice
from app.db.problems import Problem
from app.engine.alarms import Alarm, due
from app.engine.configuration import Configuration
from app.engine.configuration.rules import Contact
from app.engine.escalation import ON_CALL

PAGED = "pager"
"""The way that is for what cannot wait."""


@dataclass(frozen=True)
class Lane:
    """One sort of alarms: how many of them are spoken of, how they are headed, where people look further, and what an admin does
    when nobody can be told. ``kind`` is stable.

    ``prefixes`` begin the names of all its alarms; without any they are the account's figures. ``urgent``: the pager is used, too.
    """

    kind: str
    name: str
    heading: str
    see: str
    remedy: str
    prefixes: tuple[str, ...] = ()
    urgent: bool = False


def raised(session: Session, account_id: str, found: Collection[Alarm], lane: Lane, now: datetime) -> list[Alarm]:
    """Keep what is out of order now; gives what people have to be told, and from then on counts it as told."""
    fresh = due(list(found), alarms.known(session, account_id), now)
    for alarm in fresh:
        alarms.told(session, account_id, alarm, now)
    alarms.seen(session, account_id, found, now, lane.prefixes)
    return fresh


def tell(
    session: Session,
    to: tuple[str, Configuration],
    names: Sequence[str],
    fresh: Sequence[Alarm],
    lane: Lane,
    now: datetime,
) -> None:
    """One message to each of these contacts, else to who is on call; where nobody can be reached the admin reads it.

    ``to`` is the account's id and configuration.
    """
    account_id, configuration = to
    subject = fresh[0].text if len(fresh) == 1 else f"{len(fresh)} {lane.name}"
    text = "\n".join([f"Deskhand: {lane.heading}", *(f"- {one.text}" for one in fresh), lane.see])
    contacts = configuration.rules.contacts
    planned = False
    for name in [one for one in dict.fromkeys(names) if one in contacts] or [ON_CALL]:
        contact = contacts.get(name)
        for way in ways(contact, urgent=lane.urgent) if contact else ():
            notice = Notice(account_id, "", name, way, subject, lane.kind, text=text)
            key = f"{lane.kind}:{account_id}:{now.isoformat()}:{name}:{way}"
            planned |= notices.plan(session, key, notice, now)
    if not planned:
        problems.report(
            session, Problem(f"{lane.kind}_degraded", f"{configuration.service}: {subject}", lane.remedy), now
        )


def ways(contact: Contact, *, urgent: bool = False) -> list[str]:
    """Without the pager, where there is another way: it is for what cannot wait."""
    return list(contact.ways) if urgent else [way for way in contact.ways if way != PAGED] or list(contact.ways)
