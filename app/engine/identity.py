"""Who is proven to speak, and how it can be proven further. Nothing that a text says counts; only the host, a code, a person."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.engine import otp
from app.engine.otp import METHODS, Way
from app.engine.workflows.types import Identity, Level
from connectors.types import Message, Role, Ticket

__all__ = [
    "METHODS",
    "Challenge",
    "Means",
    "Way",
    "Window",
    "alone",
    "challenge",
    "raised",
    "same_person",
    "screened",
    "shown",
    "spoken",
]

LADDER = (Way.EMAIL, Way.SMS, Way.APP)
"""Weakest first; what reaches each level."""
REACHES = {Way.EMAIL: Level.CODE, Way.SMS: Level.CODE, Way.APP: Level.APP}


@dataclass(frozen=True)
class Means:
    """What the host and the backends know of a person: where a code may go. Empty where they know nothing."""

    email: str = ""
    phone: str = ""
    authenticator: bool = False
    ways: frozenset[Way] = frozenset()
    """What this installation can send by."""


@dataclass(frozen=True)
class Challenge:
    """How a person is to prove who they are. ``address`` never reaches a text; ``shown`` may."""

    way: Way
    level: Level
    address: str
    shown: str


def spoken(ticket: Ticket) -> Identity:
    """Who wrote the question, as the host proves it. Anybody but the requester proves nothing, however they were let in.

    On a thread that several people read, for mail that the host could not authenticate, and for an address that was only typed,
    nothing is proven either.
    """
    question = ticket.question
    if question is None or not same_person(question, ticket) or not alone(ticket):
        return Identity()
    if not ticket.requester.email or ticket.requester.claimed or _doubtful(question):
        return Identity(user=ticket.requester.id)
    return Identity(ticket.requester.email.casefold(), ticket.requester.id, Level.HOST)


def alone(ticket: Ticket) -> bool:
    """Whether nobody but the requester reads what they are answered, as far as the host can prove it."""
    return not ticket.shared or ticket.direct


def same_person(message: Message, ticket: Ticket) -> bool:
    """Whether the requester wrote it: a customer by the host's own id. A name or an address in a text is nothing."""
    who = message.author
    return who.role is Role.CUSTOMER and bool(who.id) and who.id == ticket.requester.id


def _doubtful(message: Message) -> bool:
    """Whether the receiving mail server says that the sender is not who the mail says."""
    verdict = message.headers.get("authentication-results", "").casefold()
    return bool(re.search(r"\b(?:dmarc|spf|dkim)=(?:fail|softfail|permerror)", verdict)) and "dmarc=pass" not in verdict


def raised(identity: Identity, proven: Level) -> Identity:
    """The identity with what a code has proven. Nobody becomes somebody by a code alone: the host must know them."""
    if identity.level < Level.HOST and not identity.user:
        return identity
    return replace(identity, level=max(identity.level, proven))


def challenge(needed: Level, methods: Collection[str], means: Means) -> Challenge | None:
    """The way to prove ``needed``, the first of the configuration's methods that can be used; None: only a person can.

    Without methods the weakest way that is enough. A code never goes to an address that a text names.
    """
    wanted = [METHODS[name] for name in methods if name in METHODS] if methods else list(LADDER)
    for way in dict.fromkeys(wanted):
        address = {Way.EMAIL: means.email, Way.SMS: means.phone, Way.APP: "app" if means.authenticator else ""}[way]
        if REACHES[way] >= needed and address and way in means.ways:
            return Challenge(way, REACHES[way], address, shown(way, address))
    return None


def shown(way: Way, address: str) -> str:
    """Enough of an address for its owner to know it: ``**34``, ``j***@example.com``."""
    if way is Way.SMS:
        return f"**{re.sub(r'[^0-9]', '', address)[-2:]}"
    if way is Way.EMAIL:
        name, _, domain = address.partition("@")
        return f"{name[:1]}***@{domain}"
    return ""


Window = tuple[datetime, datetime]
"""From when to when a customer may have written a code."""


def screened(ticket: Ticket, windows: Sequence[Window]) -> Ticket:
    """The ticket without the codes that customers wrote: what is classified, drafted, noted and kept."""
    if not windows:
        return ticket
    told = tuple(
        replace(m, text=otp.hidden(m.text))
        if m.author.role is Role.CUSTOMER and any(begin <= m.at <= end for begin, end in windows)
        else m
        for m in ticket.messages
    )
    return replace(ticket, messages=told)
