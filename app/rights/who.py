"""Who is meant, and all that is theirs: one place that turns an address, a number or a host's id into hashes and tickets."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import codes, connections, consents, erasing, ids, memories, parties, signals, tickets, trail
from app.db.consents import Consent, Purpose
from app.db.erasing import Subject
from app.db.parties import Names
from app.db.trail import Entry, What
from app.engine.duplicates import hashed
from app.errors import BadInput
from app.services import Services
from connectors.errors import NotFound
from connectors.types import Person, Role, Ticket

GIVEN = frozenset({"yes", "true", "1", "given", "granted", "opted_in", "opt-in", "on"})
WITHDRAWN = frozenset({"no", "false", "0", "withdrawn", "denied", "opted_out", "opt-out", "off"})
"""What a host's field may say, case-folded; everything else says nothing."""


@dataclass(frozen=True)
class Meant:
    """Somebody by what was typed, with the hashes of it."""

    typed: str = field(repr=False)
    names: tuple[Names, ...] = field(repr=False)
    hashes: tuple[str, ...]
    sketched: tuple[str, ...]

    @property
    def person(self) -> str:
        """The one hash by which a request names them."""
        return self.hashes[0]


def meant(services: Services, session: Session, account_id: str, typed: str) -> Meant:
    """Who that is: an address, a number with a plus, ``connection:id``, or the id by which a host of the account's knows somebody.

    Raises BadInput for what names nobody. A bare word of whom nothing is known is that: it would be proven that nothing of
    theirs is here, and it may be a name, or an id with a slip of the pen.
    """
    said = typed.strip()
    names: tuple[Names, ...] = (parties.asked(said),) if said else ()
    if names and names[0].host:
        names = _at_hosts(services, session, account_id, said)
    if not names:
        raise BadInput(
            "this names nobody: give an address, a number that begins with +, or <connection>:<id at the host>"
        )
    return _meant(services, account_id, said, names)


def _meant(services: Services, account_id: str, said: str, names: tuple[Names, ...]) -> Meant:
    key = codes.key_of(services.root)
    found = [one for name in names for one in name.hashes(account_id, key).values()]
    return Meant(said, names, tuple(dict.fromkeys(found)), tuple(_sketched(services, names)))


def _at_hosts(services: Services, session: Session, account_id: str, said: str) -> tuple[Names, ...]:
    every = [one.id for one in connections.of_account(session, account_id)]
    if said.partition(":")[0] in every:
        return (Names(said),)
    bare = [Names(f"{one}:{said}") for one in every]
    return tuple(one for one in bare if _known(session, account_id, _meant(services, account_id, said, (one,))))


def _known(session: Session, account_id: str, one: Meant) -> bool:
    """Whether anything is kept of them, or that they were erased."""
    return bool(
        parties.find(session, account_id, one.hashes, one.sketched).tickets
        or consents.history(session, account_id, one.hashes)
        or parties.away_since(session, account_id, one.hashes)
    )


def _sketched(services: Services, names: tuple[Names, ...]) -> list[str]:
    """As ``jobs.duplicates`` keeps them."""
    given = [one.mail.strip().casefold() or one.host for one in names]
    key = hmac.digest(services.evidence_key, b"sketches", "sha256")
    return [f"{next(iter(hashed([one], key))):x}" for one in given if one]


def subject(session: Session, account_id: str, who: Meant) -> Subject:
    """All that is theirs in the account."""
    found = parties.find(session, account_id, who.hashes, who.sketched)
    texts = [one for name in who.names for one in (name.mail, parties.digits(name.phone), name.phone) if one]
    told = {signals.hashed(one) for one in (who.typed, *texts)} - {""}
    people = tuple(sorted({*found.people, *who.hashes}))
    return Subject(account_id, found.tickets, people, who.sketched, tuple(sorted(told)), tuple(dict.fromkeys(texts)))


def at_hosts(services: Services, session: Session, subject: Subject) -> Mapping[str, list[str]]:
    """Connection -> their ids there, where they stand in plain. Of others who wrote in the same tickets it names nobody."""
    key, mine = codes.key_of(services.root), set(subject.people)
    found: dict[str, list[str]] = {}
    for connection_id, id in sorted(erasing.requesters(session, subject)):
        names = Names(f"{connection_id}:{id}").hashes(subject.account_id, key)
        if mine & set(names.values()):
            found.setdefault(connection_id, []).append(id)
    return found


def wanted(who: Meant) -> Mapping[str, str]:
    """What a request keeps of them until it is done."""
    return {"typed": who.typed}


class Absent(NotFound):
    """Somebody who was erased and has not written since: whatever came late about them is let go."""


