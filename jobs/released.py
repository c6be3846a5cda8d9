"""Effects on backends outside of their run's walk: what a person released is done, whoever has the ticket by then, and told.

A run may be over or wait while a person answers the customer; their word on an effect counts all the same.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from app.connected import Offer
from app.db import accounts, deeds, effects
from app.db.deeds import Deed
from app.db.effects import Planned
from app.engine.workflows import telling
from app.engine.workflows.types import NOBODY, Answer
from app.standing import place
from connectors.types import Note, Ref
from jobs import deed
from jobs.base import Run
from jobs.click import Pressed


def finish(run: Run, begun: Sequence[Deed]) -> None:
    """See to what was begun and nobody has answered for. Raises Later."""
    for one in begun:
        _do(run, one)


def follow(run: Run, presses: Sequence[Pressed]) -> bool:
    """Do what a person released and no run has taken up in this turn; True where there was any.

    Where the account was stopped meanwhile it waits for a person again. Raises Later while one of them is unclear.
    """
    if not any(one.click.action == "approve" for one in presses):
        return False
    with run.services.database.reading() as session:
        waiting = deeds.released(session, run.ticket_id)
        stopped = bool(waiting) and accounts.find(session, waiting[0].account_id).stopped
    if stopped:
        with run.transaction() as (session, now):
            for one in waiting:
                deeds.ask_again(session, one.key, now)
        return False
    finish(run, waiting)
    return bool(waiting)


def _do(run: Run, one: Deed) -> None:
    offer = deed.offer_of(run, one)
    deed.perform(run, one, offer, NOBODY, _told(run, one, offer) if one.by_person else None)


def _told(run: Run, one: Deed, offer: Offer | None) -> deed.Told | None:
    """A note on what came of it, once; None where the team has no place for notes."""
    inside, takes = place(run.services, run.lease.connection_id).inside(run.lease.ref)
    title = offer.operation.title if offer else one.name
    return partial(_plan, one, inside, title) if Note in takes else None


def _plan(one: Deed, inside: tuple[str, Ref], title: str, session: Session, answer: Answer, now: datetime) -> None:
    note = Planned(f"{one.key}-told", *inside, (Note(telling.outcome(title, answer)),))
    effects.plan(session, one.ticket_id, [note], now)
