"""From a ticket as it is read to the steps that its clocks count by. What is due is ``sla``'s part."""

import re
from collections.abc import Iterable
from datetime import datetime

from app.engine.sla import Step, Turn
from app.engine.words import words
from connectors.types import Message, Role, Status, Ticket

_GRATEFUL = "thank thanks thx ty cheers danke dankeschon merci gracias grazie obrigado obrigada bedankt tack arigato"
_FRIENDLY = """
a all and any best bye cool day everything for fine good got great have help helped i is it kind lot many much nice no now of
ok okay perfect problem regards resolved same so solved super team that the this to too very vielen dank works wonderful you
your beaucoup muchas mille muito sehr schon und viele grusse alles klar
"""
_THANKS = frozenset(_GRATEFUL.split())
_POLITE = _THANKS | frozenset(_FRIENDLY.split())
_LONGEST_THANKS = 20
_STATES = {
    Status.PENDING: Turn.WAITING,
    Status.SOLVED: Turn.SOLVED,
    Status.CLOSED: Turn.SOLVED,
}


def owed(message: Message) -> bool:
    """Whether a customer's message is owed an answer: all but plain thanks are, and when in doubt so is this one."""
    if "?" in message.text or message.attachments or re.search(r"\d", message.text):
        return True
    said = words(message.text)
    return not said or len(said) > _LONGEST_THANKS or not set(said) <= _POLITE or not _THANKS & set(said)


def steps(ticket: Ticket, turns: Iterable[Step]) -> tuple[Step, ...]:
    """Everything that moves the ticket's clocks, oldest first: its public messages and the turns of its status that were seen."""
    said = [Step(m.at, _turn(m)) for m in ticket.messages if m.public and m.author.role is not Role.MACHINE]
    return tuple(sorted((*said, *turns), key=lambda step: step.at))


def seen(turns: tuple[Step, ...], ticket: Ticket) -> tuple[Step, ...]:
    """The turns, and another one when the ticket's status is not what it was. A turn is dated by the ticket's last update."""
    now = _STATES.get(ticket.status, Turn.OPENED)
    before = turns[-1].turn if turns else Turn.OPENED
    if now is before:
        return turns
    at = max(ticket.updated_at, turns[-1].at) if turns else ticket.updated_at
    return (*turns, Step(at, now))


def warn_at(started: datetime, due: datetime, share: float) -> datetime:
    """When only ``share`` of the time between is left."""
    return due - (due - started) * share


def _turn(message: Message) -> Turn:
    if message.author.role is not Role.CUSTOMER:
        return Turn.REPLIED
    return Turn.ASKED if owed(message) else Turn.THANKED