def greet(services: Services, session: Session, account_id: str, connection_id: str, ticket: Ticket) -> None:
    """Let whoever was erased stay away until they write anew. Raises Absent."""
    if not parties.anybody_away(session, account_id):
        return
    since = _away_since(services, session, account_id, connection_id, ticket)
    wrote = max((one.at for one in ticket.messages if one.author.role is Role.CUSTOMER), default=None)
    if since is not None and (wrote is None or wrote <= since):
        raise Absent("they were erased and have not written since")


def remember(services: Services, session: Session, account_id: str, connection_id: str, ticket: Ticket) -> None:
    """Keep whose ticket it is; who was erased and wrote anew is a customer like any other."""
    key = codes.key_of(services.root)
    people = [parties.named(connection_id, one).hashes(account_id, key) for one in parties.customers(ticket)]
    now = services.database.now(session)
    parties.remember(session, account_id, ids.ticket(connection_id, ticket.ref.id), people, now)
    if parties.anybody_away(session, account_id):
        parties.back(session, account_id, [name for one in people for name in one.values()])


def absent(services: Services, session: Session, account_id: str, connection_id: str, ticket: Ticket) -> bool:
    """Whether whose ticket it is was erased."""
    return _away_since(services, session, account_id, connection_id, ticket) is not None


def _away_since(
    services: Services, session: Session, account_id: str, connection_id: str, ticket: Ticket
) -> datetime | None:
    names = parties.named(connection_id, ticket.requester).hashes(account_id, codes.key_of(services.root))
    return parties.away_since(session, account_id, names.values())


def listen(services: Services, account_id: str, connection_id: str, ticket: Ticket) -> None:
    """Keep what the host's own fields say about the requester's consent, where the account maps some."""
    fields = services.configuration(account_id).privacy.fields
    told = {purpose: _yes(_field(ticket, name)) for purpose, name in fields.items()}
    words = {Purpose(purpose): given for purpose, given in told.items() if given is not None}
    people = _names(services, account_id, connection_id, ticket.requester) if words else ()
    if not people:
        return
    with services.database.reading() as session:
        new = {
            one: given for one, given in words.items() if consents.latest(session, account_id, people, one) is not given
        }
    if new:
        with services.database.session() as session:
            now = services.database.now(session)
            for purpose, given in new.items():
                source = f"host:{fields[purpose]}"
                agree(session, account_id, Consent(people[0], purpose, given, source, now))


def agree(session: Session, account_id: str, said: Consent) -> bool:
    """Keep a person's word on a purpose, and that it was said. False when it stands already.

    A no to memory forgets them at once; one to learning takes out what their tickets taught.
    """
    new = consents.record(session, account_id, said)
    if new:
        detail = {"purpose": str(said.purpose), "given": said.given}
        trail.record(session, account_id, Entry(What.CONSENT, person=said.person, why=said.source, detail=detail))
        if said.purpose is Purpose.MEMORY and not said.given:
            memories.drop(session, account_id, said.person)
        if said.purpose is Purpose.LEARNING and not said.given:
            erasing.unlearn(session, account_id, parties.find(session, account_id, [said.person]).tickets)
    return new


def allowed(
    services: Services, session: Session, account_id: str, ticket_id: str, ticket: Ticket, purpose: Purpose
) -> bool:
    """The same, of a ticket that we know."""
    return permits(services, session, account_id, tickets.remembered(session, ticket_id).connection_id, ticket, purpose)


def permits(
    services: Services, session: Session, account_id: str, connection_id: str, ticket: Ticket, purpose: Purpose
) -> bool:
    """Whether that may be done with what stands in a ticket: a no is honoured, and where a yes is needed nothing else will do.

    Every customer who wrote in it is asked; memory is the requester's alone.
    """
    privacy = services.configuration(account_id, session).privacy
    others = () if purpose is Purpose.MEMORY else parties.customers(ticket)
    named = [_names(services, account_id, connection_id, one) for one in others or (ticket.requester,)]
    return all(privacy.allows(purpose, consents.latest(session, account_id, one, purpose)) for one in named)


def _names(services: Services, account_id: str, connection_id: str, one: Person) -> tuple[str, ...]:
    """Hashes of somebody's names; an address counts only where the host vouches for it."""
    person = replace(one, email="") if one.claimed else one
    return tuple(parties.named(connection_id, person).hashes(account_id, codes.key_of(services.root)).values())


def _field(ticket: Ticket, name: str) -> object:
    return ticket.requester.facts.get(name, ticket.fields.get(name))


def _yes(value: object) -> bool | None:
    """What a host's field says; None where it says nothing that can be understood."""
    if isinstance(value, bool):
        return value
    said = str(value or "").strip().casefold()
    return True if said in GIVEN else False if said in WITHDRAWN else None


def said(services: Services, session: Session, account_id: str, typed: str) -> list[Consent]:
    """Everything that somebody said about purposes, oldest first."""
    return consents.history(session, account_id, meant(services, session, account_id, typed).hashes)
