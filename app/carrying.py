"""A new model beside what people have promoted: which categories keep their proof, which would fall back to people.

The new model is asked about the very tickets that the proof rests on. Whoever puts it in force is told before what it costs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from app import promoting
from app.db import evidence, examples, lessons
from app.engine.carrying import Carried, carried
from app.engine.evidence import REPLY, Claim, holds, sign
from app.engine.training import Taught
from app.engine.types import EvidenceRecord
from app.nlp.model import Model
from app.nlp.retraining import acted
from app.services import Services


@dataclass(frozen=True)
class Move:
    """From one classifier to another, by their versions as evidence names them; ``model`` is the new one."""

    account_id: str
    before: str
    after: str
    model: Model


def move(account_id: str, before: str, model: Model) -> Move:
    """From the classifier of that version to the same one with this model."""
    return Move(account_id, before, f"{before.rpartition(':')[0]}:{model.version}", model)


def falling(services: Services, moved: Move) -> list[str]:
    """The promoted categories that people would have to judge anew. Changes nothing."""
    with services.database.reading() as session:
        found = list(_each(services, session, moved))
    return sorted({one.record.category for one in found if not one.stands})


def carry(services: Services, moved: Move) -> list[str]:
    """Bind what stands to the new model, in one step; says which categories fell back. Doing it twice changes nothing more."""
    with services.database.session() as session:
        found = list(_each(services, session, moved))
        for one in found:
            if one.stands:
                _bind(services, session, one)
    return sorted({one.record.category for one in found if not one.stands})


def _bind(services: Services, session: Session, one: Carried) -> None:
    claim = Claim(one.record.account, one.record.category, one.record.action, one.record.digest)
    lessons.rebind(session, claim, one.decisions)
    evidence.save(session, claim.account, sign(one.record, services.evidence_key))
    told = f"the new model answers them alike: {one.record.judged} judged, {one.record.errors} wrong"
    lessons.note(session, claim, lessons.CARRIED, "", told, one.record.issued_at)


def _each(services: Services, session: Session, moved: Move) -> Iterator[Carried]:
    """Every record that is in force with the classifier before, as it would be with the one after."""
    every = examples.every(session, moved.account_id)
    says = acted(moved.model, services.tier.encoder, every)
    for category in services.configuration(moved.account_id, session).categories:
        for action in (REPLY, *lessons.effects(session, moved.account_id, category.name)):
            for record in evidence.in_force(session, moved.account_id, category.name, action):
                yield from _one(services, session, moved, record, (every, says))


def _one(
    services: Services,
    session: Session,
    moved: Move,
    record: EvidenceRecord,
    known: tuple[list[Taught], dict[str, str]],
) -> Iterator[Carried]:
    (every, says), now = known, services.database.now(session)
    if record.expires_at <= now or not holds(record):
        return
    claim = Claim(record.account, record.category, record.action, record.digest)
    about = lessons.about(session, claim)
    made = partial(promoting.made_with, services, session)
    digest = next((after for one in about if (after := made(one, moved.before, moved.after))), "")
    mine = {one.ticket_id for one in about}
    strangers = [one for one in every if one.ref not in mine and one.label != record.category]
    attracted = sum(says[one.id] == record.category for one in strangers)
    by_ticket = {one.ref: says[one.id] for one in every if one.ref}
    if digest:
        yield carried(record, about, by_ticket, attracted, digest, now)
