"""Whose ticket is whose: the people who wrote in a ticket, by keyed hashes of each name that we know them by; and who is absent."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from app.db import codes
from app.db.models.kin import SketchRow
from app.db.models.rights import AbsentRow, PartyRow
from app.db.models.story import StoryRow
from app.db.statements import insert
from connectors.types import Person, Role, Ticket

HOST, MAIL, PHONE = "host", "mail", "phone"
LEAST_DIGITS = 7
"""Digits from which something is a phone number, and no number of anything else."""


@dataclass(frozen=True)
class Names:
    """What somebody is called: at their host (``connection:id``), their address and their number. Empty where nothing is known."""

    host: str = field(default="", repr=False)
    mail: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)

    def hashes(self, account_id: str, key: bytes) -> Mapping[str, str]:
        """Kind of name -> its keyed hash, for the names that are known. ``key`` is that of ``codes.key_of``."""
        given = {HOST: self.host, MAIL: self.mail.strip().casefold(), PHONE: digits(self.phone)}
        return {kind: codes.person_of(account_id, f"{kind}:{name}", key) for kind, name in given.items() if name}


def digits(phone: str) -> str:
    """A number as it is compared; empty for what is none."""
    found = "".join(one for one in phone if one.isdigit())
    return found if len(found) >= LEAST_DIGITS else ""


def asked(person: str) -> Names:
    """Who is meant by what somebody typed: an address, a number with a plus, or ``connection:id`` of a host."""
    said = person.strip()
    if "@" in said:
        return Names(mail=said)
    if said.startswith("+") and digits(said):
        return Names(phone=said)
    return Names(host=said)


def customers(ticket: Ticket) -> list[Person]:
    """Everybody outside the team who wrote in it, whose ticket it is first; each once."""
    every = [ticket.requester, *(one.author for one in ticket.messages if one.author.role is Role.CUSTOMER)]
    return list({one.id: one for one in reversed(every) if one.id and one.role is Role.CUSTOMER}.values())[::-1]


def named(connection_id: str, person: Person) -> Names:
    """A person of a host's."""
    return Names(f"{connection_id}:{person.id}" if person.id else "", person.email, person.phone)


def remember(
    session: Session, account_id: str, ticket_id: str, people: Iterable[Mapping[str, str]], at: datetime
) -> None:
    """Keep who wrote in a ticket; ``people`` are the hashes of each. What is known of them already is brought up to date."""
    for one in people:
        if HOST not in one:
            continue
        values = {"mail": one.get(MAIL, ""), "phone": one.get(PHONE, ""), "at": at}
        row = insert(session, PartyRow).values(ticket_id=ticket_id, person=one[HOST], account_id=account_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "person"], set_=values))


@dataclass(frozen=True)
class Found:
    """All that is somebody's: their tickets, and the hashes of every name of theirs."""

    tickets: tuple[str, ...]
    people: tuple[str, ...]


def find(session: Session, account_id: str, hashes: Iterable[str], sketched: Iterable[str] = ()) -> Found:
    """What is somebody's, by any of their names; one name leads to the others where the same person at a host has both,
    a number only where nobody else has it.

    ``sketched`` are the hashes under which tickets were sketched, before anybody kept who wrote in them.
    """
    known, before = set(hashes), -1
    mine = PartyRow.account_id == account_id
    while len(known) > before:  # a name leads to a person at a host, and that person to their other names
        before = len(known)
        by_name = or_(PartyRow.person.in_(known), PartyRow.mail.in_(known), PartyRow.phone.in_(known))
        hosts = set(session.scalars(select(PartyRow.person).where(mine, by_name)))
        rows = session.execute(select(PartyRow.mail, PartyRow.phone).where(mine, PartyRow.person.in_(hosts))).all()
        phones = {row.phone for row in rows} - known
        known |= hosts | {row.mail for row in rows if row.mail} | (phones - _shared(session, account_id, phones))
        known.discard("")
    tickets = set(session.scalars(select(PartyRow.ticket_id).where(mine, PartyRow.person.in_(known))))
    old = list(sketched)
    for table in (SketchRow, StoryRow):
        of_old = select(table.ticket_id).where(table.account_id == account_id, table.person.in_(old))
        tickets |= set(session.scalars(of_old))
    return Found(tuple(sorted(tickets)), tuple(sorted(known)))


def _shared(session: Session, account_id: str, phones: Collection[str]) -> set[str]:
    """Numbers under which several people write: a switchboard or a family's leads from nobody to somebody else."""
    mine = (PartyRow.account_id == account_id, PartyRow.phone.in_(phones), PartyRow.mail != "")
    addresses = func.count(PartyRow.mail.distinct())
    return set(session.scalars(select(PartyRow.phone).where(*mine).group_by(PartyRow.phone).having(addresses > 1)))


def keep_away(session: Session, account_id: str, people: Iterable[str], at: datetime) -> None:
    """What these people wrote before then brings nothing of them back."""
    for one in people:
        row = insert(session, AbsentRow).values(account_id=account_id, person=one, since=at)
        session.execute(row.on_conflict_do_update(index_elements=["account_id", "person"], set_={"since": at}))


def away_since(session: Session, account_id: str, people: Iterable[str]) -> datetime | None:
    """Since when one of these is absent; None for people whom nobody erased."""
    chosen = select(AbsentRow.since).where(AbsentRow.account_id == account_id, AbsentRow.person.in_(list(people)))
    return session.scalar(chosen.order_by(AbsentRow.since.desc()).limit(1))


def anybody_away(session: Session, account_id: str) -> bool:
    """Whether the account has erased anybody at all. Cheap to ask."""
    return session.scalar(_ANYBODY_AWAY, {"account": account_id}) is not None


def back(session: Session, account_id: str, people: Iterable[str]) -> None:
    """They wrote anew, of their own: they are customers like any other."""
    mine = (AbsentRow.account_id == account_id, AbsentRow.person.in_(list(people)))
    session.execute(delete(AbsentRow).where(*mine), execution_options={"synchronize_session": False})


# Built once: every turn asks this, and building a statement costs more than running it.
_ANYBODY_AWAY = select(AbsentRow.person).where(AbsentRow.account_id == bindparam("account")).limit(1)
